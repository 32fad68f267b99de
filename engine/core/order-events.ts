import { OrdStatus } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderAcceptedLayout as Accepted } from "../../schema/generated/order-accepted.ts";
import { OrderCanceledLayout as Canceled } from "../../schema/generated/order-canceled.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { OrderRejectedLayout as Rejected } from "../../schema/generated/order-rejected.ts";
import { OrderReplacedLayout as Replaced } from "../../schema/generated/order-replaced.ts";
import { SelfTradePreventedLayout as Prevented } from "../../schema/generated/self-trade-prevented.ts";
import { TradeLayout as Traded } from "../../schema/generated/trade.ts";
import { writeUint53 } from "../../schema/wire.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { OrderDouble, orderShift, OrderWord, sideOf } from "./order-pool.ts";
import { chunkMask, chunkShift } from "./record-pool.ts";
import type { PartitionState } from "./state.ts";
import type { Taker } from "./taker.ts";

/**
 * Writers of the events of an instrument's orders: bytes straight into the buffer, at the offsets of the generated layouts. Every
 * byte of a block is written, padding as zero, since bodies are compared and hashed as bytes.
 */

/** Words of a clOrdID and of an id. */
const clOrdIDWords = 9;
const idWords = 4;

export function writeOrderAccepted(
  state: PartitionState,
  instrument: Instrument,
  command: DataView,
  block: number,
  selfTradePrevention: number,
  out: EventBuffer,
): void {
  const at = out.open(Accepted.templateId, Accepted.blockLength);
  const view = out.view;
  writeUint53(view, at + Accepted.rptSeq, ++instrument.rptSeq);
  view.setInt32(at + Accepted.securityID, instrument.securityID, true);
  copyWords(command, block + New.accountID, view, at + Accepted.accountID, 1);
  copyWords(command, block + New.orderID, view, at + Accepted.orderID, idWords);
  writeSeqNum(view, at + Accepted.firstSeqNum, state.seqLow, state.seqHigh);
  copyWords(command, block + New.orderQty, view, at + Accepted.orderQty, 2);
  copyWords(command, block + New.cashOrderQty, view, at + Accepted.cashOrderQty, 4);
  copyWords(command, block + New.price, view, at + Accepted.price, 1);
  view.setUint8(at + Accepted.side, command.getUint8(block + New.side));
  view.setUint8(at + Accepted.ordType, command.getUint8(block + New.ordType));
  view.setUint8(at + Accepted.timeInForce, command.getUint8(block + New.timeInForce));
  view.setUint8(at + Accepted.selfTradePrevention, selfTradePrevention);
  clearWords(view, at + Accepted.execInst, 2);
  view.setUint8(at + Accepted.execInst, command.getUint8(block + New.execInst));
  copyWords(command, block + New.expireTime, view, at + Accepted.expireTime, 2);
  copyWords(command, block + New.clOrdID, view, at + Accepted.clOrdID, clOrdIDWords);
  clearWords(view, at + Accepted.clOrdID + clOrdIDWords * 4, 1);
}

/** `instrument` is null where the symbol is unknown. */
export function writeOrderRejected(
  state: PartitionState,
  instrument: Instrument | null,
  command: DataView,
  block: number,
  ordRejReason: number,
  out: EventBuffer,
): void {
  const at = out.open(Rejected.templateId, Rejected.blockLength);
  const view = out.view;
  writeUint53(view, at + Rejected.rptSeq, instrument === null ? 0 : ++instrument.rptSeq);
  view.setInt32(at + Rejected.securityID, instrument === null ? 0 : instrument.securityID, true);
  copyWords(command, block + New.accountID, view, at + Rejected.accountID, 1);
  copyWords(command, block + New.orderID, view, at + Rejected.orderID, idWords);
  writeSeqNum(view, at + Rejected.firstSeqNum, state.seqLow, state.seqHigh);
  copyWords(command, block + New.orderQty, view, at + Rejected.orderQty, 2);
  copyWords(command, block + New.price, view, at + Rejected.price, 1);
  view.setUint16(at + Rejected.ordRejReason, ordRejReason, true);
  view.setUint8(at + Rejected.side, command.getUint8(block + New.side));
  view.setUint8(at + Rejected.ordType, command.getUint8(block + New.ordType));
  clearWords(view, at + Rejected.timeInForce, 2);
  view.setUint8(at + Rejected.timeInForce, command.getUint8(block + New.timeInForce));
  copyWords(command, block + New.symbol, view, at + Rejected.symbol, 4);
  copyWords(command, block + New.clOrdID, view, at + Rejected.clOrdID, clOrdIDWords);
  clearWords(view, at + Rejected.clOrdID + clOrdIDWords * 4, 1);
}

