/**
 * What the next command of a stream shall be, in small numbers that stand for choices: 0 is always the plainest one, so that a
 * shrinking tool makes a stream plainer by making numbers smaller. Only command-stream.ts turns an intent into a command,
 * against the state that the stream has reached by then.
 */
import type { Dice } from "./dice.ts";
import type { Action, StreamShape } from "./stream-shape.ts";

export interface Intent {
  readonly action: Action;
  /** Which account, instrument, live order or earlier record; each is taken modulo what there is. */
  readonly account: number;
  readonly instrument: number;
  readonly target: number;
  /** 1 = the account named above whatever the order's, 0 = the owner of the order. */
  readonly foreign: number;
  readonly side: number;
  /** Limit, market, market by cash, stop, stop-limit. */
  readonly ordType: number;
  /** Of a stop: 0 = it stays where it is, 1 = it trails the trades from the last one on, 2 = from its stopPx on. */
  readonly trail: number;
  readonly timeInForce: number;
  readonly selfTradePrevention: number;
  readonly postOnly: number;
  /** 0 = it shows all of itself. */
  readonly display: number;
  /** Ticks from the centre, positive is towards the other side. */
  readonly depth: number;
  readonly lots: number;
  /** How a replace or a definition goes about its fields. */
  readonly manner: number;
  /** Bits of what is wrong with the command, see `Flaw`. */
  readonly flaws: number;
  /** Milliseconds of append time since the record before; may be negative. */
  readonly wait: number;
  /** Milliseconds from sending to appending; may be negative. */
  readonly latency: number;
  /** Which id a command that needs a new one takes; 0 = the next unused one. */
  readonly id: number;
}

/** Bits of Intent.flaws. Several may be set, so that the precedence of the checks shows. */
export const Flaw = {
  tooLate: 1 << 0,
  unknownSymbol: 1 << 1,
  wrongPartition: 1 << 2,
  unknownAccount: 1 << 3,
  noSide: 1 << 4,
  noPrice: 1 << 5,
  noQty: 1 << 6,
  extraCash: 1 << 7,
  otherTimeInForce: 1 << 8,
  expireTime: 1 << 9,
  negativePrice: 1 << 10,
  offTick: 1 << 11,
  offLot: 1 << 12,
  hugeQty: 1 << 13,
  postOnly: 1 << 14,
  unknownOrder: 1 << 15,
} as const;
export const flawCount = 16;

/** An intent by dice, under the shape's weights. */
export function rollIntent(dice: Dice, shape: StreamShape): Intent {
  const { features } = shape;
  return {
    action: dice.weighted(shape.weights),
    account: dice.upTo(shape.accountCount - 1),
    instrument: dice.upTo(shape.instruments.length - 1),
    target: dice.bits(),
    foreign: dice.chance(shape.ownRate) ? 0 : 1,
    side: dice.upTo(1),
    ordType: rollOrdType(dice, shape),
    trail: features.has("trailing") && dice.chance(0.5) ? 1 + dice.upTo(1) : 0,
    timeInForce: rollTimeInForce(dice, shape),
    selfTradePrevention: features.has("selfTradePrevention") ? dice.upTo(4) : 0,
    postOnly: features.has("postOnly") && dice.chance(0.15) ? 1 : 0,
    display: features.has("iceberg") && dice.chance(0.3) ? 1 : 0,
    depth: rollDepth(dice, shape),
    lots: 1 + Math.floor(dice.fraction() ** 3 * shape.lotsMax),
    manner: dice.upTo(15),
    flaws: rollFlaws(dice, shape.flawRate),
    wait: rollWait(dice, shape),
    latency: dice.chance(shape.skewRate)
      ? dice.pick([-100, 50, 60_000, 60_001, 10 ** 13])
      : dice.upTo(3),
    id: shape.idCount > 1_000 ? 0 : 1 + dice.upTo(shape.idCount - 1),
  };
}

/** See Intent.ordType. */
function rollOrdType(dice: Dice, { features }: StreamShape): number {
  if (features.has("stop") && dice.chance(0.15)) return 3 + dice.upTo(1);
  if (features.has("cash") && dice.chance(0.1)) return 2;
  return Number(features.has("market") && dice.chance(0.1));
}

/** Index into GTC, IOC, FOK, GTD, Day, AtTheOpening. */
function rollTimeInForce(dice: Dice, { features }: StreamShape): number {
  if (dice.chance(0.6)) return 0;
  const choice = dice.upTo(3);
  if (choice === 0 && features.has("session")) return 4 + dice.upTo(1);
  const isOn = [true, features.has("IOC"), features.has("FOK"), features.has("GTD")][choice];
  return isOn === true ? choice : 0;
}

/** Mostly near the touch, now and then far away. */
function rollDepth(dice: Dice, shape: StreamShape): number {
  const far = Math.round(dice.fraction() ** 3 * shape.depthMax);
  return dice.chance(shape.aggressiveRate) ? Math.min(far, 10) : -far;
}

function rollFlaws(dice: Dice, flawRate: number): number {
  let flaws = 0;
  for (let count = 0; count < 3 && dice.chance(flawRate); count++)
    flaws |= 1 << dice.upTo(flawCount - 1);
  return flaws;
}

function rollWait(dice: Dice, shape: StreamShape): number {
  if (dice.chance(shape.jumpRate)) return dice.pick([shape.limits.idWindowMs, 60_000, 3_600_000]);
  if (dice.chance(shape.skewRate)) return -dice.upTo(100);
  return dice.upTo(shape.waitMax);
}
