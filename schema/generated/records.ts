// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import {
  blockLengthOfNewOrderSingle,
  decodeNewOrderSingle,
  encodeNewOrderSingle,
  validNewOrderSingle,
  type NewOrderSingle,
} from "./new-order-single.ts";
import {
  decodeOrderCancelRequest,
  encodeOrderCancelRequest,
  validOrderCancelRequest,
  type OrderCancelRequest,
} from "./order-cancel-request.ts";
import {
  blockLengthOfOrderCancelReplaceRequest,
  decodeOrderCancelReplaceRequest,
  encodeOrderCancelReplaceRequest,
  validOrderCancelReplaceRequest,
  type OrderCancelReplaceRequest,
} from "./order-cancel-replace-request.ts";
import {
  decodeOrderMassCancelRequest,
  encodeOrderMassCancelRequest,
  validOrderMassCancelRequest,
  type OrderMassCancelRequest,
} from "./order-mass-cancel-request.ts";
import {
  blockLengthOfSecurityDefinition,
  decodeSecurityDefinition,
  encodeSecurityDefinition,
  validSecurityDefinition,
  type SecurityDefinition,
} from "./security-definition.ts";
import {
  blockLengthOfSecurityStatus,
  decodeSecurityStatus,
  encodeSecurityStatus,
  validSecurityStatus,
  type SecurityStatus,
} from "./security-status.ts";
import {
  blockLengthOfAccountDefinition,
  decodeAccountDefinition,
  encodeAccountDefinition,
  validAccountDefinition,
  type AccountDefinition,
} from "./account-definition.ts";
import {
  decodeKeyDefinition,
  encodeKeyDefinition,
  validKeyDefinition,
  type KeyDefinition,
} from "./key-definition.ts";
import { decodeTimeTick, encodeTimeTick, validTimeTick, type TimeTick } from "./time-tick.ts";
import {
  decodeAccountLimits,
  encodeAccountLimits,
  validAccountLimits,
  type AccountLimits,
} from "./account-limits.ts";
import {
  decodeNewOrderList,
  encodeNewOrderList,
  validNewOrderList,
  type NewOrderList,
} from "./new-order-list.ts";
import {
  decodeFeeSchedule,
  encodeFeeSchedule,
  validFeeSchedule,
  type FeeSchedule,
} from "./fee-schedule.ts";
import {
  blockLengthOfCancelOnDisconnect,
  decodeCancelOnDisconnect,
  encodeCancelOnDisconnect,
  validCancelOnDisconnect,
  type CancelOnDisconnect,
} from "./cancel-on-disconnect.ts";
import {
  decodeActivateSemantics,
  encodeActivateSemantics,
  validActivateSemantics,
  type ActivateSemantics,
} from "./activate-semantics.ts";
import {
  blockLengthOfOrderAccepted,
  decodeOrderAccepted,
  encodeOrderAccepted,
  validOrderAccepted,
  type OrderAccepted,
} from "./order-accepted.ts";
import {
  decodeOrderRejected,
  encodeOrderRejected,
  validOrderRejected,
  type OrderRejected,
} from "./order-rejected.ts";
import { blockLengthOfTrade, decodeTrade, encodeTrade, validTrade, type Trade } from "./trade.ts";
import {
  blockLengthOfOrderCanceled,
  decodeOrderCanceled,
  encodeOrderCanceled,
  validOrderCanceled,
  type OrderCanceled,
} from "./order-canceled.ts";
import {
  blockLengthOfOrderReplaced,
  decodeOrderReplaced,
  encodeOrderReplaced,
  validOrderReplaced,
  type OrderReplaced,
} from "./order-replaced.ts";
import {
  decodeSelfTradePrevented,
  encodeSelfTradePrevented,
  validSelfTradePrevented,
  type SelfTradePrevented,
} from "./self-trade-prevented.ts";
import {
  decodeOrderCancelReject,
  encodeOrderCancelReject,
  validOrderCancelReject,
  type OrderCancelReject,
} from "./order-cancel-reject.ts";
import { decodeDuplicate, encodeDuplicate, validDuplicate, type Duplicate } from "./duplicate.ts";
import {
  decodeBusinessMessageReject,
  encodeBusinessMessageReject,
  validBusinessMessageReject,
  type BusinessMessageReject,
} from "./business-message-reject.ts";
import {
  blockLengthOfSecurityDefined,
  decodeSecurityDefined,
  encodeSecurityDefined,
  validSecurityDefined,
  type SecurityDefined,
} from "./security-defined.ts";
import {
  blockLengthOfSecurityStatusChanged,
  decodeSecurityStatusChanged,
  encodeSecurityStatusChanged,
  validSecurityStatusChanged,
  type SecurityStatusChanged,
} from "./security-status-changed.ts";
import {
  blockLengthOfAccountDefined,
  decodeAccountDefined,
  encodeAccountDefined,
  validAccountDefined,
  type AccountDefined,
} from "./account-defined.ts";
import {
  decodeKeyDefined,
  encodeKeyDefined,
  validKeyDefined,
  type KeyDefined,
} from "./key-defined.ts";
import {
  decodeOrderMassCancelReport,
  encodeOrderMassCancelReport,
  validOrderMassCancelReport,
  type OrderMassCancelReport,
} from "./order-mass-cancel-report.ts";
import {
  decodeTimeTicked,
  encodeTimeTicked,
  validTimeTicked,
  type TimeTicked,
} from "./time-ticked.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  validCheckpoint,
  type Checkpoint,
} from "./checkpoint.ts";
import { decodeDeferred, encodeDeferred, validDeferred, type Deferred } from "./deferred.ts";
import {
  decodeDeadLettered,
  encodeDeadLettered,
  validDeadLettered,
  type DeadLettered,
} from "./dead-lettered.ts";
import {
  decodeOrderTriggered,
  encodeOrderTriggered,
  validOrderTriggered,
  type OrderTriggered,
} from "./order-triggered.ts";
import {
  decodeAccountLimitsChanged,
  encodeAccountLimitsChanged,
  validAccountLimitsChanged,
  type AccountLimitsChanged,
} from "./account-limits-changed.ts";
import {
  decodeFeeScheduleChanged,
  encodeFeeScheduleChanged,
  validFeeScheduleChanged,
  type FeeScheduleChanged,
} from "./fee-schedule-changed.ts";
import {
  blockLengthOfDeadManTimerSet,
  decodeDeadManTimerSet,
  encodeDeadManTimerSet,
  validDeadManTimerSet,
  type DeadManTimerSet,
} from "./dead-man-timer-set.ts";
import {
  blockLengthOfDeadManTimerFired,
  decodeDeadManTimerFired,
  encodeDeadManTimerFired,
  validDeadManTimerFired,
  type DeadManTimerFired,
} from "./dead-man-timer-fired.ts";
import {
  decodeSecurityStatusScheduled,
  encodeSecurityStatusScheduled,
  validSecurityStatusScheduled,
  type SecurityStatusScheduled,
} from "./security-status-scheduled.ts";
import {
  blockLengthOfListAccepted,
  decodeListAccepted,
  encodeListAccepted,
  validListAccepted,
  type ListAccepted,
} from "./list-accepted.ts";
import {
  decodeAuctionIndication,
  encodeAuctionIndication,
  validAuctionIndication,
  type AuctionIndication,
} from "./auction-indication.ts";
import {
  decodeSemanticsActivated,
  encodeSemanticsActivated,
  validSemanticsActivated,
  type SemanticsActivated,
} from "./semantics-activated.ts";
import { decodeBody, encodeBody, validBody, type Body } from "./body.ts";
import {
  decodeOutputChunk,
  encodeOutputChunk,
  validOutputChunk,
  type OutputChunk,
} from "./output-chunk.ts";
import { decodeClaim, encodeClaim, validClaim, type Claim } from "./claim.ts";
import {
  decodeQuarantine,
  encodeQuarantine,
  validQuarantine,
  type Quarantine,
} from "./quarantine.ts";
import {
  decodeRetryLetter,
  encodeRetryLetter,
  validRetryLetter,
  type RetryLetter,
} from "./retry-letter.ts";
import {
  decodeDeadLetter,
  encodeDeadLetter,
  validDeadLetter,
  type DeadLetter,
} from "./dead-letter.ts";
import {
  decodeDeadLetterResolved,
  encodeDeadLetterResolved,
  validDeadLetterResolved,
  type DeadLetterResolved,
} from "./dead-letter-resolved.ts";

