import { NaiveEngine } from "../engine/oracle/naive-engine.ts";
import type { NaiveInstrument, NaiveOrder } from "../engine/oracle/naive-state.ts";
import { ManualClock } from "../ports/clock/clock-manual.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import type { Log } from "../ports/log/log.ts";
import { bodyHashText, bodyHeaderBytes, encodeChunks, sealBody } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { OrdType, SelfTradePrevention, Side, TimeInForce } from "../schema/generated/enums.ts";
import type { TradingState } from "../schema/generated/enums.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import { encodedBytes, encodeMessage } from "../schema/generated/records.ts";
import type { Command, Event } from "../schema/generated/records.ts";
import { murmur2, partitionOf, symbolHash } from "../schema/hash.ts";
import { Topic } from "../schema/topics.ts";
import type { Book } from "./book.ts";
import type { Ladder } from "./ladder.ts";

export interface SentCommand {
  readonly command: Command;
  readonly partition: number;
  readonly appendTime: number;
  readonly position: FoldPosition;
}

/** A venue without gateway and engine host: commands go through the oracle, and what they come to stands on a log in memory. */
export class TestVenue {
  readonly clock: ManualClock;
  readonly log: Log;
  readonly engines: readonly NaiveEngine[];
  /** Every command sent, and where its body ended. */
  readonly sent: SentCommand[] = [];
  readonly #tails: { seqNum: number; hash: string; epoch: number }[] = [];
  #ids = 0;

  constructor(partitionCount = 1) {
    this.clock = new ManualClock();
    this.log = createMemoryLog({ partitionCount, clock: this.clock });
    this.engines = Array.from({ length: partitionCount }, () => new NaiveEngine());
  }

  /** Position after the last command of each partition, as clients write it. */
  get position(): string {
    return this.#tails.map(({ seqNum }, partition) => `${partition}:${seqNum}`).join(",");
  }

  /** Appends a Claim to every partition: nothing else can stand there before. */
  async open(): Promise<void> {
    for (const partition of this.engines.keys()) await this.claim(partition);
  }

  async claim(partition: number): Promise<void> {
    const text = { clusterID: "c", ordersTopicID: "o", eventsTopicID: "e", build: "b", node: "n" };
    const counts = { partitionCount: this.engines.length, semanticsMin: 1, semanticsMax: 1 };
    const value = frame({ kind: "Claim", partition, ...counts, ...text });
    const [epoch = -1] = await this.log.append(Topic.OrderEvents, partition, [
      { key: null, value },
    ]);
    const tail = this.#tails[partition] ?? { seqNum: 0, hash: "0".repeat(16), epoch };
    this.#tails[partition] = { ...tail, epoch };
  }

