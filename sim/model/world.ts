import { Log } from "./log.ts";
import type { Variant } from "./variants.ts";

/**
 * The protocol of design §5 for one partition, as small as it still is itself: two engines, a handful of commands, and everything that
 * may happen between them. What is on a log never changes, save by a cut. Each part carries its `text`, which tells it from all others
 * of its kind: a world's key is made of them.
 *
 * A body is written as the letters of all outcomes up to its own: `ab` is the second command's, after `a`. So a body names its prevHash
 * too, and its length is its seqNum. Letters: `outcome.ts`.
 */

/** A Claim; the epoch that it opens is its own offset. `quarantined` makes it an operator's Quarantine of the command of that name. */
export interface ClaimRecord {
  readonly kind: "Claim";
  readonly quarantined: string | null;
  readonly appendTime: number;
  readonly text: string;
}

export interface ChunkRecord {
  readonly kind: "Chunk";
  /** Offset of its owner's Claim. */
  readonly epoch: number;
  readonly body: string;
  readonly chunk: number;
  readonly chunkCount: number;
  /** The broker's clock when it landed, which moves on at each cut: that is all that must be known of it. */
  readonly appendTime: number;
  readonly text: string;
}

/** A record of order-events. */
export type OutputRecord = ClaimRecord | ChunkRecord;

/** Records in order on their way to the log. */
export interface Records {
  readonly list: readonly OutputRecord[];
  readonly text: string;
}

/** Of an applied body: `offset` and `appendTime` are those of its last chunk. */
export interface Position {
  readonly offset: number;
  readonly appendTime: number;
  readonly epoch: number;
  readonly body: string;
}

/** `Gap` ends at the next Claim, the others stay. */
export type Alarm =
  | "Gap"
  | "StaleClaim"
  | "UnclaimedEpoch"
  | "ChunkOutOfTurn"
  | "HashChainBroken"
  | "PositionMismatch";

/** What one who reads order-events knows. */
export interface FoldState {
  /** Of the next record. */
  readonly offset: number;
  /** Offset of the Claim or Quarantine in force; -1 before any. */
  readonly epoch: number;
  /** It is a Quarantine: nobody serves in its epoch. */
  readonly isNobodys: boolean;
  /** Last applied. */
  readonly body: string;
  readonly position: Position | null;
  /** Received of the body that comes next. */
  readonly chunks: number;
  /** Names of the commands with a valid Quarantine and no outcome yet: `pending.ts`. */
  readonly pending: string;
  readonly alarm: Alarm | null;
}

export interface Engine {
  /** `Claiming` while its Claim is under way; recovery is done when that lands. */
  readonly status: "Down" | "Standby" | "Claiming" | "Serving";
  /** It claims from standby: no snapshot is loaded. */
  readonly warm: boolean;
  readonly epoch: number;
  /** Of the last command that it applied. */
  readonly body: string;
  readonly pending: string;
  /** Under way to the broker, in order; they outlive it. */
  readonly underWay: Records;
  readonly text: string;
}

/** A body where it was folded, and what was pending then. */
export interface Folded {
  readonly position: Position;
  readonly pending: string;
}

export interface Snapshot extends Folded {
  readonly text: string;
}

/**
 * Someone who acts on bodies and saves his position in the same transaction. He reads each record as soon as it stands: what one who lags
 * sees is the same records in the same order, save at a cut, which therefore chooses how far he was.
 */
export interface Reader {
  /** `CutOff`: the log was cut under him, and he has to start again. `Alarmed`: he has stopped for good. */
  readonly status: "Reading" | "CutOff" | "Alarmed";
  readonly fold: FoldState;
  /** What he has acted on, and how many chunks of the body that comes next. */
  readonly acted: string;
  readonly actedChunks: number;
  /** Where his saved position stood was cut off: he may alarm. */
  readonly mayAlarm: boolean;
}

/** How often each thing may still happen: what makes the exploration finite. */
export interface Budget {
  /** On `orders` from the start. An owner may take its time with them, so that they arrive later would show nothing more. */
  readonly commands: number;
  /** They arrive once no cut is left: to take the offsets of what was lost. */
  readonly laterCommands: number;
  readonly takeOvers: number;
  /** Ends of an owner that has not been overtaken; one that notices a foreign Claim goes down for free. */
  readonly crashes: number;
  readonly standbys: number;
  readonly snapshots: number;
  readonly quarantines: number;
  readonly cuts: number;
  /** Records that land after the end of their epoch. */
  readonly strays: number;
}

export interface World {
  /** The commands by offset, a letter each; one that takes a lost one's offset has another letter. */
  readonly orders: string;
  /** Commands that ever arrived. */
  readonly arrived: number;
  /** So often logs lost their tails. */
  readonly cutCount: number;
  readonly log: Log;
  readonly engines: readonly [Engine, Engine];
  /** Under way from owners that are no more, each owner's in order. */
  readonly late: readonly Records[];
  readonly snapshots: readonly Snapshot[];
  /** Commands that a consumer group would have stored as consumed; only a broken variant looks. */
  readonly committed: number;
  readonly reader: Reader;
  readonly left: Budget;
}

export const noRecords: Records = { list: [], text: "" };

