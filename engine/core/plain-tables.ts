import type { Accounts } from "./accounts.ts";
import type { LevelPages } from "./level-pages.ts";
import type { OrderPool } from "./order-pool.ts";

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