  /** Applies a command and appends its body; returns its events. */
  async send(command: Command, partition = 0): Promise<readonly Event[]> {
    const engine = this.engines[partition];
    const seqNum = (this.#tails[partition]?.seqNum ?? 0) + 1;
    if (engine === undefined) throw new Error("The venue is not open");
    const events = engine.apply(command, seqNum - 1, this.clock.now(), seqNum);
    const position = await this.append(events, partition);
    this.sent.push({ command, partition, appendTime: this.clock.now(), position });
    return events;
  }

  /** Appends a body of any events, past the oracle. */
  async append(events: readonly Event[], partition = 0): Promise<FoldPosition> {
    const tail = this.#tails[partition];
    if (tail === undefined) throw new Error("The venue is not open");
    const seqNum = tail.seqNum + 1;
    const transactTime = this.clock.now();
    const body = sealedBody(events, { seqNum, transactTime, prevHash: tail.hash });
    const values = encodeChunks(body, seqNum, tail.epoch);
    const offsets = await this.log.append(
      Topic.OrderEvents,
      partition,
      values.map((value) => ({ key: null, value })),
    );
    const hash = bodyHashText(body);
    this.#tails[partition] = { ...tail, seqNum, hash };
    return { offset: offsets.at(-1) ?? -1, epoch: tail.epoch, seqNum, bodyHash: hash };
  }

  /** Where an instrument's commands go. */
  partitionOf(symbol: string): number {
    return partitionOf(murmur2(Buffer.from(symbol)), this.engines.length);
  }

  async define(symbol: string, accountIDs: readonly number[]): Promise<void> {
    const partition = this.partitionOf(symbol);
    for (const accountID of accountIDs) {
      const account = { accountID, accountStatus: 1, name: `account ${accountID}` } as const;
      await this.send(
        { kind: "AccountDefinition", ...this.#fields(accountID), ...account },
        partition,
      );
    }
    await this.send(this.#definition(symbol), partition);
  }

  /** Sends a limit order of 1 lot at 100 units, or whatever is said else; returns its orderID. */
  async order(order: Partial<NewOrderSingle> & { symbol: string }): Promise<string> {
    const orderID = order.orderID ?? this.orderID(order.symbol);
    const command: NewOrderSingle = {
      kind: "NewOrderSingle",
      ...this.#times(),
      orderID,
      requestHash: orderID.slice(-12).padStart(16, "0"),
      accountID: 1,
      attempt: 0,
      side: Side.Buy,
      ordType: OrdType.Limit,
      orderQty: 1,
      cashOrderQty: 0n,
      price: order.ordType === OrdType.Market ? 0 : 100,
      timeInForce: order.ordType === OrdType.Market ? TimeInForce.IOC : TimeInForce.GTC,
      selfTradePrevention: SelfTradePrevention.Default,
      execInst: 0,
      expireTime: 0,
      clOrdID: `c${this.#ids}`,
      ...order,
    };
    await this.send(command, this.partitionOf(order.symbol));
    return orderID;
  }

  async cancel(orderID: string, accountID: number, symbol: string): Promise<void> {
    const fields = this.#fields(accountID);
    await this.send({ kind: "OrderCancelRequest", ...fields, orderID }, this.partitionOf(symbol));
  }

  async setState(symbol: string, tradingState: TradingState): Promise<void> {
    const status = { kind: "SecurityStatus", ...this.#fields(0), tradingState, symbol } as const;
    await this.send(status, this.partitionOf(symbol));
  }

  async tick(partition = 0): Promise<void> {
    await this.send({ kind: "TimeTick", sendingTime: this.clock.now() }, partition);
  }

  /** A new one of that symbol. */
  orderID(symbol: string): string {
    this.#ids++;
    const hash = symbolHash(symbol).toString(16).padStart(8, "0");
    return `${hash}-0000-8000-8000-${this.#ids.toString(16).padStart(12, "0")}`;
  }

  #times(): { sendingTime: number; validUntil: number } {
    return { sendingTime: this.clock.now(), validUntil: 0 };
  }

  #fields(accountID: number) {
    const commandID = `00000000-0000-8000-8000-${(++this.#ids).toString(16).padStart(12, "0")}`;
    const requestHash = this.#ids.toString(16).padStart(16, "0");
    return { ...this.#times(), commandID, requestHash, accountID, attempt: 0 };
  }

  #definition(symbol: string): Command {
    return {
      kind: "SecurityDefinition",
      ...this.#fields(0),
      priceExponent: -2,
      qtyExponent: -3,
      symbol,
      baseCurrency: "BTC",
      quoteCurrency: "USD",
      tickSize: 1,
      selfTradePrevention: SelfTradePrevention.CancelNewest,
      lotSize: 1,
      minOrderQty: 0,
      maxOrderQty: 0,
      tradingState: 1,
    };
  }
}

function sealedBody(
  events: readonly Event[],
  fields: { seqNum: number; transactTime: number; prevHash: string },
): Uint8Array {
  const length = events.reduce((total, event) => total + encodedBytes(event), bodyHeaderBytes);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = bodyHeaderBytes;
  for (const event of events) at = encodeMessage(event, view, at);
  sealBody(view, {
    ...fields,
    commandOffset: fields.seqNum - 1,
    commandHash: "0".repeat(16),
    semanticsVersion: 1,
    eventCount: events.length,
  });
  return bytes;
}

export interface PlainOrder {
  readonly mdEntryID: number;
  readonly price: number;
  readonly leavesQty: bigint;
}

/** The oracle's book as plain data, best price first, each level in queue order. */
export function oracleBook({ bids, asks }: NaiveInstrument): {
  bids: PlainOrder[];
  asks: PlainOrder[];
} {
  const plain = ({ entryRptSeq, price, shownQty }: NaiveOrder): PlainOrder => ({
    mdEntryID: entryRptSeq,
    price,
    leavesQty: shownQty,
  });
  return { bids: bids.map(plain), asks: asks.map(plain) };
}

/** The replica's book in the same form; throws where a level's sums are not those of its orders. */
export function replicaBook({ bids, asks }: Book): { bids: PlainOrder[]; asks: PlainOrder[] } {
  return { bids: plainLadder(bids), asks: plainLadder(asks) };
}

function plainLadder(ladder: Ladder): PlainOrder[] {
  const orders: PlainOrder[] = [];
  for (const level of ladder.levels(Infinity)) {
    let orderQty = 0n;
    let orderCount = 0;
    for (let order = level.first; order !== null; order = order.after) {
      const { mdEntryID, price, leavesQty } = order;
      orders.push({ mdEntryID, price, leavesQty: BigInt(leavesQty) });
      orderQty += BigInt(leavesQty);
      orderCount++;
      if (price !== level.price) throw new Error(`Order ${mdEntryID} is at another price`);
    }
    if (orderQty !== level.orderQty || orderCount !== level.orderCount || orderCount === 0) {
      throw new Error(`The level ${level.price} is not the sum of its orders`);
    }
  }
  return orders;
}

/** Turns the event loop until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in time");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
