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
  out.open(Accepted.templateId, Accepted.blockLength);
  const { request } = state;
  out.count(Accepted.rptSeq, ++instrument.rptSeq);
  out.word(Accepted.securityID, instrument.securityID);
  out.word(Accepted.accountID, state.accountID);
  out.id(Accepted.orderID, state.id, 0);
  out.pair(Accepted.firstSeqNum, state.seqLow, state.seqHigh);
  out.copy(Accepted.orderQty, command, block + New.orderQty, 2);
  out.copy(Accepted.cashOrderQty, command, block + New.cashOrderQty, 4);
  out.word(Accepted.price, request.price);
  out.byte(Accepted.side, request.side);
  out.byte(Accepted.ordType, request.isLimit ? OrdType.Limit : OrdType.Market);
  out.byte(Accepted.timeInForce, request.timeInForce);
  out.byte(Accepted.selfTradePrevention, request.selfTradePrevention);
  out.word(Accepted.execInst, request.isPostOnly ? ExecInst.postOnly : 0);
  out.word(Accepted.execInst + 4, 0);
  out.copy(Accepted.expireTime, command, block + New.expireTime, 2);
  out.copy(Accepted.clOrdID, command, block + New.clOrdID, clOrdIDWords);
  out.word(Accepted.clOrdID + clOrdIDWords * 4, 0);
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
  out.open(Rejected.templateId, Rejected.blockLength);
  out.count(Rejected.rptSeq, instrument === null ? 0 : ++instrument.rptSeq);
  out.word(Rejected.securityID, instrument === null ? 0 : instrument.securityID);
  out.word(Rejected.accountID, state.accountID);
  out.id(Rejected.orderID, state.id, 0);
  out.pair(Rejected.firstSeqNum, state.seqLow, state.seqHigh);
  out.copy(Rejected.orderQty, command, block + New.orderQty, 2);
  out.word(Rejected.price, command.getInt32(block + New.price, true));
  out.half(Rejected.ordRejReason, ordRejReason);
  out.byte(Rejected.side, command.getUint8(block + New.side));
  out.byte(Rejected.ordType, command.getUint8(block + New.ordType));
  out.word(Rejected.timeInForce, command.getUint8(block + New.timeInForce));
  out.word(Rejected.timeInForce + 4, 0);
  out.copy(Rejected.symbol, command, block + New.symbol, 4);
  out.copy(Rejected.clOrdID, command, block + New.clOrdID, clOrdIDWords);
  out.word(Rejected.clOrdID + clOrdIDWords * 4, 0);
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
  out.open(Traded.templateId, Traded.blockLength);
  out.count(Traded.rptSeq, ++instrument.rptSeq);
  out.word(Traded.securityID, instrument.securityID);
  out.word(Traded.makerAccountID, maker[makerAt + OrderWord.accountID]!);
  out.id(Traded.makerOrderID, maker, makerAt + OrderWord.orderID);
  out.pair(
    Traded.makerFirstSeqNum,
    maker[makerAt + OrderWord.firstSeqNum]!,
    maker[makerAt + OrderWord.firstSeqNum + 1]!,
  );
  out.id(Traded.takerOrderID, taker.orderID, 0);
  out.pair(Traded.takerFirstSeqNum, taker.firstSeqLow, taker.firstSeqHigh);
  out.count(Traded.lastQty, lastQty);
  out.count(Traded.makerLeavesQty, makerLeavesQty);
  out.count(Traded.takerLeavesQty, taker.isByCash ? 0 : taker.leavesQty);
  out.word(Traded.takerAccountID, taker.accountID);
  out.word(Traded.lastPx, maker[makerAt + OrderWord.price]!);
  out.word(Traded.aggressorSide, taker.side);
  out.word(Traded.aggressorSide + 4, 0);
  const { Filled, PartiallyFilled } = OrdStatus;
  out.byte(Traded.makerOrdStatus, makerLeavesQty === 0 ? Filled : PartiallyFilled);
  out.byte(Traded.takerOrdStatus, taker.hasMore ? PartiallyFilled : Filled);
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
  out.open(Prevented.templateId, Prevented.blockLength);
  out.count(Prevented.rptSeq, ++instrument.rptSeq);
  out.word(Prevented.securityID, instrument.securityID);
  out.word(Prevented.accountID, taker.accountID);
  out.id(Prevented.makerOrderID, maker, makerAt + OrderWord.orderID);
  out.pair(
    Prevented.makerFirstSeqNum,
    maker[makerAt + OrderWord.firstSeqNum]!,
    maker[makerAt + OrderWord.firstSeqNum + 1]!,
  );
  out.id(Prevented.takerOrderID, taker.orderID, 0);
  out.pair(Prevented.takerFirstSeqNum, taker.firstSeqLow, taker.firstSeqHigh);
  out.count(Prevented.preventedQty, preventedQty);
  out.count(Prevented.makerLeavesQty, makerLeavesQty);
  out.count(Prevented.takerLeavesQty, taker.isByCash ? 0 : taker.leavesQty);
  out.word(Prevented.price, maker[makerAt + OrderWord.price]!);
  out.word(Prevented.aggressorSide, taker.side);
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
  out.open(Canceled.templateId, Canceled.blockLength);
  out.count(Canceled.rptSeq, ++instrument.rptSeq);
  out.word(Canceled.securityID, instrument.securityID);
  out.word(Canceled.accountID, order[orderAt + OrderWord.accountID]!);
  out.id(Canceled.orderID, order, orderAt + OrderWord.orderID);
  out.pair(
    Canceled.firstSeqNum,
    order[orderAt + OrderWord.firstSeqNum]!,
    order[orderAt + OrderWord.firstSeqNum + 1]!,
  );
  out.count(Canceled.canceledQty, leavesQty);
  out.count(Canceled.cumQty, cumQty);
  out.word(Canceled.price, order[orderAt + OrderWord.price]!);
  out.word(Canceled.cancelReason, cancelReason);
  out.byte(Canceled.side, sideOf(order[orderAt + OrderWord.traits]!));
}

