/**
 * The shape of a stream of commands. Swarm testing (Groce et al. 2012): each seed leaves features out and pushes others, so
 * that streams reach states which one average mixture would never reach.
 */
import { schemaVersion } from "../../schema/generated/records.ts";
import { Dice } from "./dice.ts";
import { firstSemantics } from "./naive-semantics.ts";
import type { NaiveLimits, NaiveSemantics, NaiveSemanticsList } from "./naive-state.ts";

export const actions = [
  "new",
  "cancel",
  "replace",
  "massCancel",
  "define",
  "status",
  "account",
  "key",
  "tick",
  "repeat",
  "unreadable",
  "early",
  "attempt",
  "newer",
  "quarantine",
  "limits",
  "fees",
  "deadMan",
  "session",
  "list",
  "pair",
  "activate",
] as const;
export type Action = (typeof actions)[number];
type LaterAction = "fees" | "deadMan" | "session" | "list" | "pair" | "activate";

export interface InstrumentShape {
  readonly symbol: string;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly minOrderQty: number;
  readonly maxOrderQty: number;
  /** Price around which orders come, in price units. */
  readonly centre: number;
}

export interface StreamShape {
  readonly seed: number;
  readonly limits: NaiveLimits;
  /** The versions that the stream's partition may come through. */
  readonly semantics: NaiveSemanticsList;
  readonly weights: Readonly<Record<Action, number>>;
  readonly accountCount: number;
  readonly instruments: readonly InstrumentShape[];
  /** Ticks from the centre to the farthest price. */
  readonly depthMax: number;
  /** Most lots that an order asks for. */
  readonly lotsMax: number;
  /** Milliseconds from one command to the next, at most. */
  readonly waitMax: number;
  /** Probabilities, 0 to 1. */
  readonly flawRate: number;
  /** Of prices towards the other side. */
  readonly aggressiveRate: number;
  readonly ownRate: number;
  readonly jumpRate: number;
  readonly skewRate: number;
  /** Number of different ids: few make old ones come back. */
  readonly idCount: number;
  readonly features: ReadonlySet<Feature>;
}

export const features = [
  "market",
  "cash",
  "IOC",
  "FOK",
  "GTD",
  "postOnly",
  "selfTradePrevention",
  "regrid",
  "stop",
  "trailing",
  "iceberg",
  "band",
  "cap",
  "fee",
  "deadMan",
  "session",
  "list",
  "pair",
  "connection",
] as const;
export type Feature = (typeof features)[number];

/** Actions that are new orders where a shape does not have their feature. Whatever it has, semantics may change. */
export const featureOfAction = {
  fees: "fee",
  deadMan: "deadMan",
  session: "session",
  list: "list",
  pair: "pair",
} as const satisfies Record<Exclude<LaterAction, "activate">, Feature>;

/** The last two have the same murmur2. */
export const symbols = [
  "BTC-USD",
  "A",
  "ETH.EUR_X",
  "0123456789ABCDEF",
  "QI1H-USD",
  "BGBFA-USD",
] as const;

/** Instruments that orders name before they are listed. */
export const earlySymbols = ["EARLY-0", "EARLY-1", "EARLY-2"] as const;

export function shapeOf(seed: number): StreamShape {
  const dice = new Dice(seed);
  const depthMax = dice.pick([0, 2, 10, 40, 200, 1_000, 3_000, 2_000_000]);
  return {
    seed,
    limits: limitsOf(dice),
    semantics: semanticsOf(new Dice(seed ^ 0x5e3a)),
    weights: { ...weightsOf(dice), ...laterWeightsOf(new Dice(seed ^ 0x1a7e)) },
    accountCount: dice.pick([1, 2, 3, 5, 8, 8]),
    instruments: Array.from({ length: dice.pick([1, 1, 2, 4]) }, (_, index) =>
      instrumentShape(dice, index, depthMax),
    ),
    depthMax,
    lotsMax: dice.pick([1, 3, 10, 10, 60, 1_000, 2 ** 40, 2 ** 53]),
    waitMax: dice.pick([0, 1, 5, 50, 1_000]),
    flawRate: dice.pick([0, 0, 0.01, 0.02, 0.05, 0.3]),
    aggressiveRate: dice.pick([0.02, 0.1, 0.3, 0.5]),
    ownRate: dice.pick([0.7, 0.95, 0.95, 1]),
    jumpRate: dice.pick([0, 0.002, 0.02]),
    skewRate: dice.pick([0, 0, 0.05]),
    idCount: dice.chance(0.25) ? dice.pick([10, 300]) : 2 ** 31,
    features: new Set(features.filter(() => dice.chance(0.6))),
  };
}

