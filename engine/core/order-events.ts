import {
  CancelReason,
  ExecInst,
  OrdStatus,
  versionOfCancelReason,
  versionOfOrdRejReason,
  versionOfOrdType,
  versionOfTimeInForce,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderAcceptedLayout as Accepted } from "../../schema/generated/order-accepted.ts";
import { OrderCanceledLayout as Canceled } from "../../schema/generated/order-canceled.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { OrderRejectedLayout as Rejected } from "../../schema/generated/order-rejected.ts";
import { OrderReplacedLayout as Replaced } from "../../schema/generated/order-replaced.ts";
import { SelfTradePreventedLayout as Prevented } from "../../schema/generated/self-trade-prevented.ts";
import { TradeLayout as Traded } from "../../schema/generated/trade.ts";
import { headerWord, highWord, schemaWord } from "./event-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { OrderDouble, orderShift, OrderWord, sideOf } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";
import type { Taker } from "./taker.ts";

/**
 * Writers of the events of an instrument's orders: straight into the buffer, at the offsets of the generated layouts. Every byte of a
 * block is written, padding as zero, since bodies are compared and hashed as bytes.
 */

/** Words of a clOrdID. */
const clOrdIDWords = 9;
/** The last of the reasons that the first version has. */
const firstReasonMax = CancelReason.ReplacedBelowCumQty;
const acceptedHeader = headerWord(Accepted.templateId, Accepted.blockLength);
const tradedHeader = headerWord(Traded.templateId, Traded.blockLength);
const canceledHeader = headerWord(Canceled.templateId, Canceled.blockLength);
const replacedHeader = headerWord(Replaced.templateId, Replaced.blockLength);

/** Of state.request, its prevention mode resolved; `commands` holds the order's block from word `block` on. */
export const writeOrderAccepted = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const header = out.claim(Accepted.blockLength);
  const { words } = out;
  words[header] = acceptedHeader;
  words[header + 1] = schemaWord;
  const at = header + 2;
  const { request, id } = state;
  const rptSeq = ++instrument.rptSeq;
  words[at + (Accepted.rptSeq >>> 2)] = rptSeq;
  words[at + (Accepted.rptSeq >>> 2) + 1] = highWord(rptSeq);
  words[at + (Accepted.securityID >>> 2)] = instrument.securityID;
  words[at + (Accepted.accountID >>> 2)] = state.accountID;
  words[at + (Accepted.orderID >>> 2)] = id[0]!;
  words[at + (Accepted.orderID >>> 2) + 1] = id[1]!;
  words[at + (Accepted.orderID >>> 2) + 2] = id[2]!;
  words[at + (Accepted.orderID >>> 2) + 3] = id[3]!;
  words[at + (Accepted.firstSeqNum >>> 2)] = state.seqLow;
  words[at + (Accepted.firstSeqNum >>> 2) + 1] = state.seqHigh;
  const qty = block + (New.orderQty >>> 2);
  words[at + (Accepted.orderQty >>> 2)] = commands[qty]!;
  words[at + (Accepted.orderQty >>> 2) + 1] = commands[qty + 1]!;
  const cash = block + (New.cashOrderQty >>> 2);
  words[at + (Accepted.cashOrderQty >>> 2)] = commands[cash]!;
  words[at + (Accepted.cashOrderQty >>> 2) + 1] = commands[cash + 1]!;
  words[at + (Accepted.cashOrderQty >>> 2) + 2] = commands[cash + 2]!;
  words[at + (Accepted.cashOrderQty >>> 2) + 3] = commands[cash + 3]!;
  words[at + (Accepted.price >>> 2)] = request.price;
  words[at + (Accepted.side >>> 2)] =
    request.side |
    (request.ordType << 8) |
    (request.timeInForce << 16) |
    (request.selfTradePrevention << 24);
  words[at + (Accepted.execInst >>> 2)] = request.isPostOnly ? ExecInst.postOnly : 0;
  words[at + (Accepted.execInst >>> 2) + 1] = 0;
  const expireTime = block + (New.expireTime >>> 2);
  words[at + (Accepted.expireTime >>> 2)] = commands[expireTime]!;
  words[at + (Accepted.expireTime >>> 2) + 1] = commands[expireTime + 1]!;
  const from = block + (New.clOrdID >>> 2);
  const to = at + (Accepted.clOrdID >>> 2);
  words[to] = commands[from]!;
  words[to + 1] = commands[from + 1]!;
  words[to + 2] = commands[from + 2]!;
  words[to + 3] = commands[from + 3]!;
  words[to + 4] = commands[from + 4]!;
  words[to + 5] = commands[from + 5]!;
  words[to + 6] = commands[from + 6]!;
  words[to + 7] = commands[from + 7]!;
  words[to + 8] = commands[from + 8]!;
  words[to + 9] = 0;
};

