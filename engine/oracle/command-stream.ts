/**
 * Streams of commands as they may stand on a log, made from a seed. Orders refer to live orders of the state that the stream has
 * reached, so the maker looks into an oracle that applies the same records.
 */
import { crc32 } from "../../schema/crc32.ts";
import { commandHashText } from "../../schema/body.ts";
import { decodeCommandFrame, frame } from "../../schema/frame.ts";
import type { FrameError } from "../../schema/frame.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import { schemaVersion } from "../../schema/generated/records.ts";
import type { Command, Event } from "../../schema/generated/records.ts";
import { decodeNewerOrder } from "../../schema/newer-order.ts";
import { Dice } from "./dice.ts";
import { NaiveEngine } from "./naive-engine.ts";
import type { NaiveQuarantine, NaiveState } from "./naive-state.ts";
import { StreamContext } from "./stream-context.ts";
import {
  makeAccountDefinition,
  makeAccountLimits,
  makeActivateSemantics,
  makeCancelOnDisconnect,
  makeFeeSchedule,
  makeKeyDefinition,
  makeSecurityDefinition,
  makeSecurityStatus,
  makeSession,
} from "./stream-definitions.ts";
import {
  bytesOfEarly,
  makeEarlyOrder,
  makeLaterAttempt,
  makeNewerOrder,
} from "./stream-deferral.ts";
import { makeNewOrderList, makePair } from "./stream-lists.ts";
import { rollIntent } from "./stream-intent.ts";
import type { Intent } from "./stream-intent.ts";
import {
  isWorthwhile,
  makeNewOrderSingle,
  makeOrderCancelReplaceRequest,
  makeOrderCancelRequest,
  makeOrderMassCancelRequest,
} from "./stream-orders.ts";
import { shapeOf } from "./stream-shape.ts";
import type { StreamShape } from "./stream-shape.ts";

/** A record of `orders` at its place. */
export interface StreamRecord {
  readonly bytes: Uint8Array;
  readonly commandOffset: number;
  /** Milliseconds. */
  readonly appendTime: number;
  readonly seqNum: number;
  /** Stands on the log of outputs before the record's own. */
  readonly quarantine?: NaiveQuarantine;
}

/** A NewOrderSingle of a newer version: what can be read of it. */
export interface NewerOrder {
  readonly kind: "NewerOrder";
  readonly order: NewOrderSingle;
}

/** A record and what it comes to. */
export interface StreamStep {
  readonly record: StreamRecord;
  readonly events: readonly Event[];
  /** The oracle's state after it; changes with the next step. */
  readonly state: Readonly<NaiveState>;
}

const historyMax = 64;

export class CommandStream {
  readonly shape: StreamShape;
  readonly engine: NaiveEngine;
  readonly #context: StreamContext;
  readonly #history: Command[] = [];
  #seqNum = 0;
  #commandOffset = -1;

  constructor(shape: StreamShape) {
    this.shape = shape;
    this.engine = new NaiveEngine(shape.limits, shape.semantics);
    this.#context = new StreamContext(shape, this.engine.state());
  }

  /** Makes the record that the intent asks for and applies it to the stream's own oracle. */
  step(intent: Intent): StreamStep {
    this.#context.advance(intent);
    const read = this.#record(this.#bytes(intent), intent);
    const isSetAside = intent.action === "quarantine";
    const record = isSetAside ? { ...read, quarantine: quarantineOf(read, intent) } : read;
    return { record, events: applyRecord(this.engine, record), state: this.engine.state() };
  }

