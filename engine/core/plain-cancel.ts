import { CancelReason, TradingState } from "../../schema/generated/enums.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { leaveLevelOf } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { hashID, takeOut } from "./id-table.ts";
import { writeCanceled } from "./order-events.ts";
import { isPlainGTC, orderShift, OrderWord } from "./order-pool.ts";
import { bucketOf } from "./plain-tables.ts";
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
