import { CommandBuffer } from "../engine/core/command-buffer.ts";
import type { Engine } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { OrderStreamCommands } from "../ops/order-stream-commands.ts";
import { median } from "./report.ts";

/** Commands that are written one after another before they are applied: only that is timed, and they stay in the cache. */
const batchCount = 256;
const commandBytesMax = 168;
const middlePrice = 1_000_000_000;

/**
 * A book of so many resting orders, and commands that cancel one of them at random and enter another, so that it keeps its depth.
 * Prices lie up to `range` away from the middle, as many between 1 and 10 ticks as between 10 and 100, and so on. Nothing trades.
 */
export class SteadyFlow {
  readonly #engine: Engine;
  readonly #commands = new OrderStreamCommands();
  readonly #batch = new CommandBuffer(batchCount * commandBytesMax);
  readonly #out = new EventBuffer();
  readonly #live: Int32Array;
  readonly #logRange: number;
  #orderCount = 0;
  #seqNum = 0;
  #random = 1;

  constructor(engine: Engine, liveCount: number, range: number) {
    this.#engine = engine;
    this.#live = new Int32Array(liveCount);
    this.#logRange = Math.log(range);
    for (const opening of this.#commands.opening()) {
      this.#batch.bytes.set(opening.bytes);
      this.#applyBatch(1);
    }
    this.#fill();
    if (engine.orderCount !== liveCount) {
      throw new Error(`${engine.orderCount} orders rest instead of ${liveCount}`);
    }
  }

  /** Runs so many commands; nanoseconds a command, as the median of the batches. */
  run(commandCount: number): number {
    const batches: number[] = [];
    for (let done = 0; done < commandCount; done += batchCount) {
      for (let place = 0; place < batchCount; place += 2) {
        const index = this.#below(this.#live.length);
        this.#cancel(index, place);
        this.#enter(index, place + 1);
      }
      batches.push(this.#applyBatch(batchCount) / batchCount);
    }
    return median(batches);
  }

  #fill(): void {
    for (let first = 0; first < this.#live.length; first += batchCount) {
      const count = Math.min(batchCount, this.#live.length - first);
      for (let place = 0; place < count; place++) this.#enter(first + place, place);
      this.#applyBatch(count);
    }
  }

  #enter(index: number, place: number): void {
    const order = this.#orderCount++;
    const away = Math.max(1, Math.floor(Math.exp((this.#below(65_536) / 65_536) * this.#logRange)));
    const price = middlePrice + (sideOf(order) === 0 ? -away : away);
    this.#live[index] = order;
    this.#write(this.#commands.newOrder(order, sideOf(order), price, 10, false), place);
  }

  #cancel(index: number, place: number): void {
    const order = this.#live[index] ?? 0;
    this.#write(this.#commands.cancel(order, sideOf(order)), place);
  }

  #write({ bytes }: CommandBuffer, place: number): void {
    this.#batch.bytes.set(bytes, place * commandBytesMax);
  }

  /** Nanoseconds that a batch takes, one command each millisecond of log time. */
  #applyBatch(count: number): number {
    const startedAt = Bun.nanoseconds();
    for (let place = 0; place < count; place++) {
      const seqNum = ++this.#seqNum;
      const time = this.#commands.time(seqNum);
      this.#out.reset();
      this.#engine.apply(this.#batch, place * commandBytesMax, seqNum, time, seqNum, this.#out);
    }
    return Bun.nanoseconds() - startedAt;
  }

  #below(limit: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 4_294_967_296) * limit);
  }
}

/** 0 = buy, 1 = sell: the orders take turns. */
function sideOf(order: number): number {
  return order & 1;
}