export const schemaId = 1;
/** The newest one; a message is written in the least version that has all that it says. */
export const schemaVersion = 10;
export const headerBytes = 8;

/** Templates 1 to 63: what stands on the orders log. */
export type Command =
  | NewOrderSingle
  | OrderCancelRequest
  | OrderCancelReplaceRequest
  | OrderMassCancelRequest
  | SecurityDefinition
  | SecurityStatus
  | AccountDefinition
  | KeyDefinition
  | TimeTick
  | AccountLimits
  | NewOrderList
  | FeeSchedule
  | CancelOnDisconnect
  | ActivateSemantics;
/** Templates 64 to 127: what a body holds. */
export type Event =
  | OrderAccepted
  | OrderRejected
  | Trade
  | OrderCanceled
  | OrderReplaced
  | SelfTradePrevented
  | OrderCancelReject
  | Duplicate
  | BusinessMessageReject
  | SecurityDefined
  | SecurityStatusChanged
  | AccountDefined
  | KeyDefined
  | OrderMassCancelReport
  | TimeTicked
  | Checkpoint
  | Deferred
  | DeadLettered
  | OrderTriggered
  | AccountLimitsChanged
  | FeeScheduleChanged
  | DeadManTimerSet
  | DeadManTimerFired
  | SecurityStatusScheduled
  | ListAccepted
  | AuctionIndication
  | SemanticsActivated;