/** The taker ends with what is left of it. */
export function writeTakerCanceled(
  instrument: Instrument,
  taker: Taker,
  cancelReason: number,
  out: EventBuffer,
): void {
  out.open(Canceled.templateId, Canceled.blockLength);
  out.count(Canceled.rptSeq, ++instrument.rptSeq);
  out.word(Canceled.securityID, instrument.securityID);
  out.word(Canceled.accountID, taker.accountID);
  out.id(Canceled.orderID, taker.orderID, 0);
  out.pair(Canceled.firstSeqNum, taker.firstSeqLow, taker.firstSeqHigh);
  out.count(Canceled.canceledQty, taker.isByCash ? 0 : taker.leavesQty);
  out.count(Canceled.cumQty, taker.cumQty);
  out.word(Canceled.price, taker.price);
  out.word(Canceled.cancelReason, cancelReason);
  out.byte(Canceled.side, taker.side);
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
  out.open(Replaced.templateId, Replaced.blockLength);
  out.count(Replaced.rptSeq, ++instrument.rptSeq);
  out.word(Replaced.securityID, instrument.securityID);
  out.word(Replaced.accountID, order[orderAt + OrderWord.accountID]!);
  out.id(Replaced.orderID, order, orderAt + OrderWord.orderID);
  out.pair(
    Replaced.firstSeqNum,
    order[orderAt + OrderWord.firstSeqNum]!,
    order[orderAt + OrderWord.firstSeqNum + 1]!,
  );
  out.count(Replaced.orderQty, after.orderQty);
  out.count(Replaced.leavesQty, after.leavesQty);
  out.count(Replaced.cumQty, after.cumQty);
  out.word(Replaced.price, after.price);
  out.word(Replaced.side, sideOf(order[orderAt + OrderWord.traits]!));
  out.byte(Replaced.keptPriority, after.keptPriority ? 1 : 0);
  out.copy(Replaced.commandID, command, block + Replace.commandID, idWords);
  out.copy(Replaced.clOrdID, command, block + Replace.clOrdID, clOrdIDWords);
  out.zeros(Replaced.clOrdID + clOrdIDWords * 4, 1);
}

/** What a replace makes of an order. */
export interface ReplacedOrder {
  orderQty: number;
  leavesQty: number;
  cumQty: number;
  price: number;
  keptPriority: boolean;
}
