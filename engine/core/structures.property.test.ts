import { expect, test } from "bun:test";

import fc from "fast-check";

import { Side } from "../../schema/generated/enums.ts";
import { hashID, IdTable } from "./id-table.ts";
import { Ladder } from "./ladder.ts";
import { LevelPages } from "./level-pages.ts";
import { ColdDouble, coldShift, OrderPool, orderShift, OrderWord } from "./order-pool.ts";
import { RecordMemory, RecordPool } from "./record-pool.ts";
import { TagTable } from "./tag-table.ts";
import { Timers } from "./timers.ts";

const numRuns = 60;

test("the id table finds what is in it and nothing else, through collisions, removals and growth", () => {
  const step = fc.record({ id: fc.nat(3000), isRemoval: fc.boolean() });
  const steps = fc.array(step, { minLength: 1, maxLength: 3000, size: "max" });
  fc.assert(
    fc.property(steps, fc.constantFrom(32, 512, 0x7fffffff), (commands, hashRange) => {
      const pool = new RecordPool(new RecordMemory(2, 8));
      const table = new IdTable(pool.memory);
      const expected = new Map<number, number>();
      // A small range of hashes makes long clusters.
      const hashOf = (id: number) => hashID(keyOf(id), 0) % hashRange;
      for (const { id, isRemoval } of commands) {
        const slot = expected.get(id);
        if (table.find(hashOf(id), keyOf(id), 0) !== (slot ?? 0))
          throw new Error(`wrong slot of ${id}`);
        if (slot !== undefined && isRemoval) {
          table.remove(hashOf(id), slot);
          pool.release(slot);
          expected.delete(id);
        } else if (slot === undefined) {
          expected.set(id, enter(pool, id));
          table.insert(hashOf(id), expected.get(id) ?? 0);
        }
      }
      expect(table.count).toBe(expected.size);
      const found = [...expected.keys()].map((id) => table.find(hashOf(id), keyOf(id), 0));
      expect(found).toEqual([...expected.values()]);
    }),
    { numRuns },
  );
});

function keyOf(id: number): Int32Array {
  return Int32Array.of(7, -1, id, id % 3);
}

function enter(pool: RecordPool, id: number): number {
  const slot = pool.allocate();
  pool.memory.wordsOf(slot).set(keyOf(id), slot << 2);
  return slot;
}

test("the tag table holds what was set last under each tag, through collisions, deletions and growth", () => {
  const step = fc.record({ tag: fc.integer({ min: -150, max: 150 }), slot: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 800, size: "max" }), (steps) => {
      const table = new TagTable();
      const expected = new Map<number, number>();
      for (const { tag, slot } of steps) {
        if (slot === 0 || (slot % 3 === 0 && expected.has(tag))) {
          if (expected.delete(tag)) table.delete(tag);
        } else {
          expected.set(tag, slot);
          table.set(tag, slot);
        }
      }
      for (let tag = -150; tag <= 150; tag++) expect(table.get(tag)).toBe(expected.get(tag) ?? 0);
    }),
    { numRuns },
  );
});

test("a pool that grows keeps what its records hold, while they move and after", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 400, size: "max" }), (choices) => {
      const [first, second] = [new RecordMemory(2, 4), new RecordMemory(1, 4)];
      const pool = new RecordPool(first, second);
      const expected = new Map<number, number>();
      choices.forEach((choice, index) => {
        const [oldest] = expected.keys();
        if (choice === 0 && oldest !== undefined) {
          pool.release(oldest);
          expected.delete(oldest);
          return;
        }
        const slot = pool.allocate();
        expect(expected.has(slot)).toBe(false);
        expected.set(slot, index);
        first.wordsOf(slot)[(slot << 2) + 3] = index;
        second.doublesOf(slot)[slot] = index / 2;
      });
      const copied = new Int32Array(first.copy(pool.top));
      for (const [slot, value] of expected) {
        expect(first.wordsOf(slot)[(slot << 2) + 3]).toBe(value);
        expect(second.doublesOf(slot)[slot]).toBe(value / 2);
        expect(copied[(slot << 2) + 3]).toBe(value);
      }
    }),
    { numRuns },
  );
});

test("the ladder knows best, next and no price of any set of levels", () => {
  const near = fc.integer({ min: 1, max: 3000 });
  const anywhere = fc.integer({ min: 1, max: 2147483647 });
  const onEdges = fc
    .tuple(fc.constantFrom(31, 32, 1023, 1024, 32768, 1048575, 1048576), fc.nat(2000))
    .map(([edge, times]) => Math.min(edge * (times + 1), 2147483647));
  const prices = fc.array(fc.oneof(near, anywhere, onEdges), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(prices, fc.nat(80), (given, bidCount) => {
      const ladder = new Ladder(new LevelPages());
      const sorted = [...new Set(given)].sort((left, right) => left - right);
      const split = Math.min(bidCount, sorted.length);
      for (const price of new Set(given)) {
        const side = sorted.indexOf(price) < split ? Side.Buy : Side.Sell;
        ladder.open(side, price, ladder.reach(price));
      }
      expect(ladder.bestBid).toBe(sorted[split - 1] ?? 0);
      expect(ladder.bestAsk).toBe(sorted[split] ?? 0);
      sorted.forEach((price, index) => {
        expect(ladder.nextAbove(price)).toBe(sorted[index + 1] ?? 0);
        expect(ladder.nextBelow(price)).toBe(sorted[index - 1] ?? 0);
      });
      for (const price of given.filter((_, index) => given.indexOf(given[index] ?? 0) === index)) {
        ladder.close(price, ladder.find(price));
        const at = sorted.indexOf(price);
        sorted.splice(at, 1);
        expect(
          ladder.find(price) === 0 || sorted.some((other) => other >>> 10 === price >>> 10),
        ).toBe(true);
      }
      expect([ladder.bestBid, ladder.bestAsk]).toEqual([0, 0]);
    }),
    { numRuns },
  );
});

test("timers give orders by expireTime, then seqNum, whatever was set and cleared between", () => {
  const order = fc.record({ expireTime: fc.nat(20), isCleared: fc.boolean() });
  fc.assert(
    fc.property(fc.array(order, { maxLength: 200, size: "max" }), (given) => {
      const orders = new OrderPool();
      const timers = new Timers(orders);
      const slots = given.map(({ expireTime }, index) => timedOrder(orders, expireTime, index));
      for (const slot of slots) timers.set(slot);
      const left = slots.filter((slot, index) => {
        const { isCleared } = given[index] ?? { isCleared: false };
        if (isCleared) timers.clear(slot);
        return !isCleared;
      });
      const timeOf = (slot: number) => given[slots.indexOf(slot)]?.expireTime ?? 0;
      left.sort((a, b) => timeOf(a) - timeOf(b) || slots.indexOf(a) - slots.indexOf(b));
      const fired: number[] = [];
      for (let slot = timers.first; slot !== 0; slot = timers.first) {
        fired.push(slot);
        timers.clear(slot);
      }
      expect(fired).toEqual(left);
    }),
    { numRuns },
  );
});

function timedOrder(orders: OrderPool, expireTime: number, seqNum: number): number {
  const slot = orders.pool.allocate();
  const coldAt = slot << (coldShift - 1);
  orders.cold.doublesOf(slot).set([expireTime], coldAt + ColdDouble.expireTime);
  const at = slot << orderShift;
  // The high word counts too: a seqNum beyond 2^32 is later than any below.
  const words = [seqNum % 7, Math.floor(seqNum / 7)];
  orders.hot.wordsOf(slot).set(words, at + OrderWord.firstSeqNum);
  return slot;
}