/** A trade at the maker's price; both sides' leavesQty are already what they are after it. */
export function writeTrade(
  instrument: Instrument,
  maker: Int32Array,
  makerAt: number,
  makerLeavesQty: number,
  taker: Taker,
  lastQty: number,
  out: EventBuffer,
): void {
  const at = out.open(Traded.templateId, Traded.blockLength);
  const view = out.view;
  writeUint53(view, at + Traded.rptSeq, ++instrument.rptSeq);
  view.setInt32(at + Traded.securityID, instrument.securityID, true);
  view.setInt32(at + Traded.makerAccountID, maker[makerAt + OrderWord.accountID]!, true);
  writeWords(maker, makerAt + OrderWord.orderID, view, at + Traded.makerOrderID, idWords);
  writeWords(maker, makerAt + OrderWord.firstSeqNum, view, at + Traded.makerFirstSeqNum, 2);
  writeWords(taker.orderID, 0, view, at + Traded.takerOrderID, idWords);
  writeSeqNum(view, at + Traded.takerFirstSeqNum, taker.firstSeqLow, taker.firstSeqHigh);
  writeUint53(view, at + Traded.lastQty, lastQty);
  writeUint53(view, at + Traded.makerLeavesQty, makerLeavesQty);
  writeUint53(view, at + Traded.takerLeavesQty, taker.isByCash ? 0 : taker.leavesQty);
  view.setInt32(at + Traded.takerAccountID, taker.accountID, true);
  view.setInt32(at + Traded.lastPx, maker[makerAt + OrderWord.price]!, true);
  clearWords(view, at + Traded.aggressorSide, 2);
  view.setUint8(at + Traded.aggressorSide, taker.side);
  const { Filled, PartiallyFilled } = OrdStatus;
  view.setUint8(at + Traded.makerOrdStatus, makerLeavesQty === 0 ? Filled : PartiallyFilled);
  view.setUint8(at + Traded.takerOrdStatus, taker.hasMore ? PartiallyFilled : Filled);
}

/** As writeTrade, for quantity that would have traded with an order of the same account. */
export function writeSelfTradePrevented(
  instrument: Instrument,
  maker: Int32Array,
  makerAt: number,
  makerLeavesQty: number,
  taker: Taker,
  preventedQty: number,
  out: EventBuffer,
): void {
  const at = out.open(Prevented.templateId, Prevented.blockLength);
  const view = out.view;
  writeUint53(view, at + Prevented.rptSeq, ++instrument.rptSeq);
  view.setInt32(at + Prevented.securityID, instrument.securityID, true);
  view.setInt32(at + Prevented.accountID, taker.accountID, true);
  writeWords(maker, makerAt + OrderWord.orderID, view, at + Prevented.makerOrderID, idWords);
  writeWords(maker, makerAt + OrderWord.firstSeqNum, view, at + Prevented.makerFirstSeqNum, 2);
  writeWords(taker.orderID, 0, view, at + Prevented.takerOrderID, idWords);
  writeSeqNum(view, at + Prevented.takerFirstSeqNum, taker.firstSeqLow, taker.firstSeqHigh);
  writeUint53(view, at + Prevented.preventedQty, preventedQty);
  writeUint53(view, at + Prevented.makerLeavesQty, makerLeavesQty);
  writeUint53(view, at + Prevented.takerLeavesQty, taker.isByCash ? 0 : taker.leavesQty);
  view.setInt32(at + Prevented.price, maker[makerAt + OrderWord.price]!, true);
  clearWords(view, at + Prevented.aggressorSide, 1);
  view.setUint8(at + Prevented.aggressorSide, taker.side);
}

/** A resting order ends with what is left of it. */
export function writeRestingCanceled(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  cancelReason: number,
  out: EventBuffer,
): void {
  const { hot } = state.orders;
  const words = hot.words[slot >>> chunkShift]!;
  const doubles = hot.doubles[slot >>> chunkShift]!;
  const order = (slot & chunkMask) << orderShift;
  const leavesQty = doubles[(order >>> 1) + OrderDouble.leavesQty]!;
  const at = out.open(Canceled.templateId, Canceled.blockLength);
  const view = out.view;
  writeUint53(view, at + Canceled.rptSeq, ++instrument.rptSeq);
  view.setInt32(at + Canceled.securityID, instrument.securityID, true);
  view.setInt32(at + Canceled.accountID, words[order + OrderWord.accountID]!, true);
  writeWords(words, order + OrderWord.orderID, view, at + Canceled.orderID, idWords);
  writeWords(words, order + OrderWord.firstSeqNum, view, at + Canceled.firstSeqNum, 2);
  writeUint53(view, at + Canceled.canceledQty, leavesQty);
  const cumQty = doubles[(order >>> 1) + OrderDouble.fillableQty]! - leavesQty;
  writeUint53(view, at + Canceled.cumQty, cumQty);
  view.setInt32(at + Canceled.price, words[order + OrderWord.price]!, true);
  clearWords(view, at + Canceled.cancelReason, 1);
  view.setUint16(at + Canceled.cancelReason, cancelReason, true);
  view.setUint8(at + Canceled.side, sideOf(words[order + OrderWord.traits]!));
}

