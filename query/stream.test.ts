import { beforeEach, describe, expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { Side, TradingState } from "../schema/generated/enums.ts";
import type { Event } from "../schema/generated/records.ts";
import { TestSocket } from "./client-book.fixture.ts";
import { PartitionBooks } from "./partition-books.ts";
import type { StreamConnection } from "./stream-connection.ts";
import { Stream, subscriptionCountMax } from "./stream.ts";
import { TestVenue, until } from "./venue.fixture.ts";

const symbol = "BTC-USD";
let clock: ManualClock;
let venue: TestVenue;
let books: PartitionBooks;
let stream: Stream;
let serving: boolean;
let seqNum: number;
let socket: TestSocket;
let connection: StreamConnection;

/** Sends through the oracle and folds, as Books would. */
async function apply(sending: () => Promise<unknown>): Promise<void> {
  const events: Event[] = [];
  const [engine] = venue.engines;
  if (engine === undefined) throw new Error("No engine");
  const plain = engine.apply.bind(engine);
  engine.apply = (...args) => {
    const made = plain(...args);
    events.push(...made);
    return made;
  };
  await sending();
  engine.apply = plain;
  stream.changed(books.apply({ position: { seqNum: ++seqNum }, transactTime: engine.now, events }));
}

function buy(price: number, orderQty = 1): Promise<void> {
  return apply(() => venue.order({ symbol, price, orderQty }));
}

function sell(price: number, orderQty = 1): Promise<void> {
  return apply(() => venue.order({ symbol, side: Side.Sell, accountID: 2, price, orderQty }));
}

function ask(message: unknown): void {
  stream.received(connection, typeof message === "string" ? message : JSON.stringify(message));
}

beforeEach(async () => {
  clock = new ManualClock();
  venue = new TestVenue();
  await venue.open();
  books = new PartitionBooks(0);
  serving = true;
  seqNum = 0;
  const found = { find: (name: string) => books.find(name), serves: () => serving };
  stream = new Stream({ clock, books: () => found });
  await apply(() => venue.define(symbol, [1, 2]));
  socket = new TestSocket();
  connection = stream.open(socket);
});

describe("a book", () => {
  test("rule 34: says its trading state, and each change of what its opening would come to", async () => {
    await apply(() => venue.setState(symbol, TradingState.Auction));
    await buy(103, 5);
    ask({ op: "subscribe", channel: "book", symbol });
    const nothing = { indicativeQty: "0.000", imbalanceQty: "0.000" };
    expect(socket.take()).toMatchObject([
      { type: "subscribed" },
      { type: "snapshot", tradingState: "Auction", auction: nothing },
    ]);
    await sell(103, 2);
    stream.flush();
    await apply(() => venue.setState(symbol, TradingState.Halt));
    stream.flush();
    const auction = { indicativePrice: "1.03", indicativeQty: "0.002", imbalanceQty: "0.003" };
    const [crossed, halted, ...more] = socket.take();
    expect(crossed).toMatchObject({ type: "delta", asks: [["1.03", "0.002"]], auction });
    expect(halted).toMatchObject({ type: "delta", tradingState: "Halt", bids: [], asks: [] });
    expect(halted).not.toHaveProperty("auction");
    expect(more).toEqual([]);
  });

  test("rule 39: comes as snapshot, then as absolute quantities, 0 for a level that went", async () => {
    await buy(100, 5);
    ask({ op: "subscribe", channel: "book", symbol });
    expect(socket.take()).toMatchObject([
      { type: "subscribed", channel: "book", symbol },
      { type: "snapshot", symbol, seqNum: 2, bids: [["1.00", "0.005"]], asks: [] },
    ]);
    await sell(100, 2);
    stream.flush();
    await sell(100, 3);
    stream.flush();
    expect(socket.take()).toMatchObject([
      { type: "delta", prevSeq: 2, seqNum: 3, bids: [["1.00", "0.003"]], asks: [] },
      { type: "delta", prevSeq: 3, seqNum: 4, bids: [["1.00", "0"]], asks: [], checksum: 0 },
    ]);
  });

  test("gathers what happens within a moment into one delta, told at once after a quiet time", async () => {
    ask({ op: "subscribe", channel: "book", symbol });
    socket.take();
    clock.advance(1000);
    await buy(90);
    await until(() => socket.messages.length > 0);
    expect(socket.take()).toMatchObject([{ type: "delta", bids: [["0.90", "0.001"]] }]);
    await buy(91);
    await buy(92);
    await until(() => clock.sleeperCount > 0);
    expect(socket.take()).toEqual([]);
    clock.advance(25);
    await until(() => socket.messages.length > 0);
    expect(socket.take()).toMatchObject([
      {
        type: "delta",
        bids: [
          ["0.92", "0.001"],
          ["0.91", "0.001"],
        ],
      },
    ]);
  });

  test("subscribed to again comes whole again", () => {
    ask({ op: "subscribe", channel: "book", symbol });
    ask({ op: "subscribe", channel: "book", symbol });
    const types = socket.take().map(({ type }) => type);
    expect(types).toEqual(["subscribed", "snapshot", "subscribed", "snapshot"]);
  });

  test("is not told of any more after unsubscribe or close", async () => {
    ask({ op: "subscribe", channel: "book", symbol });
    ask({ op: "unsubscribe", channel: "book", symbol });
    await buy(90);
    stream.flush();
    expect(socket.take().at(-1)).toEqual({ type: "unsubscribed", channel: "book", symbol });
    ask({ op: "subscribe", channel: "book", symbol });
    socket.take();
    stream.closed(connection);
    await buy(91);
    stream.flush();
    expect(socket.take()).toEqual([]);
  });
});

describe("trades", () => {
  test("come one by one from the subscription on", async () => {
    await buy(100, 5);
    await sell(100, 1);
    ask({ op: "subscribe", channel: "trades", symbol });
    await sell(100, 2);
    await sell(100, 2);
    stream.flush();
    expect(socket.take()).toMatchObject([
      { type: "subscribed", channel: "trades" },
      { type: "trade", seqNum: 4, lastPx: "1.00", lastQty: "0.002", aggressorSide: "Sell" },
      { type: "trade", seqNum: 5, lastPx: "1.00", lastQty: "0.002", aggressorSide: "Sell" },
    ]);
  });

  test("that a slow reader missed are named by a gap, once it reads again", async () => {
    await buy(100, 9);
    ask({ op: "subscribe", channel: "trades", symbol });
    socket.take();
    socket.full = true;
    for (let count = 0; count < 3; count++) {
      await sell(100, 1);
      stream.flush();
    }
    const [queued, ...others] = socket.take();
    expect(others).toEqual([]);
    socket.full = false;
    stream.drained(connection);
    const [gap] = socket.take();
    if (queued?.type !== "trade" || gap?.type !== "gap") throw new Error("No trade, or no gap");
    expect(gap.fromRptSeq).toBeGreaterThanOrEqual(queued.rptSeq);
    expect(gap.toRptSeq).toBe(books.find(symbol)?.rptSeq ?? 0);
    await sell(100, 1);
    stream.flush();
    expect(socket.take()).toMatchObject([{ type: "trade" }]);
  });
});

describe("a slow reader", () => {
  test("has one message queued, however much happens, and gets one fresh snapshot", async () => {
    ask({ op: "subscribe", channel: "book", symbol });
    socket.take();
    socket.full = true;
    for (let price = 1; price <= 50; price++) {
      await buy(price);
      stream.flush();
    }
    expect(socket.queuedCount).toBe(1);
    socket.full = false;
    socket.take();
    stream.drained(connection);
    const [snapshot, ...others] = socket.take();
    expect(others).toEqual([]);
    expect(snapshot).toMatchObject({ type: "snapshot", seqNum });
    await buy(60);
    stream.flush();
    expect(socket.take()).toMatchObject([{ type: "delta", prevSeq: seqNum - 1, seqNum }]);
  });

  test("that sends requests without reading the answers is closed", () => {
    socket.full = true;
    for (let count = 0; count < 70; count++) ask({ op: "ping" });
    expect(socket.closed?.code).toBe(1013);
    expect(socket.queuedCount).toBeLessThanOrEqual(65);
  });

  test("may ask for a pause: nothing comes until it resumes, then the book as it is", async () => {
    ask({ op: "subscribe", channel: "book", symbol });
    ask({ op: "pause" });
    socket.take();
    await buy(90);
    stream.flush();
    await buy(91);
    expect(socket.take()).toEqual([]);
    ask({ op: "resume" });
    expect(socket.take()).toMatchObject([{ type: "snapshot", seqNum }]);
  });
});

describe("a client that asks for too much or for nonsense", () => {
  test("is told so, and keeps its connection", () => {
    const nonsense = [
      "",
      "{",
      "[]",
      "null",
      `"subscribe"`,
      `{"op":"subscribe"}`,
      `{"op":"subscribe","channel":"orders","symbol":"BTC-USD"}`,
      `{"op":"subscribe","channel":"book","symbol":"BTC-USD","accountID":1}`,
      `{"op":"subscribe","channel":"book","symbol":["BTC-USD"]}`,
      `{"op":"subscribe","channel":"book","symbol":"btc"}`,
      `{"op":"__proto__"}`,
    ];
    for (const text of nonsense) {
      ask(text);
      expect(socket.take()).toMatchObject([{ type: "error", code: "InvalidMessage" }]);
    }
    ask({ op: "subscribe", channel: "book", symbol: "NONE" });
    expect(socket.take()).toMatchObject([{ type: "error", code: "UnknownSymbol" }]);
    ask({ op: "ping" });
    expect(socket.take()).toEqual([{ type: "pong" }]);
    expect(socket.closed).toBeNull();
  });

  test("has at most 64 subscriptions", async () => {
    for (let count = 0; count < 33; count++) {
      await apply(() => venue.define(`S${count}`, []));
      clock.advance(100);
      for (const channel of ["book", "trades"])
        ask({ op: "subscribe", channel, symbol: `S${count}` });
    }
    const messages = socket.take();
    const refused = messages.filter(({ type }) => type === "error");
    expect(refused).toMatchObject(Array(2).fill({ code: "TooManySubscriptions" }));
    expect(connection.subscriptionCount).toBe(subscriptionCountMax);
    ask({ op: "subscribe", channel: "book", symbol: "S0" });
    expect(socket.take()).toMatchObject([{ type: "subscribed" }, { type: "snapshot" }]);
  });

  test("is closed when it floods", () => {
    for (let count = 0; count < 200; count++) ask({ op: "ping" });
    expect(socket.closed).toBeNull();
    ask({ op: "ping" });
    expect(socket.messages.at(-1)).toMatchObject({ type: "error", code: "TooManyMessages" });
    expect(socket.closed?.code).toBe(1008);
  });
});

describe("a book that is not kept up to date", () => {
  test("takes no subscription", () => {
    serving = false;
    ask({ op: "subscribe", channel: "book", symbol });
    expect(socket.take()).toMatchObject([{ type: "error", code: "BookUnavailable" }]);
  });

  test("ends the connections of its readers, and no others", () => {
    const other = new TestSocket();
    stream.open(other);
    ask({ op: "subscribe", channel: "trades", symbol });
    stream.stopped(0);
    expect(socket.messages.at(-1)).toMatchObject({ type: "error", code: "BookUnavailable" });
    expect(socket.closed?.code).toBe(1011);
    expect(other.closed).toBeNull();
  });
});
