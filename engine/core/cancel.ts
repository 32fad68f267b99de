import {
  BusinessRejectReason,
  CancelReason,
  CxlRejReason,
  CxlRejResponseTo,
  OrdRejReason,
  Side,
  TradingState,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { OrderMassCancelRequestLayout as MassCancel } from "../../schema/generated/order-mass-cancel-request.ts";
import {
  writeBusinessReject,
  writeCancelReject,
  writeDuplicate,
  writeMassCancelReport,
} from "./answer-events.ts";
import { firstOfLevel, forgetOrder, hashOfOrder, nextInLevel } from "./book.ts";
import type { CommandBuffer } from "./command-buffer.ts";
import { connectionOf } from "./connections.ts";
import { endDeferred, namedDeferred } from "./deferral.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { hashID } from "./id-table.ts";
import type { Instrument } from "./instruments.ts";
import { cancelOther } from "./legs.ts";
import { writeRestingCanceled } from "./order-events.ts";
import { ColdDouble, coldShift, orderShift, OrderWord } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";
import { waitingInOrder, withdraw } from "./stop-book.ts";

/**
 * The ways an order ends without trading: asked for, in bulk, by its expireTime.
 *
 * Cost: a cancel is O(1). Known limit: a mass cancel walks every order of the books it names, also when one account's are few.
 */

/** OrderCancelRequest, its block from word `block` on: leaves no id window entry, since it repeats harmlessly. */
export const applyCancel = (
  state: PartitionState,
  { words, view }: CommandBuffer,
  block: number,
  out: EventBuffer,
): void => {
  const idAt = block + (Cancel.orderID >>> 2);
  const hash = hashID(words, idAt);
  const slot = state.orders.table.find(hash, words, idAt);
  const reason = refuseCancel(state, slot, words, block);
  if (reason !== 0) return refuse(state, reason, view, block << 2, out);
  const instrument = instrumentOfOrder(state, slot);
  withdraw(state, instrument, slot);
  writeRestingCanceled(state, instrument, slot, CancelReason.Requested, out);
  cancelOther(state, instrument, slot, out);
  forgetOrder(state, slot, hash);
};

/** Ends a deferred order, or rejects the request. */
const refuse = (
  state: PartitionState,
  reason: number,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (reason === CxlRejReason.UnknownOrder && cancelDeferred(state, command, block, out)) return;
  const responseTo = CxlRejResponseTo.OrderCancelRequest;
  writeCancelReject(command, block, block + Cancel.orderID, reason, responseTo, out);
};

/** Ends the deferred order that a cancel names, where it is the account's. */
const cancelDeferred = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): boolean => {
  if (state.deferred.count === 0) return false;
  state.readID(command, block + Cancel.orderID);
  const order = state.deferred.of(state.findEntry());
  const accountID = command.getInt32(block + Cancel.accountID, true);
  if (order?.said.getInt32(New.accountID, true) !== accountID) return false;
  endDeferred(state, order, OrdRejReason.CanceledBeforeEntry, out);
  return true;
};

const refuseCancel = (
  state: PartitionState,
  slot: number,
  commands: Int32Array,
  block: number,
): number => {
  if (state.isLate(commands, block)) return CxlRejReason.TooLateToEnter;
  if (slot === 0) return CxlRejReason.UnknownOrder;
  const words = state.orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const accountID = commands[block + (Cancel.accountID >>> 2)]!;
  if (words[at + OrderWord.accountID] !== accountID) return CxlRejReason.UnknownOrder;
  const { tradingState } = state.instrumentOf(words[at + OrderWord.traits]!);
  return tradingState === TradingState.Closed ? CxlRejReason.ExchangeClosed : 0;
};

/** GTD orders that are due as of `state.now`, step 2a of every command. */
export const expireOrders = (state: PartitionState, out: EventBuffer): void => {
  const { orders, timers } = state;
  for (let slot = timers.first; slot !== 0; slot = timers.first) {
    const doubles = orders.cold.doublesOf(slot);
    const at = slot << (coldShift - 1);
    if (doubles[at + ColdDouble.expireTime]! > state.now) return;
    cancelOpen(state, instrumentOfOrder(state, slot), slot, CancelReason.Expired, out);
  }
};

/** OrderMassCancelRequest: of one account, or of all for accountID 0. */
export const applyMassCancel = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  state.readID(command, block + MassCancel.commandID);
  const entry = state.findEntry();
  if (entry !== 0) return writeDuplicate(state, entry, command, block, MassCancel.templateId, out);
  state.readAccount(command, block);
  const hasSymbol = command.getUint8(block + MassCancel.symbol) !== 0;
  const instrument = hasSymbol ? state.instruments.find(command, block + MassCancel.symbol) : null;
  const deferred = namedDeferred(state, command, block);
  const isSymbolUnknown = hasSymbol && instrument === null;
  const isNothingNamed = isSymbolUnknown && deferred.length === 0;
  const reason = refuseMassCancel(state, isNothingNamed, command, block);
  if (reason !== BusinessRejectReason.IdWindowFull) state.remember(command, block, reason);
  if (reason !== 0) {
    return writeBusinessReject(command, block, MassCancel.templateId, reason, out);
  }
  const { accountID } = state;
  const side = command.getUint8(block + MassCancel.side);
  const before = state.orders.count;
  if (instrument !== null)
    cancelBook(state, instrument, accountID, 0, side, CancelReason.MassCancel, out);
  else if (!isSymbolUnknown) cancelBooks(state, accountID, 0, side, CancelReason.MassCancel, out);
  for (const order of deferred) {
    endDeferred(state, order, OrdRejReason.CanceledBeforeEntry, out);
  }
  const affected = before - state.orders.count + deferred.length;
  const securityID = instrument === null ? 0 : instrument.securityID;
  writeMassCancelReport(command, block, securityID, side, affected, out);
};

