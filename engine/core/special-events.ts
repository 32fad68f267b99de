import { versionOfTimeInForce } from "../../schema/generated/enums.ts";
import { OrderAcceptedLayout as Accepted } from "../../schema/generated/order-accepted.ts";
import { OrderCanceledLayout as Canceled } from "../../schema/generated/order-canceled.ts";
import { OrderReplacedLayout as Replaced } from "../../schema/generated/order-replaced.ts";
import { OrderTriggeredLayout as Triggered } from "../../schema/generated/order-triggered.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { orderShift, OrderWord, sideOf } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * What events of stops, icebergs, pairs and orders for the day have beside those of plain orders: fields and values of newer versions, each
 * in the least version that has it.
 */

/** Adds to the OrderAccepted that was written last what state.request waits for and shows, and until when it stays. */
export const addToAccepted = (state: PartitionState, out: EventBuffer): void => {
  const { stopPx, pegOffsetValue, displayQty, timeInForce } = state.request;
  const ofFields = displayQty !== 0 ? 2 : (stopPx | pegOffsetValue) !== 0 ? 1 : 0;
  const version = Math.max(ofFields, versionOfTimeInForce(timeInForce));
  if (version === 0) return;
  const blockLength = version >= 2 ? Accepted.blockLengthV2 : Accepted.blockLengthV1;
  out.lengthen(Accepted.blockLength, blockLength, version);
  out.word(Accepted.stopPx, stopPx);
  out.word(Accepted.pegOffsetValue, pegOffsetValue);
  if (version >= 2) out.count(Accepted.displayQty, displayQty);
};

/** Adds the stopPx of an order that waits to the OrderReplaced that was written last. */
export const addToReplaced = (stopPx: number, out: EventBuffer): void => {
  out.lengthen(Replaced.blockLength, Replaced.blockLengthV1, 1);
  out.word(Replaced.stopPx, stopPx);
  out.word(Replaced.stopPx + 4, 0);
};

/** Adds to the OrderCanceled that was written last which order of its pair took it along. */
export const addOtherOrderID = (ids: Int32Array, idAt: number, out: EventBuffer): void => {
  out.lengthen(Canceled.blockLength, Canceled.blockLengthV9, 9);
  out.id(Canceled.otherOrderID, ids, idAt);
};

export const writeOrderTriggered = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  stopPx: number,
  out: EventBuffer,
): void => {
  const order = state.orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const firstSeqAt = at + OrderWord.firstSeqNum;
  out.open(Triggered.templateId, Triggered.blockLength, Triggered.version);
  out.count(Triggered.rptSeq, ++instrument.rptSeq);
  out.word(Triggered.securityID, instrument.securityID);
  out.word(Triggered.accountID, order[at + OrderWord.accountID]!);
  out.id(Triggered.orderID, order, at + OrderWord.orderID);
  out.pair(Triggered.firstSeqNum, order[firstSeqAt]!, order[firstSeqAt + 1]!);
  out.word(Triggered.stopPx, stopPx);
  out.word(Triggered.side, sideOf(order[at + OrderWord.traits]!));
};
