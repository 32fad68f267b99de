import type { Accounts } from "./accounts.ts";
import type { LevelPages } from "./level-pages.ts";
import { orderShift } from "./order-pool.ts";
import type { OrderPool } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";
import { isSameID } from "./words.ts";

/**
 * The memory that plain commands work on, in one object: asked for through the objects to which it belongs, each link of the chain is tested
 * again with every command, which takes longer than what is done with it.
 *
 * Invariant: plain commands let none of it grow or move; what does is followed by `refresh` before the next of them: runDue, or a list between its items.
 */
export class PlainTables {
  /** Some records stand in two places: then nothing is plain. */
  isMoving = true;
  orderWords: Int32Array = new Int32Array(0);
  orderDoubles: Float64Array = new Float64Array(0);
  coldDoubles: Float64Array = new Float64Array(0);
  /** Of the table from orderID to slot. */
  pairs: Int32Array = new Int32Array(0);
  levels: Int32Array = new Int32Array(0);
  accountWords: Int32Array = new Int32Array(0);

  refresh(orders: OrderPool, pages: LevelPages, accounts: Accounts): void {
    const { hot, cold, table } = orders;
    const { pool } = accounts;
    pool.settle();
    const arePagesSettled = pages.settle();
    this.isMoving = hot.isMoving || table.isMoving || !arePagesSettled || pool.memory.isMoving;
    this.orderWords = hot.words;
    this.orderDoubles = hot.doubles;
    this.coldDoubles = cold.doubles;
    this.pairs = table.pairs;
    this.levels = pages.entries.words;
    this.accountWords = pool.memory.words;
  }
}

/** Where the pair of the order stands whose id stands at `idAt` of a command and has this hash, or -1. */
export const bucketOf = (
  { pairs, orderWords: orders }: PlainTables,
  hash: number,
  commands: Int32Array,
  idAt: number,
): number => {
  const mask = pairs.length - 1;
  for (let bucket = (hash << 1) & mask; ; bucket = (bucket + 2) & mask) {
    const slot = pairs[bucket + 1]!;
    if (slot === 0) return -1;
    if (pairs[bucket] !== hash) continue;
    if (isSameID(orders, slot << orderShift, commands, idAt)) return bucket;
  }
};

/**
 * Whether an id that stands at `idAt` of a command may be that of an entry that is held: of an order that is open, or of one that an earlier
 * item of the same list has closed.
 */
export const mayBeHeld = (
  { tables, window }: PartitionState,
  hash: number,
  commands: Int32Array,
  idAt: number,
): boolean => {
  if (window.heldCount === 0) return false;
  return window.released !== 0 || bucketOf(tables, hash, commands, idAt) >= 0;
};
