import { assert } from "./assert.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { hashID } from "./id-table.ts";
import type { EntryIndex } from "./entry-index.ts";
import type { OrderPool } from "./order-pool.ts";
import { CommandHead } from "./state.ts";
import { receiveWords } from "./words.ts";

const headerWords = headerBytes >>> 2;
const idBytes = 16;

assert(Cancel.orderID === Replace.orderID, "cancels and replaces have their orderID at one place");

/**
 * Reads what commands that wait will look up and what is likely to be far away in memory: the buckets of their ids. Nothing is changed.
 *
 * Each of these reads may take as long as the rest of its command. The processor waits for many of them at once, if only they stand close
 * enough together: hence first all hashes, then loops that do nothing but read.
 */
export class Preparation {
  readonly #index: EntryIndex;
  readonly #orders: OrderPool;
  /** Hashes of ids that will enter the id window, and of orders that will be looked for. */
  readonly #entering = new Int32Array(preparedMax);
  readonly #wanted = new Int32Array(preparedMax);
  readonly #id = new Int32Array(idBytes >>> 2);
  #enteringCount = 0;
  #wantedCount = 0;
  /** Something of what was read, so that nobody finds that the reading is for nothing. */
  read = 0;

  constructor(index: EntryIndex, orders: OrderPool) {
    this.#index = index;
    this.#orders = orders;
  }

  /** For `count` commands, preparedMax at most, one every `stride` words from word `first` on. */
  prepare(words: Int32Array, first: number, stride: number, count: number): void {
    this.#hash(words, first, stride, count);
    const entering = this.#index.touch(this.#entering, this.#enteringCount);
    const buckets = this.#orders.touchBuckets(this.#entering, this.#enteringCount);
    this.read = entering ^ buckets ^ this.#orders.touch(this.#wanted, this.#wantedCount);
  }

  #hash(words: Int32Array, first: number, stride: number, count: number): void {
    const entering = this.#entering;
    const wanted = this.#wanted;
    let enteringCount = 0;
    let wantedCount = 0;
    for (let index = 0; index < count; index++) {
      const header = first + index * stride;
      const kind = words[header]! >>> 16;
      const block = header + headerWords;
      if (kind === New.templateId || kind === Replace.templateId) {
        entering[enteringCount++] = hashID(words, block + (CommandHead.id >>> 2));
      }
      if (kind === Cancel.templateId || kind === Replace.templateId) {
        wanted[wantedCount++] = hashID(words, block + (Cancel.orderID >>> 2));
      }
    }
    this.#enteringCount = enteringCount;
    this.#wantedCount = wantedCount;
  }

  /** For `count` ids, preparedMax at most, one behind the other from byte `at` of `view` on, of entries that will be put back and may have orders. */
  prepareEntries(view: DataView, at: number, count: number): void {
    this.#hashIDs(view, at, count);
    this.read = this.#index.touch(this.#entering, count);
    this.read ^= this.#orders.touch(this.#entering, count);
  }

  /** As prepareEntries, of orders that will be put back on a book. */
  prepareOrders(view: DataView, at: number, count: number): void {
    this.#hashIDs(view, at, count);
    this.read = this.#orders.touch(this.#entering, count);
  }

  #hashIDs(view: DataView, at: number, count: number): void {
    const id = this.#id;
    for (let index = 0; index < count; index++) {
      receiveWords(view, at + index * idBytes, id, 0, idBytes >>> 2);
      this.#entering[index] = hashID(id, 0);
    }
  }
}

/** Commands that may be prepared at once: as many as stay in the nearest memory until they are applied. */
export const preparedMax = 64;
