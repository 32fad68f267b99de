import { CancelReason, TradingState } from "../../schema/generated/enums.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { leaveLevelOf } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { hashID, takeOut } from "./id-table.ts";
import { writeCanceled } from "./order-events.ts";
import { isPlainGTC, orderShift, OrderWord } from "./order-pool.ts";
import type { PlainTables } from "./plain-tables.ts";
import type { PartitionState } from "./state.ts";

/**
 * A cancel of a plain GTC order that its account may have: what most cancels are, in one go. False, and nothing is changed, where it
 * is anything else, or where a table is growing: then applyCancel has to do it.
 */
export const cancelPlain = (
  state: PartitionState,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): boolean => {
  const { tables } = state;
  if (tables.isMoving || state.isLate(commands, block)) return false;
  const { pairs, orderWords: words } = tables;
  const idAt = block + (Cancel.orderID >>> 2);
  const bucket = bucketOf(tables, hashID(commands, idAt), commands, idAt);
  if (bucket < 0) return false;
  const slot = pairs[bucket + 1]!;
  const at = slot << orderShift;
  const traits = words[at + OrderWord.traits]!;
  const accountID = commands[block + (Cancel.accountID >>> 2)]!;
  if (!isPlainGTC(traits) || words[at + OrderWord.accountID] !== accountID) return false;
  const instrument = state.instrumentOf(traits);
  if (instrument.tradingState !== TradingState.Open) return false;
  writeCanceled(instrument, words, tables.orderDoubles, at, CancelReason.Requested, out);
  leaveLevelOf(state.instruments.pages, instrument.ladder, words, at);
  const entry = words[at + OrderWord.entry]!;
  const { window, orders } = state;
  if (window.isYoung(entry)) window.ring.clearResting(entry);
  else window.close(slot, state.windowTime);
  orders.table.count--;
  takeOut(pairs, bucket);
  words[at + OrderWord.traits] = 0;
  orders.pool.giveBack(words, at, slot);
  return true;
};

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
    const at = slot << orderShift;
    if (
      orders[at] === commands[idAt] &&
      orders[at + 1] === commands[idAt + 1] &&
      orders[at + 2] === commands[idAt + 2] &&
      orders[at + 3] === commands[idAt + 3]
    ) {
      return bucket;
    }
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