export type AnyMessage =
  | Command
  | Event
  | Body
  | OutputChunk
  | Claim
  | Quarantine
  | RetryLetter
  | DeadLetter
  | DeadLetterResolved;

export function encodeMessage(message: AnyMessage, view: DataView, at: number): number {
  switch (message.kind) {
    case "NewOrderSingle":
      return encodeNewOrderSingle(message, view, at);
    case "OrderCancelRequest":
      return encodeOrderCancelRequest(message, view, at);
    case "OrderCancelReplaceRequest":
      return encodeOrderCancelReplaceRequest(message, view, at);
    case "OrderMassCancelRequest":
      return encodeOrderMassCancelRequest(message, view, at);
    case "SecurityDefinition":
      return encodeSecurityDefinition(message, view, at);
    case "SecurityStatus":
      return encodeSecurityStatus(message, view, at);
    case "AccountDefinition":
      return encodeAccountDefinition(message, view, at);
    case "KeyDefinition":
      return encodeKeyDefinition(message, view, at);
    case "TimeTick":
      return encodeTimeTick(message, view, at);
    case "AccountLimits":
      return encodeAccountLimits(message, view, at);
    case "NewOrderList":
      return encodeNewOrderList(message, view, at);
    case "FeeSchedule":
      return encodeFeeSchedule(message, view, at);
    case "CancelOnDisconnect":
      return encodeCancelOnDisconnect(message, view, at);
    case "ActivateSemantics":
      return encodeActivateSemantics(message, view, at);
    case "OrderAccepted":
      return encodeOrderAccepted(message, view, at);
    case "OrderRejected":
      return encodeOrderRejected(message, view, at);
    case "Trade":
      return encodeTrade(message, view, at);
    case "OrderCanceled":
      return encodeOrderCanceled(message, view, at);
    case "OrderReplaced":
      return encodeOrderReplaced(message, view, at);
    case "SelfTradePrevented":
      return encodeSelfTradePrevented(message, view, at);
    case "OrderCancelReject":
      return encodeOrderCancelReject(message, view, at);
    case "Duplicate":
      return encodeDuplicate(message, view, at);
    case "BusinessMessageReject":
      return encodeBusinessMessageReject(message, view, at);
    case "SecurityDefined":
      return encodeSecurityDefined(message, view, at);
    case "SecurityStatusChanged":
      return encodeSecurityStatusChanged(message, view, at);
    case "AccountDefined":
      return encodeAccountDefined(message, view, at);
    case "KeyDefined":
      return encodeKeyDefined(message, view, at);
    case "OrderMassCancelReport":
      return encodeOrderMassCancelReport(message, view, at);
    case "TimeTicked":
      return encodeTimeTicked(message, view, at);
    case "Checkpoint":
      return encodeCheckpoint(message, view, at);
    case "Deferred":
      return encodeDeferred(message, view, at);
    case "DeadLettered":
      return encodeDeadLettered(message, view, at);
    case "OrderTriggered":
      return encodeOrderTriggered(message, view, at);
    case "AccountLimitsChanged":
      return encodeAccountLimitsChanged(message, view, at);
    case "FeeScheduleChanged":
      return encodeFeeScheduleChanged(message, view, at);
    case "DeadManTimerSet":
      return encodeDeadManTimerSet(message, view, at);
    case "DeadManTimerFired":
      return encodeDeadManTimerFired(message, view, at);
    case "SecurityStatusScheduled":
      return encodeSecurityStatusScheduled(message, view, at);
    case "ListAccepted":
      return encodeListAccepted(message, view, at);
    case "AuctionIndication":
      return encodeAuctionIndication(message, view, at);
    case "SemanticsActivated":
      return encodeSemanticsActivated(message, view, at);
    case "Body":
      return encodeBody(message, view, at);
    case "OutputChunk":
      return encodeOutputChunk(message, view, at);
    case "Claim":
      return encodeClaim(message, view, at);
    case "Quarantine":
      return encodeQuarantine(message, view, at);
    case "RetryLetter":
      return encodeRetryLetter(message, view, at);
    case "DeadLetter":
      return encodeDeadLetter(message, view, at);
    case "DeadLetterResolved":
      return encodeDeadLetterResolved(message, view, at);
  }
}