  #bytes(intent: Intent): Uint8Array {
    if (intent.action === "unreadable") return spoil(frame(this.#command(intent)), intent);
    if (intent.action === "newer") return bytesOfEarly(makeNewerOrder(this.#context, intent));
    if (intent.action === "attempt") return bytesOfEarly(makeLaterAttempt(this.#context, intent));
    const command = this.#command(intent);
    this.#history[this.#seqNum % historyMax] = command;
    return frame(command);
  }

  #record(bytes: Uint8Array, intent: Intent): StreamRecord {
    this.#seqNum += 1;
    // Offsets of a log may skip; sequence numbers never do.
    this.#commandOffset += intent.target % 50 === 0 ? 3 : 1;
    return {
      bytes,
      commandOffset: this.#commandOffset,
      appendTime: this.#context.appendTime,
      seqNum: this.#seqNum,
    };
  }

  #command(intent: Intent): Command {
    const context = this.#context;
    switch (intent.action) {
      case "early":
        return makeEarlyOrder(context, intent).order;
      case "new":
      case "newer":
      case "attempt":
      case "quarantine":
      case "unreadable":
        return makeNewOrderSingle(context, intent);
      case "cancel":
        if (!isWorthwhile(context, intent)) return makeNewOrderSingle(context, intent);
        return makeOrderCancelRequest(context, intent);
      case "replace":
        if (!isWorthwhile(context, intent)) return makeNewOrderSingle(context, intent);
        return makeOrderCancelReplaceRequest(context, intent);
      case "massCancel":
        return makeOrderMassCancelRequest(context, intent);
      case "define":
        return makeSecurityDefinition(context, intent);
      case "status":
        return makeSecurityStatus(context, intent);
      case "account":
        return makeAccountDefinition(context, intent);
      case "key":
        return makeKeyDefinition(context, intent);
      case "limits":
        if (!context.shape.features.has("cap")) return makeNewOrderSingle(context, intent);
        return makeAccountLimits(context, intent);
      case "deadMan":
        if (!context.shape.features.has("deadMan")) return makeNewOrderSingle(context, intent);
        return makeCancelOnDisconnect(context, intent);
      case "session":
        if (!context.shape.features.has("session")) return makeNewOrderSingle(context, intent);
        return makeSession(context, intent);
      case "fees":
        if (!context.shape.features.has("fee")) return makeNewOrderSingle(context, intent);
        return makeFeeSchedule(context, intent);
      case "list":
        if (!context.shape.features.has("list")) return makeNewOrderSingle(context, intent);
        return makeNewOrderList(context, intent);
      case "pair":
        if (!context.shape.features.has("pair")) return makeNewOrderSingle(context, intent);
        return makePair(context, intent);
      case "activate":
        return makeActivateSemantics(context, intent);
      case "tick":
        return { kind: "TimeTick", sendingTime: context.commandFields(intent).sendingTime };
      case "repeat":
        return this.#repeat(intent);
    }
  }

  /** An earlier command once more: as it was, or with something changed that makes it a conflict. */
  #repeat(intent: Intent): Command {
    // The last one comes again more often: its entry may run out in this very millisecond.
    const place = intent.manner < 8 ? intent.target : this.#seqNum - 1;
    const earlier = this.#history[place % historyMax];
    if (earlier === undefined) return makeNewOrderSingle(this.#context, intent);
    const { sendingTime, requestHash, accountID } = this.#context.commandFields(intent);
    if (earlier.kind === "TimeTick") return { ...earlier, sendingTime };
    if (intent.manner % 4 === 0) return { ...earlier, requestHash };
    if (intent.manner % 4 === 1) return { ...earlier, accountID };
    return { ...earlier, sendingTime };
  }
}

/** The first `commandCount` steps of the stream of a seed, its definitions first. */
export function* streamOf(
  seed: number,
  commandCount: number,
  shape: StreamShape = shapeOf(seed),
): Generator<StreamStep, void, undefined> {
  const stream = new CommandStream(shape);
  const dice = new Dice(seed ^ 0x5eed);
  const opening = openingOf(shape).slice(0, commandCount);
  for (const intent of opening) yield stream.step(intent);
  for (let count = opening.length; count < commandCount; count++)
    yield stream.step(rollIntent(dice, shape));
}

/** Defines what most commands of the shape need; some shapes leave one out. */
export function openingOf(shape: StreamShape): Intent[] {
  const plain = { ...plainIntent, lots: 1 + (shape.seed % 4) };
  const skipped = shape.seed % 16 === 5 ? 1 : 0;
  return [
    ...Array.from({ length: shape.accountCount - skipped }, (_, account): Intent => ({
      ...plain,
      action: "account",
      account,
    })),
    ...shape.instruments.map((_, instrument): Intent => ({
      ...plain,
      action: "define",
      instrument,
    })),
  ];
}

/** The plainest intent: a limit order of one lot. */
export const plainIntent: Intent = {
  action: "new",
  account: 0,
  instrument: 0,
  target: 0,
  foreign: 0,
  side: 0,
  ordType: 0,
  trail: 0,
  timeInForce: 0,
  selfTradePrevention: 0,
  postOnly: 0,
  display: 0,
  depth: 0,
  lots: 1,
  manner: 0,
  flaws: 0,
  wait: 0,
  latency: 0,
  id: 0,
};

/** What applies records: an oracle, or one with a bug. */
export type OracleEngine = Pick<
  NaiveEngine,
  "apply" | "applyNewer" | "applyUnreadable" | "quarantine" | "takeQuarantine" | "schemaVersion"
>;

export function applyRecord(engine: OracleEngine, record: StreamRecord): Event[] {
  const { bytes, commandOffset, appendTime, seqNum } = record;
  if (isSetAside(engine, record)) {
    return engine.applyUnreadable("Quarantined", commandOffset, appendTime, seqNum);
  }
  const command = readRecord(bytes, engine.schemaVersion);
  if (typeof command === "string") {
    return engine.applyUnreadable(command, commandOffset, appendTime, seqNum);
  }
  return command.kind === "NewerOrder"
    ? engine.applyNewer(command.order, commandOffset, appendTime, seqNum)
    : engine.apply(command, commandOffset, appendTime, seqNum);
}

/** Takes the record's Quarantine, and asks whether one is pending for the record. */
export function isSetAside(
  engine: Pick<OracleEngine, "quarantine" | "takeQuarantine">,
  { bytes, commandOffset, appendTime, quarantine }: StreamRecord,
): boolean {
  if (quarantine !== undefined) {
    engine.quarantine(quarantine.commandOffset, quarantine.commandHash);
  }
  return engine.takeQuarantine(commandOffset, commandHashText(bytes, appendTime));
}

/** What the bytes of a record of `orders` say, or why they say nothing, to one who reads up to a version of the schema. */
export function readRecord(
  bytes: Uint8Array,
  newest: number = schemaVersion,
): Command | NewerOrder | FrameError {
  const decoded = decodeCommandFrame(bytes, newest);
  if (decoded.ok) return decoded.message;
  const order = decodeNewerOrder(bytes, newest);
  return order === null ? decoded.error : { kind: "NewerOrder", order };
}

/** Of this record or of one that comes soon; now and then of another one's hash. */
function quarantineOf(record: StreamRecord, intent: Intent): NaiveQuarantine {
  const { bytes, appendTime, commandOffset } = record;
  const commandHash = commandHashText(bytes, appendTime);
  const other = commandHash.replaceAll("0", "1");
  return {
    commandOffset: commandOffset + (intent.manner % 4 === 3 ? intent.lots : 0),
    commandHash: intent.manner % 8 === 6 ? other : commandHash,
  };
}

/** Makes a whole record one that cannot be read, in one of the ways that a log may show. */
function spoil(bytes: Uint8Array, intent: Intent): Uint8Array {
  const view = new DataView(bytes.buffer);
  switch (intent.manner % 7) {
    case 0:
      view.setUint8(intent.target % bytes.length, ~view.getUint8(intent.target % bytes.length));
      return bytes;
    case 1:
      return bytes.slice(0, intent.target % bytes.length);
    case 2:
      view.setUint16(2, 64 + (intent.target % 100), true);
      break;
    case 3:
      view.setUint16(6, schemaVersion + 1, true);
      break;
    case 4:
      view.setUint16(4, 2, true);
      break;
    case 5:
      view.setUint8(54 + (intent.target % 2), 9);
      break;
    default:
      return frame({ kind: "TimeTicked", sendingTime: intent.target });
  }
  view.setUint32(bytes.length - 4, crc32(bytes, 0, bytes.length - 4), true);
  return bytes;
}