/** Most streams have room; each limit is tight in some of them. */
function limitsOf(dice: Dice): NaiveLimits {
  const tight = (few: readonly number[], many: number): number =>
    dice.chance(0.12) ? dice.pick(few) : many;
  return {
    orderCountMax: tight([3, 20, 200], 16_384),
    instrumentCountMax: tight([1, 2], 8),
    accountCountMax: tight([2, 4], 64),
    keyCountMax: tight([2], 16),
    idWindowEntryMax: tight([12, 200], 262_144),
    idWindowMs: dice.pick([1, 20, 500, 10_000, 600_000]),
  };
}

/** As a partition whose build has nothing but the first version; what is newer is not activated then. */
export function ofFirstSemantics(shape: StreamShape): StreamShape {
  return { ...shape, semantics: firstSemantics };
}

/** As a partition that begins by reading up to a version of the schema, and may come to read all and to have tight rules. */
export function begunAt(shape: StreamShape, begun: number): StreamShape {
  const [first] = firstSemantics;
  const rules = { scheduledStateCountMax: 1, deferredCountMax: 2 };
  const second = { semanticsVersion: 2, schemaVersion, rules };
  return { ...shape, semantics: [{ ...first, schemaVersion: begun }, second] };
}

/** Half of the streams begin as old builds read, and may come to what this one reads in a few steps, by rules that differ. */
function semanticsOf(dice: Dice): NaiveSemanticsList {
  if (dice.chance(0.5)) return firstSemantics;
  const rules = [
    { scheduledStateCountMax: 16, deferredCountMax: 1_024 },
    { scheduledStateCountMax: 1, deferredCountMax: 2 },
    { scheduledStateCountMax: 3, deferredCountMax: 1_024 },
  ];
  const begun = dice.upTo(schemaVersion);
  const between = begun + dice.upTo(schemaVersion - begun);
  const step = dice.pick([1, 1, 2]);
  const version = (index: number, readUpTo: number): NaiveSemantics => ({
    semanticsVersion: 1 + index * step,
    schemaVersion: readUpTo,
    rules: rules[index] ?? firstSemantics[0].rules,
  });
  return [version(0, begun), version(1, between), version(2, schemaVersion)];
}

/** Of actions that came later: dice of their own leave what seeds are otherwise. */
function laterWeightsOf(dice: Dice): Record<LaterAction, number> {
  return {
    fees: dice.pick([0, 0.002, 0.02]),
    deadMan: dice.pick([0, 0.01, 0.05]),
    session: dice.pick([0, 0.005, 0.03]),
    list: dice.pick([0.01, 0.05, 0.2]),
    pair: dice.pick([0.01, 0.05, 0.2]),
    activate: dice.pick([0.002, 0.01, 0.03]),
  };
}

function weightsOf(dice: Dice): Record<Exclude<Action, LaterAction>, number> {
  const rate = dice.pick([0.0005, 0.005, 0.05]);
  const rare = (): number => (dice.chance(0.6) ? rate : 0);
  const early = dice.pick([0, 0, 0.01, 0.05, 0.2]);
  return {
    new: dice.pick([0.5, 0.7, 0.9]),
    cancel: dice.pick([0, 0.02, 0.1, 0.3]),
    replace: dice.pick([0, 0.1, 0.2, 0.5]),
    massCancel: rare(),
    define: rare(),
    status: rare(),
    account: rare(),
    key: rare(),
    tick: rare(),
    repeat: dice.pick([0, 0.01, 0.1]),
    unreadable: rare(),
    early,
    attempt: early * dice.pick([0.2, 1, 3]),
    newer: early * dice.pick([0, 0.1, 0.5]),
    quarantine: rare(),
    limits: rare(),
  };
}

function instrumentShape(dice: Dice, index: number, depthMax: number): InstrumentShape {
  const tickSize = dice.pick([1, 1, 2, 5, 25]);
  const lotSize = dice.pick([1, 1, 1, 3, 10]);
  const reach = depthMax * tickSize;
  const centres = [1, 1_000, 1_024, 1_024 * 1_024, 2 ** 30, 2 ** 31 - 1 - reach, 2 ** 31 - 1];
  return {
    symbol: dice.pick(symbols.slice(index, index + 1)),
    tickSize,
    lotSize,
    minOrderQty: dice.pick([0, 0, 0, 1, 2 * lotSize]),
    maxOrderQty: dice.chance(0.1) ? 100 * lotSize : 0,
    centre: dice.pick(centres),
  };
}
