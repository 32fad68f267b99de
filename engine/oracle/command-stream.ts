/**
 * Streams of commands as they may stand on a log, made from a seed. Orders refer to live orders of the state that the stream has
 * reached, so the maker looks into an oracle that applies the same records.
 */
import { crc32 } from "../../schema/crc32.ts";
import { decodeCommandFrame, frame } from "../../schema/frame.ts";
import type { FrameError } from "../../schema/frame.ts";
import type { Command, Event } from "../../schema/generated/records.ts";
import { Dice } from "./dice.ts";
import { NaiveEngine } from "./naive-engine.ts";
import type { NaiveState } from "./naive-state.ts";
import { StreamContext } from "./stream-context.ts";
import {
  makeAccountDefinition,
  makeKeyDefinition,
  makeSecurityDefinition,
  makeSecurityStatus,
} from "./stream-definitions.ts";
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
  /** What the bytes say, or why they say nothing. */
  readonly command: Command | FrameError;
  readonly commandOffset: number;
  /** Milliseconds. */
  readonly appendTime: number;
  readonly seqNum: number;
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
    this.engine = new NaiveEngine(shape.limits);
    this.#context = new StreamContext(shape, this.engine.state());
  }

  /** Makes the record that the intent asks for and applies it to the stream's own oracle. */
  step(intent: Intent): StreamStep {
    this.#context.advance(intent);
    const record = this.#record(this.#bytes(intent), intent);
    return { record, events: applyRecord(this.engine, record), state: this.engine.state() };
  }

  #bytes(intent: Intent): Uint8Array {
    if (intent.action === "unreadable") return spoil(frame(this.#command(intent)), intent);
    const command = this.#command(intent);
    this.#history[this.#seqNum % historyMax] = command;
    return frame(command);
  }

  #record(bytes: Uint8Array, intent: Intent): StreamRecord {
    this.#seqNum += 1;
    // Offsets of a log may skip; sequence numbers never do.
    this.#commandOffset += intent.target % 50 === 0 ? 3 : 1;
    const decoded = decodeCommandFrame(bytes);
    return {
      bytes,
      command: decoded.ok ? decoded.message : decoded.error,
      commandOffset: this.#commandOffset,
      appendTime: this.#context.appendTime,
      seqNum: this.#seqNum,
    };
  }

  #command(intent: Intent): Command {
    const context = this.#context;
    switch (intent.action) {
      case "new":
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
): Generator<StreamStep, void, undefined> {
  const shape = shapeOf(seed);
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
  timeInForce: 0,
  selfTradePrevention: 0,
  postOnly: 0,
  depth: 0,
  lots: 1,
  manner: 0,
  flaws: 0,
  wait: 0,
  latency: 0,
  id: 0,
};

export function applyRecord(
  engine: Pick<NaiveEngine, "apply" | "applyUnreadable">,
  record: StreamRecord,
): Event[] {
  const { command, commandOffset, appendTime, seqNum } = record;
  return typeof command === "string"
    ? engine.applyUnreadable(command, commandOffset, appendTime, seqNum)
    : engine.apply(command, commandOffset, appendTime, seqNum);
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
      view.setUint16(6, 1, true);
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
