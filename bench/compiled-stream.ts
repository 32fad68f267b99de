import { CommandBuffer } from "../engine/core/command-buffer.ts";
import { Engine } from "../engine/core/engine.ts";
import type { EngineLimits } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { preparedMax } from "../engine/core/prepare.ts";
import { OrderStreamCommands } from "../ops/order-stream-commands.ts";
import { StreamMessageType } from "../ops/order-stream.ts";
import { bodyHeaderBytes } from "../schema/body.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { TradeLayout } from "../schema/generated/trade.ts";
import { readUint53 } from "../schema/wire.ts";
import type { NumberedStream } from "./numbered-stream.ts";

/** A stream with everything looked up that an engine's commands need, so that a timed pass only writes numbers and applies. */
export interface CompiledStream extends NumberedStream {
  /** Commands at the start of each pass that are applied and not timed: books fill, tables grow, and the compiler learns. */
  readonly warmUpCount: number;
  /** Of a modify: with what had traded before, as the engine counts it. */
  readonly orderQtys: Float64Array;
  readonly tradeCount: number;
  /** Sum of the quantities of all trades. */
  readonly tradedQty: number;
  readonly eventCount: number;
}

export interface PassOutcome {
  readonly eventCount: number;
  readonly nanosecondsPerCommand: number;
}

/** Runs the stream once, slowly, to learn what each modify has to ask for. Throws where nothing is left to be timed. */
export function compileStream(stream: NumberedStream, warmUpCount: number): CompiledStream {
  if (stream.messageCount <= warmUpCount) throw new Error("The stream is all warm-up");
  const orderQtys = Float64Array.from(stream.quantities);
  const fills = new Fills(orderQtys, stream.orders);
  const engine = new Engine(passLimits(stream.messageCount, 1));
  const compiled = {
    ...stream,
    warmUpCount,
    orderQtys,
    tradeCount: 0,
    tradedQty: 0,
    eventCount: 0,
  };
  const { eventCount } = applyAll(compiled, engine, fills);
  const { tradeCount, tradedQty } = fills;
  return { ...compiled, tradeCount, tradedQty, eventCount };
}

/** Applies the whole stream to a new engine; the time is that of the commands after the warm-up. */
export function timePass(compiled: CompiledStream, idWindowMs: number): PassOutcome {
  const engine = new Engine(passLimits(compiled.messageCount, idWindowMs));
  const outcome = applyAll(compiled, engine, null);
  if (outcome.eventCount === compiled.eventCount) return outcome;
  throw new Error(`A pass wrote ${outcome.eventCount} events instead of ${compiled.eventCount}`);
}

/** Of an engine that takes the whole stream. */
export function passLimits(messageCount: number, idWindowMs: number): Partial<EngineLimits> {
  return { orderCountMax: messageCount + 1, idWindowMs };
}

/** Commands that are written one after another before they are applied, so that writing them is not timed. They stay in the cache. */
export const batchCount = 256;
/** Room for each command of a stream; a multiple of 8. */
export const commandBytesMax = 168;

function applyAll(compiled: CompiledStream, engine: Engine, fills: Fills | null): PassOutcome {
  const source = new OrderStreamCommands();
  const batch = new CommandBuffer(batchCount * commandBytesMax);
  const out = new EventBuffer();
  let seqNum = 0;
  for (const opening of source.opening()) {
    seqNum++;
    engine.apply(opening, 0, seqNum, source.time(seqNum), seqNum, out);
  }
  let eventCount = 0;
  let nanoseconds = 0;
  const step = fills === null ? batchCount : 1;
  for (let index = 0; index < compiled.messageCount; index += step) {
    fills?.beforeMessage(index, compiled.types[index] ?? 0);
    const count = Math.min(step, compiled.messageCount - index);
    writeBatch(source, compiled, index, count, batch);
    const startedAt = Bun.nanoseconds();
    eventCount += applyBatch(engine, batch, count, seqNum + 1, source.time(seqNum + 1), out);
    if (index >= compiled.warmUpCount) nanoseconds += Bun.nanoseconds() - startedAt;
    seqNum += count;
    fills?.afterMessage(source, out);
  }
  const timedFrom = Math.ceil(compiled.warmUpCount / step) * step;
  return { eventCount, nanosecondsPerCommand: nanoseconds / (compiled.messageCount - timedFrom) };
}

/** Writes `count` commands from message `first` on at the start of `batch`, one every commandBytesMax. */
export function writeBatch(
  source: OrderStreamCommands,
  compiled: CompiledStream,
  first: number,
  count: number,
  batch: CommandBuffer,
): void {
  for (let place = 0; place < count; place++) {
    const { bytes } = commandOf(source, compiled, first + place);
    batch.bytes.set(bytes, place * commandBytesMax);
  }
}

/** Applies the commands of a batch, one each millisecond; the events that they came to. */
function applyBatch(
  engine: Engine,
  batch: CommandBuffer,
  count: number,
  firstSeqNum: number,
  firstTime: number,
  out: EventBuffer,
): number {
  let eventCount = 0;
  for (let place = 0; place < count; place++) {
    const seqNum = firstSeqNum + place;
    if (place % preparedMax === 0) {
      const prepared = Math.min(preparedMax, count - place);
      engine.prepare(batch, place * commandBytesMax, commandBytesMax, prepared);
    }
    out.reset();
    engine.apply(batch, place * commandBytesMax, seqNum, firstTime + place, seqNum, out);
    eventCount += out.eventCount;
  }
  return eventCount;
}

/** The command of a message, valid until the next call. */
export function commandOf(
  commands: OrderStreamCommands,
  compiled: CompiledStream,
  index: number,
): CommandBuffer {
  const { types, orders, sides, iocs, prices, orderQtys } = compiled;
  const order = orders[index] ?? 0;
  const side = sides[index] ?? 0;
  const type = types[index];
  if (type === StreamMessageType.Cancel) return commands.cancel(order, side);
  const [price, orderQty] = [prices[index] ?? 0, orderQtys[index] ?? 0];
  if (type === StreamMessageType.Modify) return commands.replace(order, side, price, orderQty);
  return commands.newOrder(order, side, price, orderQty, iocs[index] === 1);
}

/** Follows what orders have traded, and puts it on top of what modifies ask for. */
class Fills {
  readonly #orderQtys: Float64Array;
  readonly #orders: Int32Array;
  readonly #cumQtys: Float64Array;
  tradeCount = 0;
  tradedQty = 0;

  constructor(orderQtys: Float64Array, orders: Int32Array) {
    this.#orderQtys = orderQtys;
    this.#orders = orders;
    this.#cumQtys = new Float64Array(orders.length);
  }

  beforeMessage(index: number, type: number): void {
    if (type !== StreamMessageType.Modify) return;
    const cumQty = this.#cumQtys[this.#orders[index] ?? 0] ?? 0;
    this.#orderQtys[index] = (this.#orderQtys[index] ?? 0) + cumQty;
  }

  afterMessage(commands: OrderStreamCommands, { view, length }: EventBuffer): void {
    for (let at = bodyHeaderBytes; at < length; at += headerBytes + view.getUint16(at, true)) {
      if (view.getUint16(at + 2, true) !== TradeLayout.templateId) continue;
      const block = at + headerBytes;
      const lastQty = readUint53(view, block + TradeLayout.lastQty);
      for (const field of [TradeLayout.makerOrderID, TradeLayout.takerOrderID]) {
        const order = commands.numberAt(view, block + field);
        this.#cumQtys[order] = (this.#cumQtys[order] ?? 0) + lastQty;
      }
      this.tradeCount++;
      this.tradedQty += lastQty;
    }
  }
}
