import { expect, test } from "bun:test";
import fc from "fast-check";

import { CommandStream, openingOf } from "../engine/oracle/command-stream.ts";
import { Dice } from "../engine/oracle/dice.ts";
import { rollIntent } from "../engine/oracle/stream-intent.ts";
import { shapeOf } from "../engine/oracle/stream-shape.ts";
import { ManualClock } from "../ports/clock/clock-manual.ts";
import type { Book } from "./book.ts";
import { ClientBook, levelTexts, TestSocket } from "./client-book.fixture.ts";
import { PartitionBooks } from "./partition-books.ts";
import type { StreamConnection } from "./stream-connection.ts";
import { Stream } from "./stream.ts";

interface Reader {
  readonly socket: TestSocket;
  readonly connection: StreamConnection;
  readonly books: Map<string, ClientBook>;
  tradesKnownTo: number;
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test("a client's book from snapshot and deltas is the book at that seqNum, for fast and slow readers alike", () => {
  let resent = 0;
  let deltas = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const run = new StreamRun(seed);
      for (let count = 0; count < 300; count++) run.step();
      run.finish();
      for (const { books } of run.readers) {
        for (const book of books.values()) {
          resent += book.snapshotCount - 1;
          deltas += book.deltaCount;
        }
      }
    }),
    { numRuns: 40 },
  );
  expect(resent).toBeGreaterThan(20);
  expect(deltas).toBeGreaterThan(200);
}, 60_000);

class StreamRun {
  readonly readers: Reader[] = [];
  readonly #commands: CommandStream;
  readonly #dice: Dice;
  readonly #books = new PartitionBooks(0);
  readonly #clock = new ManualClock();
  readonly #stream: Stream;
  readonly #opening: ReturnType<typeof openingOf>;
  readonly #allTrades = new Map<string, number[]>();

  constructor(seed: number) {
    const shape = shapeOf(seed);
    this.#commands = new CommandStream(shape);
    this.#dice = new Dice(seed ^ 0x5eed);
    this.#opening = openingOf(shape).reverse();
    const found = { find: (symbol: string) => this.#books.find(symbol), serves: () => true };
    this.#stream = new Stream({ clock: this.#clock, books: () => found });
  }

  step(): void {
    const intent = this.#opening.pop() ?? rollIntent(this.#dice, this.#commands.shape);
    const { record, events } = this.#commands.step(intent);
    const transactTime = this.#commands.engine.now;
    const changed = this.#books.apply({
      position: { seqNum: record.seqNum },
      transactTime,
      events,
    });
    for (const event of events) if (event.kind === "Trade") this.#note(event);
    this.#stream.changed(changed);
    if (this.#dice.chance(0.3)) this.#stream.flush();
    if (this.#dice.chance(0.05)) this.#join();
    for (const reader of this.readers) this.#disturb(reader);
    for (const reader of this.readers) this.#read(reader);
  }

  /** All queues run empty: then everybody knows everything. */
  finish(): void {
    this.#stream.flush();
    for (const reader of this.readers) {
      reader.socket.full = false;
      this.#stream.received(reader.connection, `{"op":"resume"}`);
      this.#stream.drained(reader.connection);
      this.#read(reader);
      for (const [symbol, client] of reader.books) {
        expect(client.levels()).toEqual(levelTexts(this.#bookOf(symbol)));
      }
    }
  }

  #note({ securityID, rptSeq }: { securityID: number; rptSeq: number }): void {
    for (const { terms } of this.#books.books) {
      if (terms.securityID !== securityID) continue;
      this.#allTrades.set(terms.symbol, [...(this.#allTrades.get(terms.symbol) ?? []), rptSeq]);
    }
  }

  #join(): void {
    const [book] = this.#books.books;
    if (book === undefined || this.readers.length === 4) return;
    const { symbol } = book.terms;
    const socket = new TestSocket();
    const connection = this.#stream.open(socket);
    const books = new Map([[symbol, new ClientBook()]]);
    this.readers.push({ socket, connection, books, tradesKnownTo: book.rptSeq });
    for (const channel of ["book", "trades"]) {
      const request = JSON.stringify({ op: "subscribe", channel, symbol });
      this.#stream.received(connection, request);
    }
  }

  #disturb({ socket, connection }: Reader): void {
    this.#clock.advance(100);
    if (this.#dice.chance(0.1)) socket.full = true;
    if (this.#dice.chance(0.02)) this.#stream.received(connection, `{"op":"pause"}`);
    if (this.#dice.chance(0.1)) this.#stream.received(connection, `{"op":"resume"}`);
    if (!this.#dice.chance(0.1)) return;
    socket.full = false;
    socket.queuedCount = 0;
    this.#stream.drained(connection);
  }

  #read(reader: Reader): void {
    expect(reader.socket.queuedCount).toBeLessThanOrEqual(2);
    for (const message of reader.socket.take()) {
      if (message.type === "snapshot" || message.type === "delta") {
        reader.books.get(message.symbol)?.take(message);
      }
      if (message.type === "trade") {
        this.#assertNoTradeBetween(message.symbol, reader.tradesKnownTo, message.rptSeq);
        reader.tradesKnownTo = message.rptSeq;
      }
      if (message.type === "gap") {
        this.#assertNoTradeBetween(message.symbol, reader.tradesKnownTo, message.fromRptSeq + 1);
        reader.tradesKnownTo = message.toRptSeq;
      }
    }
  }

  #assertNoTradeBetween(symbol: string, from: number, to: number): void {
    const skipped = (this.#allTrades.get(symbol) ?? []).filter(
      (rptSeq) => rptSeq > from && rptSeq < to,
    );
    expect(skipped).toEqual([]);
  }

  #bookOf(symbol: string): Book {
    const book = this.#books.find(symbol);
    if (book === null) throw new Error(`${symbol} is gone`);
    return book;
  }
}