/** `instrument` is null where the symbol is unknown. */
export const writeOrderRejected = (
  state: PartitionState,
  instrument: Instrument | null,
  command: DataView,
  block: number,
  ordRejReason: number,
  out: EventBuffer,
): void => {
  out.open(Rejected.templateId, Rejected.blockLength, refusalVersion(command, block, ordRejReason));
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
};

/** The least version that has what an OrderRejected or a Deferred says of the order whose block this is. */
export const refusalVersion = (command: DataView, block: number, ordRejReason: number): number =>
  Math.max(
    versionOfOrdRejReason(ordRejReason),
    versionOfOrdType(command.getUint8(block + New.ordType)),
    versionOfTimeInForce(command.getUint8(block + New.timeInForce)),
  );

/** A trade at the maker's price; both sides' leavesQty are already what they are after it. */
export const writeTrade = (
  instrument: Instrument,
  maker: Int32Array,
  makerAt: number,
  makerLeavesQty: number,
  taker: Taker,
  lastQty: number,
  out: EventBuffer,
): void => {
  const header = out.claim(Traded.blockLength);
  const { words } = out;
  words[header] = tradedHeader;
  words[header + 1] = schemaWord;
  const at = header + 2;
  const { orderID } = taker;
  const rptSeq = ++instrument.rptSeq;
  const takerLeavesQty = taker.isByCash ? 0 : taker.leavesQty;
  words[at + (Traded.rptSeq >>> 2)] = rptSeq;
  words[at + (Traded.rptSeq >>> 2) + 1] = highWord(rptSeq);
  words[at + (Traded.securityID >>> 2)] = instrument.securityID;
  words[at + (Traded.makerAccountID >>> 2)] = maker[makerAt + OrderWord.accountID]!;
  words[at + (Traded.makerOrderID >>> 2)] = maker[makerAt + OrderWord.orderID]!;
  words[at + (Traded.makerOrderID >>> 2) + 1] = maker[makerAt + OrderWord.orderID + 1]!;
  words[at + (Traded.makerOrderID >>> 2) + 2] = maker[makerAt + OrderWord.orderID + 2]!;
  words[at + (Traded.makerOrderID >>> 2) + 3] = maker[makerAt + OrderWord.orderID + 3]!;
  words[at + (Traded.makerFirstSeqNum >>> 2)] = maker[makerAt + OrderWord.firstSeqNum]!;
  words[at + (Traded.makerFirstSeqNum >>> 2) + 1] = maker[makerAt + OrderWord.firstSeqNum + 1]!;
  words[at + (Traded.takerOrderID >>> 2)] = orderID[0]!;
  words[at + (Traded.takerOrderID >>> 2) + 1] = orderID[1]!;
  words[at + (Traded.takerOrderID >>> 2) + 2] = orderID[2]!;
  words[at + (Traded.takerOrderID >>> 2) + 3] = orderID[3]!;
  words[at + (Traded.takerFirstSeqNum >>> 2)] = taker.firstSeqLow;
  words[at + (Traded.takerFirstSeqNum >>> 2) + 1] = taker.firstSeqHigh;
  words[at + (Traded.lastQty >>> 2)] = lastQty;
  words[at + (Traded.lastQty >>> 2) + 1] = highWord(lastQty);
  words[at + (Traded.makerLeavesQty >>> 2)] = makerLeavesQty;
  words[at + (Traded.makerLeavesQty >>> 2) + 1] = highWord(makerLeavesQty);
  words[at + (Traded.takerLeavesQty >>> 2)] = takerLeavesQty;
  words[at + (Traded.takerLeavesQty >>> 2) + 1] = highWord(takerLeavesQty);
  words[at + (Traded.takerAccountID >>> 2)] = taker.accountID;
  words[at + (Traded.lastPx >>> 2)] = maker[makerAt + OrderWord.price]!;
  const { Filled, PartiallyFilled } = OrdStatus;
  const makerOrdStatus = makerLeavesQty === 0 ? Filled : PartiallyFilled;
  const takerOrdStatus = taker.hasMore ? PartiallyFilled : Filled;
  words[at + (Traded.aggressorSide >>> 2)] =
    taker.side | (makerOrdStatus << 8) | (takerOrdStatus << 16);
  words[at + (Traded.aggressorSide >>> 2) + 1] = 0;
};

