import { heapStats } from "bun:jsc";

import { expect, test } from "bun:test";

import { requestHash } from "../../schema/request-hash.ts";
import { Side, TradingState } from "../../schema/generated/enums.ts";
import { frame } from "../../schema/frame.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { alice, bob, orderID, Partition } from "./core.fixture.ts";
import { EventBuffer } from "./event-buffer.ts";

/** Commands a round: orders, trades and cancels around a book of some hundred orders. */
const commandsPerRound = 250_000;
const rounds = 4;
const lifeOrders = 2000;
/** In an auction each command looks at every order that crosses: fewer of both. */
const auctionCommands = 60_000;
const auctionLifeOrders = 100;
/** Longer than any flow. */
const timeoutMs = 86_400_000;
/** What a million commands may leave on the heap, whatever its cause: 8 bytes a command would be 8 MB. */
const growthMaxBytes = 400_000;

test("a million commands leave nothing on the heap", () => {
  const flow = new Flow();
  for (let round = 0; round < 2; round++) flow.run(commandsPerRound);
  const before = usedBytes();
  for (let round = 0; round < rounds; round++) flow.run(commandsPerRound);
  const grown = usedBytes() - before;
  expect(flow.tradeBytes).toBeGreaterThan(0);
  expect(grown).toBeLessThan(growthMaxBytes);
});

test("sixty thousand commands of an auction leave nothing on the heap, its indications included", () => {
  const flow = new Flow({ tradingState: TradingState.Auction }, auctionLifeOrders);
  flow.run(auctionCommands);
  const before = usedBytes();
  flow.run(auctionCommands);
  const grown = usedBytes() - before;
  expect(flow.tradeBytes).toBeGreaterThan(0);
  expect(grown).toBeLessThan(growthMaxBytes);
});

test("a quarter of a million commands over connections leave nothing on the heap", () => {
  const flow = new Flow({}, lifeOrders, Number.MAX_SAFE_INTEGER);
  flow.run(commandsPerRound);
  const before = usedBytes();
  flow.run(commandsPerRound);
  const grown = usedBytes() - before;
  expect(flow.tradeBytes).toBeGreaterThan(0);
  expect(grown).toBeLessThan(growthMaxBytes);
});

/** The heap with the memory of its buffers, after a full collection. */
function usedBytes(): number {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}

/** Commands patched into two records, so that the driver allocates nothing either. */
class Flow {
  tradeBytes = 0;
  readonly #partition: Partition;
  readonly #lifeOrders: number;
  readonly #out = new EventBuffer();
  readonly #order: CommandBuffer;
  readonly #cancel: CommandBuffer;
  #count = 0;
  #seed = 1;

  /** The orders of both accounts come over a connection of theirs of this number, where it is not 0. */
  constructor(terms: { tradingState?: TradingState } = {}, life = lifeOrders, connectionID = 0) {
    const partition = Partition.open({ idWindowMs: 1000 }, terms);
    this.#partition = partition;
    this.#lifeOrders = life;
    for (const accountID of connectionID === 0 ? [] : [alice, bob]) {
      partition.timer(timeoutMs, accountID, connectionID);
    }
    const order = frame(partition.newOrder({ connectionID }));
    this.#order = CommandBuffer.of(order);
    const cancel = frame({
      kind: "OrderCancelRequest",
      sendingTime: 0,
      validUntil: 0,
      commandID: orderID(1),
      requestHash: requestHash(order),
      accountID: alice,
      attempt: 0,
      orderID: orderID(1),
    });
    this.#cancel = CommandBuffer.of(cancel);
  }

  /** Every order is canceled `life` orders later, unless it has traded by then. */
  run(commandCount: number): void {
    for (let index = 0; index < commandCount; index += 2) {
      this.#sendOrder(++this.#count);
      this.#sendCancel(this.#count - this.#lifeOrders);
    }
  }

  #sendOrder(id: number): void {
    const { view } = this.#order;
    this.#stamp(view);
    view.setUint32(headerBytes + New.orderID + 12, id, true);
    view.setUint32(headerBytes + New.accountID, accountOf(id), true);
    view.setUint8(headerBytes + New.side, id % 2 === 0 ? Side.Buy : Side.Sell);
    view.setInt32(headerBytes + New.price, 50_000 + this.#random(200), true);
    view.setUint32(headerBytes + New.orderQty, 1 + this.#random(20), true);
    this.#apply(this.#order);
  }

  #sendCancel(id: number): void {
    const { view } = this.#cancel;
    this.#stamp(view);
    view.setUint32(headerBytes + Cancel.orderID + 12, id, true);
    view.setUint32(headerBytes + Cancel.accountID, accountOf(id), true);
    this.#apply(this.#cancel);
  }

  /** Four commands a millisecond, so that the id window fills and empties. */
  #stamp(view: DataView): void {
    this.#partition.time += 0.25;
    view.setUint32(headerBytes + New.sendingTime, Math.floor(this.#partition.time), true);
  }

  #apply(command: CommandBuffer): void {
    const { engine, time } = this.#partition;
    const seqNum = ++this.#partition.seqNum;
    this.#out.reset();
    engine.apply(command, 0, seqNum, Math.floor(time), seqNum, this.#out);
    this.tradeBytes += Math.max(0, this.#out.length - 200);
  }

  #random(below: number): number {
    this.#seed = (Math.imul(this.#seed, 1103515245) + 12345) >>> 0;
    return (this.#seed >>> 8) % below;
  }
}

function accountOf(id: number): number {
  return id % 2 === 0 ? alice : bob;
}
