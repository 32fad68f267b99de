import { SeededRandom } from "../ops/seeded-random.ts";
import { StreamMessageType } from "../ops/order-stream.ts";
import { StreamWriter } from "./stream-file.ts";

/** The bytes of an order stream, and how many of its messages only make ready. */
export interface ShapedStream {
  readonly bytes: Uint8Array;
  readonly warmUpCount: number;
}

export interface FlowOptions {
  readonly seed: number;
  /** Messages of the same kind before those that count: the compiler learns. */
  readonly learningCount: number;
  /** Messages that count. */
  readonly messageCount: number;
}

const middlePrice = 65_536;
/** The pace-maker's ladder ends at twice the middle. */
const distanceMax = 60_000;

/**
 * A market that has about `liveCount` orders on the book all the time: 45 % new orders that rest, 5 % IOC orders at the other side's prices,
 * 5 % modifies by up to 3 ticks, and as many cancels of orders at random as keep the depth. 90 % of the distances from the fair price
 * are exponential (100 ticks), 10 % have a power law's tail; the fair price takes a step of a tick with each tenth message.
 */
export function mixedFlow(options: FlowOptions & { readonly liveCount: number }): ShapedStream {
  const warmUpCount = options.liveCount + options.learningCount;
  const flow = new MixedFlow(options.seed, options.liveCount, warmUpCount + options.messageCount);
  return { bytes: flow.write(), warmUpCount };
}

/** Blocks of 1,000 orders that rest on 100 levels of one side, then 1,000 takers that fill one of them each. */
export function addThenMatch(options: FlowOptions): ShapedStream {
  return blocks(options, blockCount, (writer, makers, side, order) => {
    for (let taken = 0; taken < blockCount; taken++) {
      const { price, quantity } = makers[taken] ?? emptied();
      writer.add(StreamMessageType.New, order + taken, side, price, quantity, true);
    }
  });
}

/** Blocks of 1,000 orders that rest on 100 levels of one side, then one taker that fills them all. */
export function deepSweeps(options: FlowOptions): ShapedStream {
  return blocks(options, 1, (writer, makers, side, order) => {
    const price = makers.at(-1)?.price ?? 0;
    const quantity = makers.reduce((sum, maker) => sum + maker.quantity, 0);
    writer.add(StreamMessageType.New, order, side, price, quantity, true);
  });
}

interface Maker {
  readonly price: number;
  readonly quantity: number;
}

type TakeAll = (
  writer: StreamWriter,
  makers: readonly Maker[],
  side: number,
  order: number,
) => void;

const blockCount = 1_000;
const levelCount = 100;

function blocks(options: FlowOptions, takerCount: number, takeAll: TakeAll): ShapedStream {
  const { seed, learningCount, messageCount } = options;
  const perBlock = blockCount + takerCount;
  const warmUpBlocks = Math.ceil(learningCount / perBlock);
  const count = warmUpBlocks + Math.ceil(messageCount / perBlock);
  const writer = new StreamWriter(count * perBlock);
  const random = new SeededRandom(seed);
  let order = 1;
  for (let block = 0; block < count; block++) {
    const side = block % 2;
    const makers = Array.from({ length: blockCount }, () => restAt(random, side));
    for (const [place, { price, quantity }] of makers.entries()) {
      writer.add(StreamMessageType.New, order + place, side, price, quantity);
    }
    const bestFirst = makers.toSorted((a, b) =>
      side === 0 ? b.price - a.price : a.price - b.price,
    );
    takeAll(writer, bestFirst, 1 - side, order + blockCount);
    order += perBlock;
  }
  return { bytes: writer.finish(), warmUpCount: warmUpBlocks * perBlock };
}

function restAt(random: SeededRandom, side: number): Maker {
  const away = random.integer(1, levelCount);
  return { price: middlePrice + (side === 0 ? -away : away), quantity: random.integer(1, 100) };
}

function emptied(): never {
  throw new Error("A block has as many makers as takers");
}

class MixedFlow {
  readonly #random: SeededRandom;
  readonly #writer: StreamWriter;
  readonly #messageCount: number;
  readonly #liveCount: number;
  /** Orders that were not canceled. Some of them have traded meanwhile: their cancel comes too late, as in life. */
  readonly #open: number[] = [];
  readonly #sides: number[] = [0];
  readonly #prices: number[] = [0];
  readonly #quantities: number[] = [0];
  #middle = middlePrice;

  constructor(seed: number, liveCount: number, messageCount: number) {
    this.#random = new SeededRandom(seed);
    this.#writer = new StreamWriter(messageCount);
    this.#messageCount = messageCount;
    this.#liveCount = liveCount;
  }

  write(): Uint8Array {
    for (let index = 0; index < this.#messageCount; index++) {
      if (index < this.#liveCount) this.#rest();
      else this.#next();
    }
    return this.#writer.finish();
  }

  #next(): void {
    const random = this.#random;
    if (random.integer(0, 9) === 0) this.#middle += random.integer(0, 1) === 0 ? -1 : 1;
    const share = random.next();
    if (share < 0.05) this.#take();
    else if (share < 0.1) this.#modify();
    else if (this.#open.length > this.#liveCount) this.#cancel();
    else this.#rest();
  }

  #rest(): void {
    const side = this.#random.integer(0, 1);
    const away = this.#distance();
    const price = this.#middle + (side === 0 ? -away : away);
    this.#open.push(this.#enter(side, price, this.#random.integer(1, 100), false));
  }

  #take(): void {
    const side = this.#random.integer(0, 1);
    const price = this.#middle + (side === 0 ? 10 : -10);
    this.#enter(side, price, this.#random.integer(1, 100), true);
  }

  #modify(): void {
    const order = this.#open[this.#random.integer(0, this.#open.length - 1)] ?? 0;
    const price = (this.#prices[order] ?? 0) + this.#random.integer(-3, 3);
    const quantity = (this.#quantities[order] ?? 0) + 1;
    this.#prices[order] = price;
    this.#quantities[order] = quantity;
    this.#writer.add(StreamMessageType.Modify, order, this.#sides[order] ?? 0, price, quantity);
  }

  #cancel(): void {
    const place = this.#random.integer(0, this.#open.length - 1);
    const order = this.#open[place] ?? 0;
    this.#open[place] = this.#open.at(-1) ?? 0;
    this.#open.pop();
    this.#writer.add(StreamMessageType.Cancel, order, this.#sides[order] ?? 0, 0, 0);
  }

  #enter(side: number, price: number, quantity: number, isIoc: boolean): number {
    const order = this.#sides.push(side) - 1;
    this.#prices.push(price);
    this.#quantities.push(quantity);
    this.#writer.add(StreamMessageType.New, order, side, price, quantity, isIoc);
    return order;
  }

  #distance(): number {
    const random = this.#random;
    const away =
      random.integer(0, 9) === 0
        ? 100 * (1 - random.next()) ** (-1 / 1.3)
        : -100 * Math.log(1 - random.next());
    return Math.min(distanceMax, 1 + Math.floor(away));
  }
}