const refuseMassCancel = (
  state: PartitionState,
  isSymbolUnknown: boolean,
  command: DataView,
  block: number,
): number => {
  if (state.isShareFull()) return BusinessRejectReason.IdWindowFull;
  if (state.isTooLate(command, block)) return BusinessRejectReason.TooLateToEnter;
  if (isSymbolUnknown) return BusinessRejectReason.UnknownSymbol;
  const isAccountUnknown = state.accountID !== 0 && !state.accounts.isDefined(state.account);
  return isAccountUnknown ? BusinessRejectReason.UnknownAccount : 0;
};

/**
 * Cancels what is open of an account, or of all for 0, and of one of its connections, or of any for 0, on a side, or on both for None; closed
 * instruments are passed over.
 */
export const cancelBooks = (
  state: PartitionState,
  accountID: number,
  connectionID: number,
  side: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  for (let securityID = 1; securityID <= state.instruments.count; securityID++) {
    cancelBook(
      state,
      state.instruments.at(securityID),
      accountID,
      connectionID,
      side,
      cancelReason,
      out,
    );
  }
};

const cancelBook = (
  state: PartitionState,
  instrument: Instrument,
  accountID: number,
  connectionID: number,
  side: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  if (instrument.tradingState === TradingState.Closed) return;
  cancelLadder(state, instrument, accountID, connectionID, side, cancelReason, out);
  if (instrument.stops === null) return;
  if (side !== Side.Sell)
    cancelWaiting(state, instrument, accountID, connectionID, Side.Buy, cancelReason, out);
  if (side !== Side.Buy)
    cancelWaiting(state, instrument, accountID, connectionID, Side.Sell, cancelReason, out);
};

const cancelWaiting = (
  state: PartitionState,
  instrument: Instrument,
  accountID: number,
  connectionID: number,
  side: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  for (const slot of waitingInOrder(state, instrument, side)) {
    if (isForgotten(state, slot) || !isOf(state, slot, accountID, connectionID)) continue;
    cancelOpen(state, instrument, slot, cancelReason, out);
  }
};

const cancelLadder = (
  state: PartitionState,
  instrument: Instrument,
  accountID: number,
  connectionID: number,
  side: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  const { ladder, asks } = instrument;
  if (side !== Side.Sell) {
    for (let price = ladder.bestBid; price !== 0; price = ladder.nextBelow(price)) {
      cancelLevel(
        state,
        instrument,
        ladder.find(price),
        accountID,
        connectionID,
        cancelReason,
        out,
      );
    }
  }
  if (side === Side.Buy) return;
  for (let price = asks.bestAsk; price !== 0; price = asks.nextAbove(price)) {
    cancelLevel(state, instrument, asks.find(price), accountID, connectionID, cancelReason, out);
  }
};

const cancelLevel = (
  state: PartitionState,
  instrument: Instrument,
  level: number,
  accountID: number,
  connectionID: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  for (let slot = firstOfLevel(state, level); slot !== 0;) {
    const next = nextInLevel(state, slot);
    if (isOf(state, slot, accountID, connectionID)) {
      cancelOpen(state, instrument, slot, cancelReason, out);
    }
    slot = next;
  }
};

/** An open order leaves its book or stop book, and is closed. */
export const cancelOpen = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  withdraw(state, instrument, slot);
  writeRestingCanceled(state, instrument, slot, cancelReason, out);
  cancelOther(state, instrument, slot, out);
  forgetOrder(state, slot, hashOfOrder(state, slot));
};

const instrumentOfOrder = (state: PartitionState, slot: number): Instrument => {
  const words = state.orders.hot.wordsOf(slot);
  return state.instrumentOf(words[(slot << orderShift) + OrderWord.traits]!);
};

/** Whether the other leg of its pair has taken the order along. */
const isForgotten = ({ orders }: PartitionState, slot: number): boolean =>
  orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits] === 0;

/** Whether an open order is of this account and of this connection; 0 = of any. */
const isOf = (
  { orders }: PartitionState,
  slot: number,
  accountID: number,
  connectionID: number,
): boolean => {
  if (accountID === 0) return true;
  const words = orders.hot.wordsOf(slot);
  if (words[(slot << orderShift) + OrderWord.accountID] !== accountID) return false;
  return connectionID === 0 || connectionOf(orders, slot) === connectionID;
};