/** Bytes that encodeMessage writes. */
export function encodedBytes(message: AnyMessage): number {
  switch (message.kind) {
    case "NewOrderSingle":
      return 8 + blockLengthOfNewOrderSingle(message);
    case "OrderCancelRequest":
      return 72;
    case "OrderCancelReplaceRequest":
      return 8 + blockLengthOfOrderCancelReplaceRequest(message);
    case "OrderMassCancelRequest":
      return 72;
    case "SecurityDefinition":
      return 8 + blockLengthOfSecurityDefinition(message);
    case "SecurityStatus":
      return 8 + blockLengthOfSecurityStatus(message);
    case "AccountDefinition":
      return 8 + blockLengthOfAccountDefinition(message);
    case "KeyDefinition":
      return 160;
    case "TimeTick":
      return 16;
    case "AccountLimits":
      return 96;
    case "NewOrderList":
      return 56 + 4 + message.items.length;
    case "FeeSchedule":
      return 88;
    case "CancelOnDisconnect":
      return 8 + blockLengthOfCancelOnDisconnect(message);
    case "ActivateSemantics":
      return 64;
    case "OrderAccepted":
      return 8 + blockLengthOfOrderAccepted(message);
    case "OrderRejected":
      return 128;
    case "Trade":
      return 8 + blockLengthOfTrade(message);
    case "OrderCanceled":
      return 8 + blockLengthOfOrderCanceled(message);
    case "OrderReplaced":
      return 8 + blockLengthOfOrderReplaced(message);
    case "SelfTradePrevented":
      return 104;
    case "OrderCancelReject":
      return 64;
    case "Duplicate":
      return 64;
    case "BusinessMessageReject":
      return 48;
    case "SecurityDefined":
      return 8 + blockLengthOfSecurityDefined(message);
    case "SecurityStatusChanged":
      return 8 + blockLengthOfSecurityStatusChanged(message);
    case "AccountDefined":
      return 8 + blockLengthOfAccountDefined(message);
    case "KeyDefined":
      return 128;
    case "OrderMassCancelReport":
      return 48;
    case "TimeTicked":
      return 16;
    case "Checkpoint":
      return 48;
    case "Deferred":
      return 136;
    case "DeadLettered":
      return 64;
    case "OrderTriggered":
      return 56;
    case "AccountLimitsChanged":
      return 64;
    case "FeeScheduleChanged":
      return 48;
    case "DeadManTimerSet":
      return 8 + blockLengthOfDeadManTimerSet(message);
    case "DeadManTimerFired":
      return 8 + blockLengthOfDeadManTimerFired(message);
    case "SecurityStatusScheduled":
      return 32;
    case "ListAccepted":
      return 8 + blockLengthOfListAccepted(message);
    case "AuctionIndication":
      return 48;
    case "SemanticsActivated":
      return 40;
    case "Body":
      return 56;
    case "OutputChunk":
      return 40 + 4 + message.body.length;
    case "Claim":
      return 216;
    case "Quarantine":
      return 192;
    case "RetryLetter":
      return 56 + 4 + message.command.length;
    case "DeadLetter":
      return 128 + 4 + message.command.length;
    case "DeadLetterResolved":
      return 216;
  }
}