/** As writeTrade, for quantity that would have traded with an order of the same account. */
export const writeSelfTradePrevented = (
  instrument: Instrument,
  maker: Int32Array,
  makerAt: number,
  makerLeavesQty: number,
  taker: Taker,
  preventedQty: number,
  out: EventBuffer,
): void => {
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
};

/** A resting order ends with what is left of it. */
export const writeRestingCanceled = (
  { orders }: PartitionState,
  instrument: Instrument,
  slot: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  writeCanceled(instrument, words, orders.hot.doublesOf(slot), at, cancelReason, out);
  if (cancelReason > firstReasonMax) markReason(cancelReason, out);
};

/** The OrderCanceled that was written last has a reason that is newer than the first version; its block is as long. */
const markReason = (cancelReason: number, out: EventBuffer): void => {
  const { blockLength } = Canceled;
  out.lengthen(blockLength, blockLength, versionOfCancelReason(cancelReason));
};

/** As writeRestingCanceled, of an order whose record starts at `orderAt` of `order`, for a reason of the first version. */
export const writeCanceled = (
  instrument: Instrument,
  order: Int32Array,
  quantities: Float64Array,
  orderAt: number,
  cancelReason: number,
  out: EventBuffer,
): void => {
  const leavesQty = quantities[(orderAt >>> 1) + OrderDouble.leavesQty]!;
  const cumQty = quantities[(orderAt >>> 1) + OrderDouble.fillableQty]! - leavesQty;
  const header = out.claim(Canceled.blockLength);
  const { words } = out;
  words[header] = canceledHeader;
  words[header + 1] = schemaWord;
  const at = header + 2;
  const rptSeq = ++instrument.rptSeq;
  words[at + (Canceled.rptSeq >>> 2)] = rptSeq;
  words[at + (Canceled.rptSeq >>> 2) + 1] = highWord(rptSeq);
  words[at + (Canceled.securityID >>> 2)] = instrument.securityID;
  words[at + (Canceled.accountID >>> 2)] = order[orderAt + OrderWord.accountID]!;
  words[at + (Canceled.orderID >>> 2)] = order[orderAt + OrderWord.orderID]!;
  words[at + (Canceled.orderID >>> 2) + 1] = order[orderAt + OrderWord.orderID + 1]!;
  words[at + (Canceled.orderID >>> 2) + 2] = order[orderAt + OrderWord.orderID + 2]!;
  words[at + (Canceled.orderID >>> 2) + 3] = order[orderAt + OrderWord.orderID + 3]!;
  words[at + (Canceled.firstSeqNum >>> 2)] = order[orderAt + OrderWord.firstSeqNum]!;
  words[at + (Canceled.firstSeqNum >>> 2) + 1] = order[orderAt + OrderWord.firstSeqNum + 1]!;
  words[at + (Canceled.canceledQty >>> 2)] = leavesQty;
  words[at + (Canceled.canceledQty >>> 2) + 1] = highWord(leavesQty);
  words[at + (Canceled.cumQty >>> 2)] = cumQty;
  words[at + (Canceled.cumQty >>> 2) + 1] = highWord(cumQty);
  words[at + (Canceled.price >>> 2)] = order[orderAt + OrderWord.price]!;
  const side = sideOf(order[orderAt + OrderWord.traits]!);
  words[at + (Canceled.cancelReason >>> 2)] = cancelReason | (side << 16);
};

