import { expect, test } from "bun:test";
import fc from "fast-check";

import { CommandStream, openingOf } from "../engine/oracle/command-stream.ts";
import { Dice } from "../engine/oracle/dice.ts";
import { rollIntent } from "../engine/oracle/stream-intent.ts";
import { shapeOf } from "../engine/oracle/stream-shape.ts";
import { PartitionBooks } from "./partition-books.ts";
import { oracleBook, replicaBook } from "./venue.fixture.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test("after every body the folded books are the engine's, order by order, and never crossed", () => {
  let restingMost = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      for (const { stream, books } of foldedStream(seed, 600)) {
        const { instruments } = stream.engine.state();
        expect([...books.books].length).toBe(instruments.length);
        for (const instrument of instruments) {
          const book = books.find(instrument.symbol);
          if (book === null) throw new Error(`${instrument.symbol} is missing`);
          expect(replicaBook(book)).toEqual(oracleBook(instrument));
          expect(book.rptSeq).toBe(instrument.rptSeq);
          expect(book.terms.tickSize).toBe(instrument.tickSize);
          expect(book.terms.tradingState).toBe(instrument.tradingState);
          restingMost = Math.max(restingMost, instrument.bids.length);
        }
        expect(books.orderCount).toBe(stream.engine.state().resting.size);
      }
    }),
    { numRuns: 60 },
  );
  expect(restingMost).toBeGreaterThan(3);
}, 60_000);

test("a body that does not fit the book throws and is not taken for something else", () => {
  let refused = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const books = new PartitionBooks(0);
      const bodies = [...streamBodies(seed, 200)];
      const broken = bodies.findIndex(({ events }) => events.some(({ kind }) => kind === "Trade"));
      for (const body of bodies.slice(0, Math.max(0, broken))) books.apply(body);
      const body = bodies[broken];
      if (body === undefined) return;
      const events = body.events.map((event) =>
        event.kind === "Trade" ? { ...event, lastQty: event.lastQty + 1 } : event,
      );
      expect(() => books.apply({ ...body, events })).toThrow("does not fit its");
      refused++;
    }),
    { numRuns: 20 },
  );
  expect(refused).toBeGreaterThan(5);
}, 60_000);

function* foldedStream(seed: number, commandCount: number) {
  const shape = shapeOf(seed);
  const stream = new CommandStream(shape);
  const dice = new Dice(seed ^ 0x5eed);
  const books = new PartitionBooks(0);
  const opening = openingOf(shape);
  for (let count = 0; count < commandCount; count++) {
    const { record, events } = stream.step(opening[count] ?? rollIntent(dice, shape));
    const transactTime = stream.engine.now;
    books.apply({ position: { seqNum: record.seqNum }, transactTime, events });
    yield { stream, books };
  }
}

function* streamBodies(seed: number, commandCount: number) {
  const shape = shapeOf(seed);
  const stream = new CommandStream(shape);
  const dice = new Dice(seed ^ 0x5eed);
  const opening = openingOf(shape);
  for (let count = 0; count < commandCount; count++) {
    const { record, events } = stream.step(opening[count] ?? rollIntent(dice, shape));
    yield { position: { seqNum: record.seqNum }, transactTime: stream.engine.now, events };
  }
}