/** The taker ends with what is left of it. */
export function writeTakerCanceled(
  instrument: Instrument,
  taker: Taker,
  cancelReason: number,
  out: EventBuffer,
): void {
  const at = out.open(Canceled.templateId, Canceled.blockLength);
  const view = out.view;
  writeUint53(view, at + Canceled.rptSeq, ++instrument.rptSeq);
  view.setInt32(at + Canceled.securityID, instrument.securityID, true);
  view.setInt32(at + Canceled.accountID, taker.accountID, true);
  writeWords(taker.orderID, 0, view, at + Canceled.orderID, idWords);
  writeSeqNum(view, at + Canceled.firstSeqNum, taker.firstSeqLow, taker.firstSeqHigh);
  writeUint53(view, at + Canceled.canceledQty, taker.isByCash ? 0 : taker.leavesQty);
  writeUint53(view, at + Canceled.cumQty, taker.cumQty);
  view.setInt32(at + Canceled.price, taker.price, true);
  clearWords(view, at + Canceled.cancelReason, 1);
  view.setUint16(at + Canceled.cancelReason, cancelReason, true);
  view.setUint8(at + Canceled.side, taker.side);
}

/** An order as it stands after a replace; its identity comes from the record, which may still hold the values before it. */
export function writeOrderReplaced(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  command: DataView,
  block: number,
  after: ReplacedOrder,
  out: EventBuffer,
): void {
  const words = state.orders.hot.words[slot >>> chunkShift]!;
  const order = (slot & chunkMask) << orderShift;
  const at = out.open(Replaced.templateId, Replaced.blockLength);
  const view = out.view;
  writeUint53(view, at + Replaced.rptSeq, ++instrument.rptSeq);
  view.setInt32(at + Replaced.securityID, instrument.securityID, true);
  view.setInt32(at + Replaced.accountID, words[order + OrderWord.accountID]!, true);
  writeWords(words, order + OrderWord.orderID, view, at + Replaced.orderID, idWords);
  writeWords(words, order + OrderWord.firstSeqNum, view, at + Replaced.firstSeqNum, 2);
  writeUint53(view, at + Replaced.orderQty, after.orderQty);
  writeUint53(view, at + Replaced.leavesQty, after.leavesQty);
  writeUint53(view, at + Replaced.cumQty, after.cumQty);
  view.setInt32(at + Replaced.price, after.price, true);
  clearWords(view, at + Replaced.side, 1);
  view.setUint8(at + Replaced.side, sideOf(words[order + OrderWord.traits]!));
  view.setUint8(at + Replaced.keptPriority, after.keptPriority ? 1 : 0);
  copyWords(command, block + Replace.commandID, view, at + Replaced.commandID, idWords);
  copyWords(command, block + Replace.clOrdID, view, at + Replaced.clOrdID, clOrdIDWords);
  clearWords(view, at + Replaced.clOrdID + clOrdIDWords * 4, 1);
}

/** What a replace makes of an order. */
export interface ReplacedOrder {
  orderQty: number;
  leavesQty: number;
  cumQty: number;
  price: number;
  keptPriority: boolean;
}

/** Copies 32-bit words between messages. */
export function copyWords(
  from: DataView,
  fromAt: number,
  to: DataView,
  toAt: number,
  count: number,
): void {
  for (let at = 0; at < count * 4; at += 4) {
    to.setInt32(toAt + at, from.getInt32(fromAt + at, true), true);
  }
}

/** Copies 32-bit words of a record into a message. */
export function writeWords(
  from: Int32Array,
  fromWord: number,
  to: DataView,
  toAt: number,
  count: number,
): void {
  for (let index = 0; index < count; index++) {
    to.setInt32(toAt + index * 4, from[fromWord + index]!, true);
  }
}

export function clearWords(view: DataView, at: number, count: number): void {
  for (let index = 0; index < count; index++) view.setInt32(at + index * 4, 0, true);
}

function writeSeqNum(view: DataView, at: number, low: number, high: number): void {
  view.setInt32(at, low, true);
  view.setInt32(at + 4, high, true);
}
