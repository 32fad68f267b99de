import { DeadLetteredLayout as Dead } from "../../schema/generated/dead-lettered.ts";
import { DeferredLayout as Deferred } from "../../schema/generated/deferred.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import type { DeferredOrder } from "./deferred-orders.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { refusalVersion } from "./order-events.ts";
import type { PartitionState } from "./state.ts";

const clOrdIDWords = 9;

/** The order at hand waits; `command` is the attempt at hand, `validUntil` of the first one. */
export const writeDeferred = (
  state: PartitionState,
  command: DataView,
  block: number,
  ordRejReason: number,
  validUntil: number,
  out: EventBuffer,
): void => {
  out.hasLetters = true;
  out.open(Deferred.templateId, Deferred.blockLength, refusalVersion(command, block, ordRejReason));
  out.zeros(Deferred.rptSeq, 3);
  out.word(Deferred.accountID, state.accountID);
  out.id(Deferred.orderID, state.id, 0);
  out.pair(Deferred.firstSeqNum, state.seqLow, state.seqHigh);
  out.copy(Deferred.orderQty, command, block + New.orderQty, 2);
  out.word(Deferred.price, command.getInt32(block + New.price, true));
  out.half(Deferred.ordRejReason, ordRejReason);
  out.byte(Deferred.side, command.getUint8(block + New.side));
  out.byte(Deferred.ordType, command.getUint8(block + New.ordType));
  out.word(Deferred.timeInForce, command.getUint8(block + New.timeInForce));
  out.word(Deferred.timeInForce + 4, 0);
  out.half(Deferred.attempt, command.getUint16(block + New.attempt, true));
  out.copy(Deferred.symbol, command, block + New.symbol, 4);
  out.copy(Deferred.clOrdID, command, block + New.clOrdID, clOrdIDWords);
  out.word(Deferred.clOrdID + clOrdIDWords * 4, 0);
  out.count(Deferred.validUntil, validUntil);
};

export const writeDeadLettered = (
  { said, firstSeqNum }: DeferredOrder,
  commandOffset: number,
  attempts: number,
  deadReason: number,
  out: EventBuffer,
): void => {
  out.hasLetters = true;
  out.open(Dead.templateId, Dead.blockLength);
  out.zeros(Dead.rptSeq, 3);
  out.word(Dead.accountID, said.getInt32(New.accountID, true));
  out.copy(Dead.orderID, said, New.orderID, 4);
  out.count(Dead.firstSeqNum, firstSeqNum);
  out.count(Dead.commandOffset, commandOffset);
  out.word(Dead.attempts, 0);
  out.half(Dead.attempts, attempts);
  out.half(Dead.deadReason, deadReason);
  out.word(Dead.blockLength - 4, 0);
};
