import { CancelReason, TradingState } from "../../schema/generated/enums.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { leaveLevelOf } from "./book.ts";
import { uint53At } from "./command-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { hashID, takeOut } from "./id-table.ts";
import { writeCanceled } from "./order-events.ts";
import { isPlainGTC, orderShift, OrderWord } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * A cancel of a plain GTC order that its account may have: what most cancels are, in one go. False, and nothing is changed, where it
 * is anything else, or where a table is growing: then applyCancel has to do it.
 */
export function cancelPlain(
  state: PartitionState,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): boolean {
  const { hot, table, pool } = state.orders;
  if (hot.isMoving || table.isMoving) return false;
  const { pairs } = table;
  const { words } = hot;
  const bucket = bucketOf(pairs, words, commands, block + (Cancel.orderID >>> 2));
  if (bucket < 0) return false;
  const slot = pairs[bucket + 1]!;
  const at = slot << orderShift;
  const traits = words[at + OrderWord.traits]!;
  const entry = words[at + OrderWord.entry]!;
  const accountID = commands[block + (Cancel.accountID >>> 2)]!;
  if (!isPlainGTC(traits) || words[at + OrderWord.accountID] !== accountID) return false;
  if (state.isAfter(uint53At(commands, block + (Cancel.validUntil >>> 2)))) return false;
  const instrument = state.instrumentOf(traits);
  if (instrument.tradingState !== TradingState.Open) return false;
  writeCanceled(instrument, words, hot.doubles, at, CancelReason.Requested, out);
  leaveLevelOf(state.instruments.pages, instrument.ladder, words, at);
  const { window } = state;
  if (window.isYoung(entry)) window.ring.clearResting(entry);
  else window.close(slot, state.windowTime);
  table.count--;
  takeOut(pairs, bucket);
  words[at + OrderWord.traits] = 0;
  pool.release(slot);
  return true;
}

/** Where the pair of the order stands whose id stands at `idAt` of a command, or -1. */
export function bucketOf(
  pairs: Int32Array,
  orders: Int32Array,
  commands: Int32Array,
  idAt: number,
): number {
  const hash = hashID(commands, idAt);
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
}
