import { ExecInst, OrdStatus, OrdType } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderAcceptedLayout as Accepted } from "../../schema/generated/order-accepted.ts";
import { OrderCanceledLayout as Canceled } from "../../schema/generated/order-canceled.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { OrderRejectedLayout as Rejected } from "../../schema/generated/order-rejected.ts";
import { OrderReplacedLayout as Replaced } from "../../schema/generated/order-replaced.ts";
import { SelfTradePreventedLayout as Prevented } from "../../schema/generated/self-trade-prevented.ts";
import { TradeLayout as Traded } from "../../schema/generated/trade.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { OrderDouble, orderShift, OrderWord, sideOf } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";
import type { Taker } from "./taker.ts";
import { clearWords, copyID, copyWords, receiveWords, writeCount } from "./words.ts";

/**
 * Writers of the events of an instrument's orders: straight into the buffer, at the offsets of the generated layouts. Every byte of a
 * block is written, padding as zero, since bodies are compared and hashed as bytes.
 */

/** Words of a clOrdID and of an id. */
const clOrdIDWords = 9;
const idWords = 4;

/** Of state.request, its prevention mode resolved. */
export function writeOrderAccepted(
  state: PartitionState,
  instrument: Instrument,
  command: DataView,
  block: number,
  out: EventBuffer,
): void {
  const start = out.open(Accepted.templateId, Accepted.blockLength);
  const { bytes, words } = out;
  const { request } = state;
  const at = start >>> 2;
  writeCount(words, at + Accepted.rptSeq / 4, ++instrument.rptSeq);
  words[at + Accepted.securityID / 4] = instrument.securityID;
  words[at + Accepted.accountID / 4] = state.accountID;
  copyID(state.id, 0, words, at + Accepted.orderID / 4);
  words[at + Accepted.firstSeqNum / 4] = state.seqLow;
  words[at + Accepted.firstSeqNum / 4 + 1] = state.seqHigh;
  receiveWords(command, block + New.orderQty, words, at + Accepted.orderQty / 4, 2);
  receiveWords(command, block + New.cashOrderQty, words, at + Accepted.cashOrderQty / 4, 4);
  words[at + Accepted.price / 4] = request.price;
  bytes[start + Accepted.side] = request.side;
  bytes[start + Accepted.ordType] = request.isLimit ? OrdType.Limit : OrdType.Market;
  bytes[start + Accepted.timeInForce] = request.timeInForce;
  bytes[start + Accepted.selfTradePrevention] = request.selfTradePrevention;
  words[at + Accepted.execInst / 4] = request.isPostOnly ? ExecInst.postOnly : 0;
  words[at + Accepted.execInst / 4 + 1] = 0;
  receiveWords(command, block + New.expireTime, words, at + Accepted.expireTime / 4, 2);
  receiveWords(command, block + New.clOrdID, words, at + Accepted.clOrdID / 4, clOrdIDWords);
  words[at + Accepted.clOrdID / 4 + clOrdIDWords] = 0;
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
  const start = out.open(Rejected.templateId, Rejected.blockLength);
  const { bytes, view, words } = out;
  const at = start >>> 2;
  writeCount(words, at + Rejected.rptSeq / 4, instrument === null ? 0 : ++instrument.rptSeq);
  words[at + Rejected.securityID / 4] = instrument === null ? 0 : instrument.securityID;
  words[at + Rejected.accountID / 4] = state.accountID;
  copyID(state.id, 0, words, at + Rejected.orderID / 4);
  words[at + Rejected.firstSeqNum / 4] = state.seqLow;
  words[at + Rejected.firstSeqNum / 4 + 1] = state.seqHigh;
  receiveWords(command, block + New.orderQty, words, at + Rejected.orderQty / 4, 2);
  words[at + Rejected.price / 4] = command.getInt32(block + New.price, true);
  view.setUint16(start + Rejected.ordRejReason, ordRejReason, true);
  bytes[start + Rejected.side] = command.getUint8(block + New.side);
  bytes[start + Rejected.ordType] = command.getUint8(block + New.ordType);
  words[at + Rejected.timeInForce / 4] = command.getUint8(block + New.timeInForce);
  words[at + Rejected.timeInForce / 4 + 1] = 0;
  receiveWords(command, block + New.symbol, words, at + Rejected.symbol / 4, 4);
  receiveWords(command, block + New.clOrdID, words, at + Rejected.clOrdID / 4, clOrdIDWords);
  words[at + Rejected.clOrdID / 4 + clOrdIDWords] = 0;
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
  const start = out.open(Traded.templateId, Traded.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  writeCount(words, at + Traded.rptSeq / 4, ++instrument.rptSeq);
  words[at + Traded.securityID / 4] = instrument.securityID;
  words[at + Traded.makerAccountID / 4] = maker[makerAt + OrderWord.accountID]!;
  copyID(maker, makerAt + OrderWord.orderID, words, at + Traded.makerOrderID / 4);
  copyWords(maker, makerAt + OrderWord.firstSeqNum, words, at + Traded.makerFirstSeqNum / 4, 2);
  copyID(taker.orderID, 0, words, at + Traded.takerOrderID / 4);
  words[at + Traded.takerFirstSeqNum / 4] = taker.firstSeqLow;
  words[at + Traded.takerFirstSeqNum / 4 + 1] = taker.firstSeqHigh;
  writeCount(words, at + Traded.lastQty / 4, lastQty);
  writeCount(words, at + Traded.makerLeavesQty / 4, makerLeavesQty);
  writeCount(words, at + Traded.takerLeavesQty / 4, taker.isByCash ? 0 : taker.leavesQty);
  words[at + Traded.takerAccountID / 4] = taker.accountID;
  words[at + Traded.lastPx / 4] = maker[makerAt + OrderWord.price]!;
  words[at + Traded.aggressorSide / 4] = taker.side;
  words[at + Traded.aggressorSide / 4 + 1] = 0;
  const { Filled, PartiallyFilled } = OrdStatus;
  bytes[start + Traded.makerOrdStatus] = makerLeavesQty === 0 ? Filled : PartiallyFilled;
  bytes[start + Traded.takerOrdStatus] = taker.hasMore ? PartiallyFilled : Filled;
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
  const start = out.open(Prevented.templateId, Prevented.blockLength);
  const { words } = out;
  const at = start >>> 2;
  writeCount(words, at + Prevented.rptSeq / 4, ++instrument.rptSeq);
  words[at + Prevented.securityID / 4] = instrument.securityID;
  words[at + Prevented.accountID / 4] = taker.accountID;
  copyID(maker, makerAt + OrderWord.orderID, words, at + Prevented.makerOrderID / 4);
  copyWords(maker, makerAt + OrderWord.firstSeqNum, words, at + Prevented.makerFirstSeqNum / 4, 2);
  copyID(taker.orderID, 0, words, at + Prevented.takerOrderID / 4);
  words[at + Prevented.takerFirstSeqNum / 4] = taker.firstSeqLow;
  words[at + Prevented.takerFirstSeqNum / 4 + 1] = taker.firstSeqHigh;
  writeCount(words, at + Prevented.preventedQty / 4, preventedQty);
  writeCount(words, at + Prevented.makerLeavesQty / 4, makerLeavesQty);
  writeCount(words, at + Prevented.takerLeavesQty / 4, taker.isByCash ? 0 : taker.leavesQty);
  words[at + Prevented.price / 4] = maker[makerAt + OrderWord.price]!;
  words[at + Prevented.aggressorSide / 4] = taker.side;
}

/** A resting order ends with what is left of it. */
export function writeRestingCanceled(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  cancelReason: number,
  out: EventBuffer,
): void {
  const order = state.orders.hot.wordsOf(slot);
  const quantities = state.orders.hot.doublesOf(slot);
  const orderAt = slot << orderShift;
  const leavesQty = quantities[(orderAt >>> 1) + OrderDouble.leavesQty]!;
  const cumQty = quantities[(orderAt >>> 1) + OrderDouble.fillableQty]! - leavesQty;
  const start = out.open(Canceled.templateId, Canceled.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  writeCount(words, at + Canceled.rptSeq / 4, ++instrument.rptSeq);
  words[at + Canceled.securityID / 4] = instrument.securityID;
  words[at + Canceled.accountID / 4] = order[orderAt + OrderWord.accountID]!;
  copyID(order, orderAt + OrderWord.orderID, words, at + Canceled.orderID / 4);
  copyWords(order, orderAt + OrderWord.firstSeqNum, words, at + Canceled.firstSeqNum / 4, 2);
  writeCount(words, at + Canceled.canceledQty / 4, leavesQty);
  writeCount(words, at + Canceled.cumQty / 4, cumQty);
  words[at + Canceled.price / 4] = order[orderAt + OrderWord.price]!;
  words[at + Canceled.cancelReason / 4] = cancelReason;
  bytes[start + Canceled.side] = sideOf(order[orderAt + OrderWord.traits]!);
}

/** The taker ends with what is left of it. */
export function writeTakerCanceled(
  instrument: Instrument,
  taker: Taker,
  cancelReason: number,
  out: EventBuffer,
): void {
  const start = out.open(Canceled.templateId, Canceled.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  writeCount(words, at + Canceled.rptSeq / 4, ++instrument.rptSeq);
  words[at + Canceled.securityID / 4] = instrument.securityID;
  words[at + Canceled.accountID / 4] = taker.accountID;
  copyID(taker.orderID, 0, words, at + Canceled.orderID / 4);
  words[at + Canceled.firstSeqNum / 4] = taker.firstSeqLow;
  words[at + Canceled.firstSeqNum / 4 + 1] = taker.firstSeqHigh;
  writeCount(words, at + Canceled.canceledQty / 4, taker.isByCash ? 0 : taker.leavesQty);
  writeCount(words, at + Canceled.cumQty / 4, taker.cumQty);
  words[at + Canceled.price / 4] = taker.price;
  words[at + Canceled.cancelReason / 4] = cancelReason;
  bytes[start + Canceled.side] = taker.side;
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
  const order = state.orders.hot.wordsOf(slot);
  const orderAt = slot << orderShift;
  const start = out.open(Replaced.templateId, Replaced.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  writeCount(words, at + Replaced.rptSeq / 4, ++instrument.rptSeq);
  words[at + Replaced.securityID / 4] = instrument.securityID;
  words[at + Replaced.accountID / 4] = order[orderAt + OrderWord.accountID]!;
  copyID(order, orderAt + OrderWord.orderID, words, at + Replaced.orderID / 4);
  copyWords(order, orderAt + OrderWord.firstSeqNum, words, at + Replaced.firstSeqNum / 4, 2);
  writeCount(words, at + Replaced.orderQty / 4, after.orderQty);
  writeCount(words, at + Replaced.leavesQty / 4, after.leavesQty);
  writeCount(words, at + Replaced.cumQty / 4, after.cumQty);
  words[at + Replaced.price / 4] = after.price;
  words[at + Replaced.side / 4] = sideOf(order[orderAt + OrderWord.traits]!);
  bytes[start + Replaced.keptPriority] = after.keptPriority ? 1 : 0;
  receiveWords(command, block + Replace.commandID, words, at + Replaced.commandID / 4, idWords);
  receiveWords(command, block + Replace.clOrdID, words, at + Replaced.clOrdID / 4, clOrdIDWords);
  clearWords(words, at + Replaced.clOrdID / 4 + clOrdIDWords, 1);
}

/** What a replace makes of an order. */
export interface ReplacedOrder {
  orderQty: number;
  leavesQty: number;
  cumQty: number;
  price: number;
  keptPriority: boolean;
}
