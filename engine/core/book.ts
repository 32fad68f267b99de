import { TimeInForce } from "../../schema/generated/enums.ts";
import type { Instrument } from "./instruments.ts";
import { levelChunkShift, levelWord } from "./level-pages.ts";
import {
  ColdWord,
  coldShift,
  holdsEntryBit,
  orderShift,
  OrderWord,
  sideOf,
  timeInForceOf,
} from "./order-pool.ts";
import { hashID } from "./id-table.ts";
import { chunkMask, chunkShift } from "./record-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * An order's place in its book: first in, first out among the orders of a level, linked through their records.
 *
 * Invariant: a level's two words are its first and last order, and following `next` from the first reaches the last in order of arrival.
 * Cost: joining and leaving touch the order, its neighbours and its level, however long the queue is.
 */

/** Puts an order whose record is filled in at the end of the level of `price`. */
export function joinBook(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  price: number,
): void {
  const orders = state.orders.words;
  const words = orders[slot >>> chunkShift]!;
  const at = (slot & chunkMask) << orderShift;
  const level = instrument.ladder.reach(price);
  const levels = state.instruments.pages.words[level >>> levelChunkShift]!;
  const levelAt = levelWord(level);
  const last = levels[levelAt + 1]!;
  words[at + OrderWord.next] = 0;
  words[at + OrderWord.prev] = last;
  words[at + OrderWord.price] = price;
  words[at + OrderWord.level] = level;
  levels[levelAt + 1] = slot;
  if (last !== 0) {
    const lastAt = (last & chunkMask) << orderShift;
    orders[last >>> chunkShift]![lastAt + OrderWord.next] = slot;
    return;
  }
  levels[levelAt] = slot;
  instrument.ladder.open(sideOf(words[at + OrderWord.traits]!), price, level);
}

/** Takes an order out of its level; its record stays. */
export function leaveBook(state: PartitionState, instrument: Instrument, slot: number): void {
  const orders = state.orders.words;
  const words = orders[slot >>> chunkShift]!;
  const at = (slot & chunkMask) << orderShift;
  const next = words[at + OrderWord.next]!;
  const prev = words[at + OrderWord.prev]!;
  const level = words[at + OrderWord.level]!;
  const levels = state.instruments.pages.words[level >>> levelChunkShift]!;
  const levelAt = levelWord(level);
  if (prev === 0) levels[levelAt] = next;
  else orders[prev >>> chunkShift]![((prev & chunkMask) << orderShift) + OrderWord.next] = next;
  if (next === 0) levels[levelAt + 1] = prev;
  else orders[next >>> chunkShift]![((next & chunkMask) << orderShift) + OrderWord.prev] = prev;
  if ((prev | next) === 0) instrument.ladder.close(words[at + OrderWord.price]!, level);
}

/** The first order of a level. */
export function firstOfLevel(state: PartitionState, level: number): number {
  return state.instruments.pages.words[level >>> levelChunkShift]![levelWord(level)]!;
}

/** The order behind this one in its level, or 0. */
export function nextInLevel(state: PartitionState, slot: number): number {
  const words = state.orders.words[slot >>> chunkShift]!;
  return words[((slot & chunkMask) << orderShift) + OrderWord.next]!;
}

/** Forgets an order that has left its book: it is closed. `hash` is that of its orderID. */
export function forgetOrder(state: PartitionState, slot: number, hash: number): void {
  const { orders } = state;
  const words = orders.words[slot >>> chunkShift]!;
  const at = (slot & chunkMask) << orderShift;
  const traits = words[at + OrderWord.traits]!;
  orders.table.remove(hash, slot);
  words[at + OrderWord.traits] = 0;
  if (timeInForceOf(traits) === TimeInForce.GTD) state.timers.clear(slot);
  if ((traits & holdsEntryBit) !== 0) releaseEntry(state, slot);
  orders.release(slot);
}

function releaseEntry(state: PartitionState, slot: number): void {
  const cold = state.orders.coldWords[slot >>> chunkShift]!;
  state.window.release(cold[((slot & chunkMask) << coldShift) + ColdWord.heldEntry]!);
}

/** The hash of a resting order's orderID. */
export function hashOfOrder(state: PartitionState, slot: number): number {
  const words = state.orders.words[slot >>> chunkShift]!;
  return hashID(words, ((slot & chunkMask) << orderShift) + OrderWord.orderID);
}