/** The taker ends with what is left of it. */
export const writeTakerCanceled = (
  instrument: Instrument,
  taker: Taker,
  cancelReason: number,
  out: EventBuffer,
): void => {
  const header = out.claim(Canceled.blockLength);
  const { words } = out;
  words[header] = canceledHeader;
  words[header + 1] = schemaWord;
  const at = header + 2;
  const { orderID, cumQty } = taker;
  const canceledQty = taker.isByCash ? 0 : taker.leavesQty;
  const rptSeq = ++instrument.rptSeq;
  words[at + (Canceled.rptSeq >>> 2)] = rptSeq;
  words[at + (Canceled.rptSeq >>> 2) + 1] = highWord(rptSeq);
  words[at + (Canceled.securityID >>> 2)] = instrument.securityID;
  words[at + (Canceled.accountID >>> 2)] = taker.accountID;
  words[at + (Canceled.orderID >>> 2)] = orderID[0]!;
  words[at + (Canceled.orderID >>> 2) + 1] = orderID[1]!;
  words[at + (Canceled.orderID >>> 2) + 2] = orderID[2]!;
  words[at + (Canceled.orderID >>> 2) + 3] = orderID[3]!;
  words[at + (Canceled.firstSeqNum >>> 2)] = taker.firstSeqLow;
  words[at + (Canceled.firstSeqNum >>> 2) + 1] = taker.firstSeqHigh;
  words[at + (Canceled.canceledQty >>> 2)] = canceledQty;
  words[at + (Canceled.canceledQty >>> 2) + 1] = highWord(canceledQty);
  words[at + (Canceled.cumQty >>> 2)] = cumQty;
  words[at + (Canceled.cumQty >>> 2) + 1] = highWord(cumQty);
  words[at + (Canceled.price >>> 2)] = taker.price;
  words[at + (Canceled.cancelReason >>> 2)] = cancelReason | (taker.side << 16);
  if (cancelReason > firstReasonMax) markReason(cancelReason, out);
};

/**
 * An order as it stands after a replace; its identity comes from the record, which may still hold the values before it. `commands` holds
 * the replace's block from word `block` on.
 */
export const writeOrderReplaced = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const order = state.orders.hot.wordsOf(slot);
  const orderAt = slot << orderShift;
  const header = out.claim(Replaced.blockLength);
  const { words } = out;
  words[header] = replacedHeader;
  words[header + 1] = schemaWord;
  const at = header + 2;
  const { orderQty, leavesQty, cumQty, price, keptPriority } = state.replaced;
  const rptSeq = ++instrument.rptSeq;
  words[at + (Replaced.rptSeq >>> 2)] = rptSeq;
  words[at + (Replaced.rptSeq >>> 2) + 1] = highWord(rptSeq);
  words[at + (Replaced.securityID >>> 2)] = instrument.securityID;
  words[at + (Replaced.accountID >>> 2)] = order[orderAt + OrderWord.accountID]!;
  words[at + (Replaced.orderID >>> 2)] = order[orderAt + OrderWord.orderID]!;
  words[at + (Replaced.orderID >>> 2) + 1] = order[orderAt + OrderWord.orderID + 1]!;
  words[at + (Replaced.orderID >>> 2) + 2] = order[orderAt + OrderWord.orderID + 2]!;
  words[at + (Replaced.orderID >>> 2) + 3] = order[orderAt + OrderWord.orderID + 3]!;
  words[at + (Replaced.firstSeqNum >>> 2)] = order[orderAt + OrderWord.firstSeqNum]!;
  words[at + (Replaced.firstSeqNum >>> 2) + 1] = order[orderAt + OrderWord.firstSeqNum + 1]!;
  words[at + (Replaced.orderQty >>> 2)] = orderQty;
  words[at + (Replaced.orderQty >>> 2) + 1] = highWord(orderQty);
  words[at + (Replaced.leavesQty >>> 2)] = leavesQty;
  words[at + (Replaced.leavesQty >>> 2) + 1] = highWord(leavesQty);
  words[at + (Replaced.cumQty >>> 2)] = cumQty;
  words[at + (Replaced.cumQty >>> 2) + 1] = highWord(cumQty);
  words[at + (Replaced.price >>> 2)] = price;
  const side = sideOf(order[orderAt + OrderWord.traits]!);
  words[at + (Replaced.side >>> 2)] = side | (keptPriority ? 1 << 8 : 0);
  const commandID = block + (Replace.commandID >>> 2);
  words[at + (Replaced.commandID >>> 2)] = commands[commandID]!;
  words[at + (Replaced.commandID >>> 2) + 1] = commands[commandID + 1]!;
  words[at + (Replaced.commandID >>> 2) + 2] = commands[commandID + 2]!;
  words[at + (Replaced.commandID >>> 2) + 3] = commands[commandID + 3]!;
  const from = block + (Replace.clOrdID >>> 2);
  const to = at + (Replaced.clOrdID >>> 2);
  words[to] = commands[from]!;
  words[to + 1] = commands[from + 1]!;
  words[to + 2] = commands[from + 2]!;
  words[to + 3] = commands[from + 3]!;
  words[to + 4] = commands[from + 4]!;
  words[to + 5] = commands[from + 5]!;
  words[to + 6] = commands[from + 6]!;
  words[to + 7] = commands[from + 7]!;
  words[to + 8] = commands[from + 8]!;
  words[to + 9] = 0;
};