/** Bytes of a template's block in a version of the schema, or 0 where there is no such template or version. */
export function blockLengthOf(templateId: number, version: number): number {
  if (version > schemaVersion) return 0;
  switch (templateId) {
    case 1:
      return version >= 10 ? 168 : version >= 2 ? 160 : version >= 1 ? 152 : 144;
    case 2:
      return 64;
    case 3:
      return version >= 1 ? 128 : 120;
    case 4:
      return 64;
    case 5:
      return version >= 3 ? 136 : 120;
    case 6:
      return version >= 6 ? 72 : 64;
    case 7:
      return version >= 4 ? 96 : 88;
    case 8:
      return 152;
    case 9:
      return 8;
    case 10:
      return version < 3 ? 0 : 88;
    case 11:
      return version < 7 ? 0 : 48;
    case 12:
      return version < 4 ? 0 : 80;
    case 13:
      return version < 5 ? 0 : version >= 10 ? 72 : 56;
    case 14:
      return 56;
    case 64:
      return version >= 2 ? 144 : version >= 1 ? 136 : 128;
    case 65:
      return 120;
    case 66:
      return version >= 4 ? 144 : 104;
    case 67:
      return version >= 9 ? 80 : 64;
    case 68:
      return version >= 1 ? 136 : 128;
    case 69:
      return 96;
    case 70:
      return 56;
    case 71:
      return 56;
    case 72:
      return 40;
    case 73:
      return version >= 3 ? 104 : 88;
    case 74:
      return version >= 6 ? 24 : 16;
    case 75:
      return version >= 4 ? 72 : 64;
    case 76:
      return 120;
    case 77:
      return 40;
    case 78:
      return 8;
    case 79:
      return 40;
    case 80:
      return 128;
    case 81:
      return 56;
    case 82:
      return version < 1 ? 0 : 48;
    case 83:
      return version < 3 ? 0 : 56;
    case 84:
      return version < 4 ? 0 : 40;
    case 85:
      return version < 5 ? 0 : version >= 10 ? 56 : 40;
    case 86:
      return version < 5 ? 0 : version >= 10 ? 40 : 24;
    case 87:
      return version < 6 ? 0 : 24;
    case 88:
      return version < 7 ? 0 : version >= 9 ? 64 : 32;
    case 89:
      return version < 8 ? 0 : 40;
    case 90:
      return 32;
    case 128:
      return 48;
    case 129:
      return 32;
    case 130:
      return 208;
    case 131:
      return 184;
    case 132:
      return 48;
    case 133:
      return 120;
    case 134:
      return 208;
    default:
      return 0;
  }
}

/** Most bytes of a template's variable part, or 0 where it has none. */
export function dataBytesMaxOf(templateId: number): number {
  if (templateId === 11) return 16384;
  if (templateId === 129) return 262144;
  if (templateId === 132) return 262144;
  if (templateId === 133) return 262144;
  return 0;
}

