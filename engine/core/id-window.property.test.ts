import { expect, test } from "bun:test";

import fc from "fast-check";

import { Decision } from "../../schema/generated/enums.ts";
import { Accounts } from "./accounts.ts";
import { numberMask } from "./entry-ring.ts";
import { EntryDouble } from "./id-entry.ts";
import { hashID } from "./id-table.ts";
import { IdWindow } from "./id-window.ts";
import { numberCount, StateNumber } from "./state-numbers.ts";
import { OrderPool } from "./order-pool.ts";

const idWindowMs = 1000;
const accountID = 7;

test("the id window finds exactly what has not run out, through growth, new chunks and numbers that start anew", () => {
  // Many a millisecond make it grow; long waits let it shrink to nothing.
  const burst = fc.record({ count: fc.nat(600), waitMs: fc.constantFrom(1, 100, 400, 2000) });
  const bursts = fc.array(burst, { minLength: 1, maxLength: 30, size: "max" });
  const firsts = fc.constantFrom(1, numberMask - 3000, numberMask - 62, numberMask - 1);
  fc.assert(
    fc.property(bursts, firsts, fc.boolean(), (given, first, isCrowded) => {
      const model = new Model(first, isCrowded);
      for (const { count, waitMs } of given) {
        model.now += waitMs;
        for (let index = 0; index < count; index++) model.enter();
        model.window.expireBatch(model.now);
        expect(model.wronglyFound()).toEqual([]);
      }
      model.window.expire(model.now);
      expect(model.window.count).toBe(model.live().length);
      expect(model.accounts.entryCountOf(model.accounts.find(accountID))).toBe(model.window.count);
    }),
    { numRuns: 25 },
  );
});

/** A window beside a list of all that ever entered it. */
class Model {
  readonly accounts = new Accounts(1_000_000);
  readonly window: IdWindow;
  now = 1;
  readonly #isCrowded: boolean;
  readonly #numbers = new Float64Array(numberCount);
  /** When each id, which counts from 0, has entered. */
  readonly #times: number[] = [];

  constructor(first: number, isCrowded: boolean) {
    this.window = new IdWindow(this.accounts, new OrderPool(), idWindowMs, this.#numbers, first);
    this.#isCrowded = isCrowded;
  }

  enter(): void {
    const id = this.#times.length;
    const account = this.accounts.obtain(accountID);
    const { Accepted } = Decision;
    this.#numbers[StateNumber.now] = this.now;
    this.#numbers[StateNumber.seqNum] = id + 1;
    this.window.enter(idOf(id), 0, this.#hashOf(id), account, Accepted, 0, this.#numbers);
    this.#times.push(this.now);
  }

  live(): number[] {
    return [...this.#times.keys()].filter((id) => this.#isLive(id));
  }

  /** Looks for old and young ids, and for some that never came; those that it finds or misses wrongly. */
  wronglyFound(): number[] {
    const wrong: number[] = [];
    for (let id = 0; id < this.#times.length + 50; id += 1 + (id % 7)) {
      const entry = this.window.find(this.#hashOf(id), idOf(id), this.now);
      const seqNum = entry === 0 ? 0 : this.window.doubleOf(entry, EntryDouble.seqNum);
      if (seqNum !== (this.#isLive(id) ? id + 1 : 0)) wrong.push(id);
    }
    return wrong;
  }

  #isLive(id: number): boolean {
    const time = this.#times[id];
    return time !== undefined && time + idWindowMs > this.now;
  }

  /** A few different hashes make long chains. */
  #hashOf(id: number): number {
    const hash = hashID(idOf(id), 0);
    return this.#isCrowded ? hash & 0x7e00000f : hash;
  }
}

function idOf(id: number): Int32Array {
  return Int32Array.of(7, -1, id, id % 3);
}