export function appendTo(records: Records, added: readonly OutputRecord[]): Records {
  const text = added.reduce((all, record) => all + record.text, records.text);
  return { list: [...records.list, ...added], text };
}

export function recordsOf(list: readonly OutputRecord[]): Records {
  return appendTo(noRecords, list);
}

export function claimRecord(quarantined: string | null): ClaimRecord {
  const text = quarantined === null ? "!" : `?${quarantined}`;
  return { kind: "Claim", quarantined, appendTime: 0, text };
}

/** As it lands. */
export function stamped(record: OutputRecord, appendTime: number): OutputRecord {
  return appendTime === 0 ? record : { ...record, appendTime, text: `${record.text}${appendTime}` };
}

/** The other half of the letters is for outcomes under other rules. */
const commandCountMax = 13;

/** The letter of the nth command that ever arrives. */
export function commandLetter(index: number): string {
  return String.fromCharCode(97 + index);
}

export function chunkRecord(parts: Omit<ChunkRecord, "kind" | "appendTime" | "text">): ChunkRecord {
  const { epoch, body, chunk, chunkCount } = parts;
  const end = chunk === chunkCount - 1 ? "." : ",";
  return { kind: "Chunk", ...parts, appendTime: 0, text: `${epoch}${body}${end}` };
}

const downEngine: Omit<Engine, "text"> = {
  status: "Down",
  warm: false,
  epoch: -1,
  body: "",
  pending: "",
  underWay: noRecords,
};

export function engineOf(parts: Partial<Omit<Engine, "text">>): Engine {
  const engine = { ...downEngine, ...parts };
  const { status, warm, epoch, body, pending, underWay } = engine;
  const state = status === "Down" ? "" : `${epoch}${body}:${pending}:${underWay.text}`;
  return { ...engine, text: `${status.slice(0, 2)}${warm ? "w" : ""}${state}` };
}

export function withEngine(
  world: World,
  index: 0 | 1,
  parts: Partial<Omit<Engine, "text">>,
): World {
  const [one, two] = world.engines;
  const engine = engineOf({ ...world.engines[index], ...parts });
  return { ...world, engines: index === 0 ? [engine, two] : [one, engine] };
}

export function firstWorld(budget: Budget, variant: Variant | null): World {
  const log = Log.empty(variant);
  const { commands } = budget;
  if (commands + budget.laterCommands > commandCountMax) {
    throw new RangeError(`There are letters for ${commandCountMax} commands`);
  }
  const letters = Array.from({ length: commands }, (_, index) => commandLetter(index));
  return {
    orders: letters.join(""),
    arrived: commands,
    cutCount: 0,
    log,
    engines: [engineOf({}), engineOf({})],
    late: [],
    snapshots: [],
    committed: 0,
    reader: { status: "Reading", fold: log.truth, acted: "", actedChunks: 0, mayAlarm: false },
    left: { ...budget, commands: 0 },
  };
}

/** Two worlds with one key have the same future. `engineOrder`: the engines differ by their builds, so that they cannot be swapped. */
export function keyOf(world: World, engineOrder: boolean): string {
  const { orders, log, snapshots, committed, left } = world;
  const [one, two] = world.engines;
  const swap = !engineOrder && one.text > two.text;
  const engines = swap ? `${two.text}|${one.text}` : `${one.text}|${two.text}`;
  const late = sortedText(world.late.map((records) => comingText(records, world)));
  const taken = sortedText(snapshots.map(({ text }) => text));
  const others = `${late}|${taken}|${readerText(world)}`;
  return `${orders}|${log.id}|${engines}|${others}|${committed}|${budgetText(left)}`;
}

function budgetText(left: Budget): string {
  const { laterCommands, takeOvers, crashes, standbys, snapshots, quarantines, cuts, strays } =
    left;
  const owners = `${takeOvers},${crashes},${standbys},${snapshots}`;
  return `${laterCommands},${owners},${quarantines},${cuts},${strays}`;
}

/** Of an epoch that has ended no more can land than may stray. */
function comingText({ list, text }: Records, { log, left }: World): string {
  const [first] = list;
  const ended = first?.kind === "Chunk" && first.epoch < log.truth.epoch;
  if (!ended || list.length <= left.strays) return text;
  return recordsOf(list.slice(0, left.strays)).text;
}

function sortedText(texts: readonly string[]): string {
  if (texts.length === 0) return "";
  return texts
    .filter((text) => text !== "")
    .toSorted()
    .join(";");
}

export function readerText({ reader, log }: World): string {
  const { status, fold, acted, actedChunks, mayAlarm } = reader;
  if (status === "Alarmed") return "A";
  const acting = `${status[0]}${acted}${actedChunks}${mayAlarm ? "?" : ""}`;
  if (fold === log.truth) return acting;
  const { offset, epoch, isNobodys, chunks, position } = fold;
  return `${acting}${offset}:${epoch}${isNobodys ? "!" : ":"}${chunks}:${positionText(position)}`;
}

export function positionText(position: Position | null): string {
  if (position === null) return "";
  const { offset, appendTime, epoch, body } = position;
  return `${offset}:${appendTime}:${epoch}${body}`;
}