export function templateName(templateId: number): AnyMessage["kind"] | null {
  switch (templateId) {
    case 1:
      return "NewOrderSingle";
    case 2:
      return "OrderCancelRequest";
    case 3:
      return "OrderCancelReplaceRequest";
    case 4:
      return "OrderMassCancelRequest";
    case 5:
      return "SecurityDefinition";
    case 6:
      return "SecurityStatus";
    case 7:
      return "AccountDefinition";
    case 8:
      return "KeyDefinition";
    case 9:
      return "TimeTick";
    case 10:
      return "AccountLimits";
    case 11:
      return "NewOrderList";
    case 12:
      return "FeeSchedule";
    case 13:
      return "CancelOnDisconnect";
    case 14:
      return "ActivateSemantics";
    case 64:
      return "OrderAccepted";
    case 65:
      return "OrderRejected";
    case 66:
      return "Trade";
    case 67:
      return "OrderCanceled";
    case 68:
      return "OrderReplaced";
    case 69:
      return "SelfTradePrevented";
    case 70:
      return "OrderCancelReject";
    case 71:
      return "Duplicate";
    case 72:
      return "BusinessMessageReject";
    case 73:
      return "SecurityDefined";
    case 74:
      return "SecurityStatusChanged";
    case 75:
      return "AccountDefined";
    case 76:
      return "KeyDefined";
    case 77:
      return "OrderMassCancelReport";
    case 78:
      return "TimeTicked";
    case 79:
      return "Checkpoint";
    case 80:
      return "Deferred";
    case 81:
      return "DeadLettered";
    case 82:
      return "OrderTriggered";
    case 83:
      return "AccountLimitsChanged";
    case 84:
      return "FeeScheduleChanged";
    case 85:
      return "DeadManTimerSet";
    case 86:
      return "DeadManTimerFired";
    case 87:
      return "SecurityStatusScheduled";
    case 88:
      return "ListAccepted";
    case 89:
      return "AuctionIndication";
    case 90:
      return "SemanticsActivated";
    case 128:
      return "Body";
    case 129:
      return "OutputChunk";
    case 130:
      return "Claim";
    case 131:
      return "Quarantine";
    case 132:
      return "RetryLetter";
    case 133:
      return "DeadLetter";
    case 134:
      return "DeadLetterResolved";
    default:
      return null;
  }
}

/** Every field of the block, behind its header, holds a value of its type. */
export function validBlock(templateId: number, view: DataView, block: number): boolean {
  switch (templateId) {
    case 1:
      return validNewOrderSingle(view, block);
    case 2:
      return validOrderCancelRequest(view, block);
    case 3:
      return validOrderCancelReplaceRequest(view, block);
    case 4:
      return validOrderMassCancelRequest(view, block);
    case 5:
      return validSecurityDefinition(view, block);
    case 6:
      return validSecurityStatus(view, block);
    case 7:
      return validAccountDefinition(view, block);
    case 8:
      return validKeyDefinition(view, block);
    case 9:
      return validTimeTick(view, block);
    case 10:
      return validAccountLimits(view, block);
    case 11:
      return validNewOrderList(view, block);
    case 12:
      return validFeeSchedule(view, block);
    case 13:
      return validCancelOnDisconnect(view, block);
    case 14:
      return validActivateSemantics(view, block);
    case 64:
      return validOrderAccepted(view, block);
    case 65:
      return validOrderRejected(view, block);
    case 66:
      return validTrade(view, block);
    case 67:
      return validOrderCanceled(view, block);
    case 68:
      return validOrderReplaced(view, block);
    case 69:
      return validSelfTradePrevented(view, block);
    case 70:
      return validOrderCancelReject(view, block);
    case 71:
      return validDuplicate(view, block);
    case 72:
      return validBusinessMessageReject(view, block);
    case 73:
      return validSecurityDefined(view, block);
    case 74:
      return validSecurityStatusChanged(view, block);
    case 75:
      return validAccountDefined(view, block);
    case 76:
      return validKeyDefined(view, block);
    case 77:
      return validOrderMassCancelReport(view, block);
    case 78:
      return validTimeTicked(view, block);
    case 79:
      return validCheckpoint(view, block);
    case 80:
      return validDeferred(view, block);
    case 81:
      return validDeadLettered(view, block);
    case 82:
      return validOrderTriggered(view, block);
    case 83:
      return validAccountLimitsChanged(view, block);
    case 84:
      return validFeeScheduleChanged(view, block);
    case 85:
      return validDeadManTimerSet(view, block);
    case 86:
      return validDeadManTimerFired(view, block);
    case 87:
      return validSecurityStatusScheduled(view, block);
    case 88:
      return validListAccepted(view, block);
    case 89:
      return validAuctionIndication(view, block);
    case 90:
      return validSemanticsActivated(view, block);
    case 128:
      return validBody(view, block);
    case 129:
      return validOutputChunk(view, block);
    case 130:
      return validClaim(view, block);
    case 131:
      return validQuarantine(view, block);
    case 132:
      return validRetryLetter(view, block);
    case 133:
      return validDeadLetter(view, block);
    case 134:
      return validDeadLetterResolved(view, block);
    default:
      return false;
  }
}

/** Call only where validBlock holds. */
export function decodeBlock(templateId: number, view: DataView, block: number): AnyMessage {
  switch (templateId) {
    case 1:
      return decodeNewOrderSingle(view, block);
    case 2:
      return decodeOrderCancelRequest(view, block);
    case 3:
      return decodeOrderCancelReplaceRequest(view, block);
    case 4:
      return decodeOrderMassCancelRequest(view, block);
    case 5:
      return decodeSecurityDefinition(view, block);
    case 6:
      return decodeSecurityStatus(view, block);
    case 7:
      return decodeAccountDefinition(view, block);
    case 8:
      return decodeKeyDefinition(view, block);
    case 9:
      return decodeTimeTick(view, block);
    case 10:
      return decodeAccountLimits(view, block);
    case 11:
      return decodeNewOrderList(view, block);
    case 12:
      return decodeFeeSchedule(view, block);
    case 13:
      return decodeCancelOnDisconnect(view, block);
    case 14:
      return decodeActivateSemantics(view, block);
    case 64:
      return decodeOrderAccepted(view, block);
    case 65:
      return decodeOrderRejected(view, block);
    case 66:
      return decodeTrade(view, block);
    case 67:
      return decodeOrderCanceled(view, block);
    case 68:
      return decodeOrderReplaced(view, block);
    case 69:
      return decodeSelfTradePrevented(view, block);
    case 70:
      return decodeOrderCancelReject(view, block);
    case 71:
      return decodeDuplicate(view, block);
    case 72:
      return decodeBusinessMessageReject(view, block);
    case 73:
      return decodeSecurityDefined(view, block);
    case 74:
      return decodeSecurityStatusChanged(view, block);
    case 75:
      return decodeAccountDefined(view, block);
    case 76:
      return decodeKeyDefined(view, block);
    case 77:
      return decodeOrderMassCancelReport(view, block);
    case 78:
      return decodeTimeTicked(view, block);
    case 79:
      return decodeCheckpoint(view, block);
    case 80:
      return decodeDeferred(view, block);
    case 81:
      return decodeDeadLettered(view, block);
    case 82:
      return decodeOrderTriggered(view, block);
    case 83:
      return decodeAccountLimitsChanged(view, block);
    case 84:
      return decodeFeeScheduleChanged(view, block);
    case 85:
      return decodeDeadManTimerSet(view, block);
    case 86:
      return decodeDeadManTimerFired(view, block);
    case 87:
      return decodeSecurityStatusScheduled(view, block);
    case 88:
      return decodeListAccepted(view, block);
    case 89:
      return decodeAuctionIndication(view, block);
    case 90:
      return decodeSemanticsActivated(view, block);
    case 128:
      return decodeBody(view, block);
    case 129:
      return decodeOutputChunk(view, block);
    case 130:
      return decodeClaim(view, block);
    case 131:
      return decodeQuarantine(view, block);
    case 132:
      return decodeRetryLetter(view, block);
    case 133:
      return decodeDeadLetter(view, block);
    case 134:
      return decodeDeadLetterResolved(view, block);
    default:
      throw new RangeError("There is no such template");
  }
}
