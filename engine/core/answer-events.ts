import { AccountDefinedLayout as AccountEvent } from "../../schema/generated/account-defined.ts";
import { AccountDefinitionLayout as Account } from "../../schema/generated/account-definition.ts";
import { AccountLimitsChangedLayout as LimitsEvent } from "../../schema/generated/account-limits-changed.ts";
import { AccountLimitsLayout as Limits } from "../../schema/generated/account-limits.ts";
import { ActivateSemanticsLayout as Activate } from "../../schema/generated/activate-semantics.ts";
import { BusinessMessageRejectLayout as Business } from "../../schema/generated/business-message-reject.ts";
import { DeadManTimerFiredLayout as TimerFired } from "../../schema/generated/dead-man-timer-fired.ts";
import { DeadManTimerSetLayout as TimerSet } from "../../schema/generated/dead-man-timer-set.ts";
import { DuplicateLayout as Repeat } from "../../schema/generated/duplicate.ts";
import { FeeScheduleChangedLayout as FeesEvent } from "../../schema/generated/fee-schedule-changed.ts";
import { FeeScheduleLayout as Fees } from "../../schema/generated/fee-schedule.ts";
import { KeyDefinedLayout as KeyEvent } from "../../schema/generated/key-defined.ts";
import { KeyDefinitionLayout as Key } from "../../schema/generated/key-definition.ts";
import { ListAcceptedLayout as ListEvent } from "../../schema/generated/list-accepted.ts";
import { NewOrderListLayout as List } from "../../schema/generated/new-order-list.ts";
import { OrderCancelRejectLayout as CancelReject } from "../../schema/generated/order-cancel-reject.ts";
import { OrderMassCancelReportLayout as Report } from "../../schema/generated/order-mass-cancel-report.ts";
import { SecurityDefinedLayout as Defined } from "../../schema/generated/security-defined.ts";
import { SecurityDefinitionLayout as Security } from "../../schema/generated/security-definition.ts";
import { SecurityStatusChangedLayout as Status } from "../../schema/generated/security-status-changed.ts";
import { SecurityStatusScheduledLayout as Scheduled } from "../../schema/generated/security-status-scheduled.ts";
import { SemanticsActivatedLayout as Activated } from "../../schema/generated/semantics-activated.ts";
import { TimeTickedLayout as Ticked } from "../../schema/generated/time-ticked.ts";
import {
  DisconnectScope,
  versionOfBusinessRejectReason,
  versionOfCxlRejReason,
  versionOfTradingState,
} from "../../schema/generated/enums.ts";
import { accountNameWords } from "./accounts.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import type { DeadManTimer } from "./dead-man-timers.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { EntryDouble, EntryWord } from "./id-entry.ts";
import type { Instrument } from "./instruments.ts";
import { keyIDWords, publicKeyWords } from "./keys.ts";
import { CommandHead } from "./state.ts";
import type { PartitionState } from "./state.ts";

/** Writers of the events that answer a request without touching an order: refusals, repeats, definitions, reports. */

/** A repeat of the request whose id window entry is `entry`. */
export const writeDuplicate = (
  state: PartitionState,
  entry: number,
  command: DataView,
  block: number,
  templateId: number,
  out: EventBuffer,
): void => {
  const { window } = state;
  const outcome = window.outcomeOf(entry);
  out.open(Repeat.templateId, Repeat.blockLength);
  out.zeros(Repeat.rptSeq, 3);
  out.copy(Repeat.accountID, command, block + CommandHead.accountID, 1);
  out.copy(Repeat.commandID, command, block + CommandHead.id, 4);
  out.count(Repeat.originalSeqNum, window.doubleOf(entry, EntryDouble.seqNum));
  out.count(Repeat.originalCommandOffset, window.doubleOf(entry, EntryDouble.commandOffset));
  out.byte(Repeat.decision, outcome & 0xff);
  out.byte(Repeat.conflict, isSameRequest(state, entry, command, block) ? 0 : 1);
  out.half(Repeat.reason, outcome >>> 16);
  out.zeros(Repeat.refTemplateId, 1);
  out.half(Repeat.refTemplateId, templateId);
};

/** Whether the request at hand is the one whose id window entry is `entry`, and of the same account. */
export const isSameRequest = (
  { accounts, window }: PartitionState,
  entry: number,
  command: DataView,
  block: number,
): boolean => {
  const words = window.wordsOf(entry);
  const at = window.wordAt(entry);
  const hashAt = block + CommandHead.requestHash;
  const accountID = accounts.accountIDOf(words[at + EntryWord.account]!);
  return (
    words[at + EntryWord.requestHash] === command.getInt32(hashAt, true) &&
    words[at + EntryWord.requestHash + 1] === command.getInt32(hashAt + 4, true) &&
    accountID === command.getInt32(block + CommandHead.accountID, true)
  );
};

/** `command` with its orderID field at `orderIDAt` is a cancel or a replace. */
export const writeCancelReject = (
  command: DataView,
  block: number,
  orderIDAt: number,
  cxlRejReason: number,
  cxlRejResponseTo: number,
  out: EventBuffer,
): void => {
  const version = versionOfCxlRejReason(cxlRejReason);
  out.open(CancelReject.templateId, CancelReject.blockLength, version);
  out.zeros(CancelReject.rptSeq, 3);
  out.copy(CancelReject.accountID, command, block + CommandHead.accountID, 1);
  out.copy(CancelReject.orderID, command, orderIDAt, 4);
  out.copy(CancelReject.commandID, command, block + CommandHead.id, 4);
  out.zeros(CancelReject.cxlRejReason, 2);
  out.half(CancelReject.cxlRejReason, cxlRejReason);
  out.byte(CancelReject.cxlRejResponseTo, cxlRejResponseTo);
};

export const writeBusinessReject = (
  command: DataView,
  block: number,
  templateId: number,
  businessRejectReason: number,
  out: EventBuffer,
): void => {
  const version = versionOfBusinessRejectReason(businessRejectReason);
  out.open(Business.templateId, Business.blockLength, version);
  out.zeros(Business.rptSeq, 3);
  out.copy(Business.accountID, command, block + CommandHead.accountID, 1);
  out.copy(Business.commandID, command, block + CommandHead.id, 4);
  out.half(Business.businessRejectReason, businessRejectReason);
  out.half(Business.refTemplateId, templateId);
  out.word(Business.blockLength - 4, 0);
};

/** For a record that is no command: all ids zero. */
export const writeUnreadable = (businessRejectReason: number, out: EventBuffer): void => {
  out.hasLetters = true;
  out.open(Business.templateId, Business.blockLength);
  out.zeros(0, Business.blockLength / 4);
  out.half(Business.businessRejectReason, businessRejectReason);
};

/** What a SecurityDefinition has made of an instrument. */
export const writeSecurityDefined = (
  instrument: Instrument,
  command: DataView,
  block: number,
  created: boolean,
  out: EventBuffer,
): void => {
  out.open(Defined.templateId, Defined.blockLength);
  out.count(Defined.rptSeq, ++instrument.rptSeq);
  out.word(Defined.securityID, instrument.securityID);
  out.copy(Defined.tickSize, command, block + Security.tickSize, 1);
  out.copy(Defined.symbol, command, block + Security.symbol, 4);
  out.copy(Defined.baseCurrency, command, block + Security.baseCurrency, 2);
  out.copy(Defined.quoteCurrency, command, block + Security.quoteCurrency, 2);
  out.copy(Defined.lotSize, command, block + Security.lotSize, 2);
  out.copy(Defined.minOrderQty, command, block + Security.minOrderQty, 2);
  out.copy(Defined.maxOrderQty, command, block + Security.maxOrderQty, 2);
  out.byte(Defined.priceExponent, instrument.priceExponent);
  out.byte(Defined.qtyExponent, instrument.qtyExponent);
  out.byte(Defined.selfTradePrevention, instrument.selfTradePrevention);
  out.byte(Defined.tradingState, instrument.tradingState);
  out.zeros(Defined.created, 3);
  out.byte(Defined.created, created ? 1 : 0);
  addNewer(instrument, out);
};

/** What a newer version has, where it says something. */
const addNewer = (instrument: Instrument, out: EventBuffer): void => {
  const { priceBandBps, takerBandBps, referencePrice, tradingState } = instrument;
  const ofBands = (priceBandBps | takerBandBps | referencePrice) === 0 ? 0 : 3;
  const version = Math.max(ofBands, versionOfTradingState(tradingState));
  if (version === 0) return;
  out.lengthen(Defined.blockLength, Defined.blockLengthV3, version);
  out.word(Defined.priceBandBps, priceBandBps);
  out.word(Defined.takerBandBps, takerBandBps);
  out.pair(Defined.referencePrice, referencePrice, 0);
};

/** `effectiveTime` is that of a scheduled change, 0 of another. */
export const writeSecurityStatusChanged = (
  instrument: Instrument,
  effectiveTime: number,
  out: EventBuffer,
): void => {
  out.open(Status.templateId, Status.blockLength);
  out.count(Status.rptSeq, ++instrument.rptSeq);
  out.word(Status.securityID, instrument.securityID);
  out.word(Status.tradingState, instrument.tradingState);
  const ofTime = effectiveTime === 0 ? 0 : 6;
  const version = Math.max(ofTime, versionOfTradingState(instrument.tradingState));
  if (version === 0) return;
  out.lengthen(Status.blockLength, Status.blockLengthV6, version);
  out.count(Status.effectiveTime, effectiveTime);
};

export const writeSecurityStatusScheduled = (
  instrument: Instrument,
  tradingState: number,
  effectiveTime: number,
  out: EventBuffer,
): void => {
  const version = Math.max(Scheduled.version, versionOfTradingState(tradingState));
  out.open(Scheduled.templateId, Scheduled.blockLength, version);
  out.count(Scheduled.rptSeq, ++instrument.rptSeq);
  out.word(Scheduled.securityID, instrument.securityID);
  out.word(Scheduled.tradingState, tradingState);
  out.count(Scheduled.effectiveTime, effectiveTime);
};

export const writeAccountDefined = (
  command: DataView,
  block: number,
  feeTier: number,
  out: EventBuffer,
): void => {
  out.open(AccountEvent.templateId, AccountEvent.blockLength);
  out.zeros(AccountEvent.rptSeq, 2);
  out.copy(AccountEvent.accountID, command, block + Account.accountID, 1);
  out.zeros(AccountEvent.accountStatus, 1);
  const status = command.getUint8(block + Account.accountStatus);
  out.byte(AccountEvent.accountStatus, status);
  out.copy(AccountEvent.name, command, block + Account.name, accountNameWords);
  out.zeros(AccountEvent.name + accountNameWords * 4, 2);
  if (feeTier === 0) return;
  out.lengthen(AccountEvent.blockLength, AccountEvent.blockLengthV4, 4);
  out.pair(AccountEvent.feeTier, feeTier, 0);
};

export const writeFeeScheduleChanged = (
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  out.open(FeesEvent.templateId, FeesEvent.blockLength, FeesEvent.version);
  out.zeros(FeesEvent.rptSeq, FeesEvent.blockLength / 4);
  out.half(FeesEvent.feeTier, command.getUint16(block + Fees.feeTier, true));
  out.copy(FeesEvent.makerFeePpm, command, block + Fees.makerFeePpm, 2);
  out.copy(FeesEvent.symbol, command, block + Fees.symbol, 4);
};

export const writeAccountLimitsChanged = (
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  out.open(LimitsEvent.templateId, LimitsEvent.blockLength, LimitsEvent.version);
  out.zeros(LimitsEvent.rptSeq, 2);
  out.copy(LimitsEvent.accountID, command, block + Limits.accountID, 1);
  out.copy(LimitsEvent.openOrderCountMax, command, block + Limits.openOrderCountMax, 1);
  out.copy(LimitsEvent.openNotionalMax, command, block + Limits.openNotionalMax, 4);
  out.copy(LimitsEvent.symbol, command, block + Limits.symbol, 4);
  out.zeros(LimitsEvent.symbol + 16, 2);
};

/** `deadline` 0: the timer is disarmed. */
export const writeDeadManTimerSet = (
  command: DataView,
  block: number,
  connectionID: number,
  deadline: number,
  out: EventBuffer,
): void => {
  if (connectionID === 0) out.open(TimerSet.templateId, TimerSet.blockLength, TimerSet.version);
  else out.open(TimerSet.templateId, TimerSet.blockLengthV10, 10);
  out.zeros(TimerSet.rptSeq, 4);
  out.copy(TimerSet.accountID, command, block + CommandHead.accountID, 1);
  out.copy(TimerSet.commandID, command, block + CommandHead.id, 4);
  out.count(TimerSet.deadline, deadline);
  if (connectionID !== 0) writeConnection(TimerSet.scope, TimerSet.connectionID, connectionID, out);
};

export const writeDeadManTimerFired = (
  { accountID, connectionID, deadline }: DeadManTimer,
  totalAffectedOrders: number,
  out: EventBuffer,
): void => {
  if (connectionID === 0)
    out.open(TimerFired.templateId, TimerFired.blockLength, TimerFired.version);
  else out.open(TimerFired.templateId, TimerFired.blockLengthV10, 10);
  out.zeros(TimerFired.rptSeq, 2);
  out.word(TimerFired.accountID, accountID);
  out.word(TimerFired.totalAffectedOrders, totalAffectedOrders);
  out.count(TimerFired.deadline, deadline);
  if (connectionID !== 0) {
    writeConnection(TimerFired.scope, TimerFired.connectionID, connectionID, out);
  }
};

const writeConnection = (
  scopeAt: number,
  at: number,
  connectionID: number,
  out: EventBuffer,
): void => {
  out.word(scopeAt, DisconnectScope.Connection);
  out.word(scopeAt + 4, 0);
  out.count(at, connectionID);
};

/** `pair` is the byte where the first of two items starts of which each cancels the other, 0 where they are no pair. */
export const writeListAccepted = (
  command: DataView,
  block: number,
  pair: number,
  out: EventBuffer,
): void => {
  out.open(ListEvent.templateId, ListEvent.blockLength, ListEvent.version);
  out.zeros(ListEvent.rptSeq, 4);
  out.copy(ListEvent.accountID, command, block + CommandHead.accountID, 1);
  out.byte(ListEvent.itemCount, command.getUint8(block + List.itemCount));
  out.byte(ListEvent.contingencyType, command.getUint8(block + List.contingencyType));
  out.copy(ListEvent.commandID, command, block + CommandHead.id, 4);
  if (pair === 0) return;
  const first = pair + headerBytes;
  const second = first + command.getUint16(pair, true) + headerBytes;
  out.lengthen(ListEvent.blockLength, ListEvent.blockLengthV9, 9);
  out.copy(ListEvent.firstOrderID, command, first + CommandHead.id, 4);
  out.copy(ListEvent.secondOrderID, command, second + CommandHead.id, 4);
};

export const writeKeyDefined = (command: DataView, block: number, out: EventBuffer): void => {
  out.open(KeyEvent.templateId, KeyEvent.blockLength);
  out.zeros(KeyEvent.rptSeq, 2);
  out.copy(KeyEvent.accountID, command, block + Key.accountID, 1);
  out.zeros(KeyEvent.keyAlgorithm, 1);
  out.byte(KeyEvent.keyAlgorithm, command.getUint8(block + Key.keyAlgorithm));
  out.byte(KeyEvent.keyStatus, command.getUint8(block + Key.keyStatus));
  out.byte(KeyEvent.scopes, command.getUint8(block + Key.scopes));
  out.copy(KeyEvent.keyID, command, block + Key.keyID, keyIDWords);
  out.word(KeyEvent.keyID + keyIDWords * 4, 0);
  out.copy(KeyEvent.publicKey, command, block + Key.publicKey, publicKeyWords);
};

export const writeSemanticsActivated = (
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  out.open(Activated.templateId, Activated.blockLength);
  out.zeros(Activated.rptSeq, 2);
  out.half(Activated.semanticsVersion, command.getUint16(block + Activate.semanticsVersion, true));
  out.half(Activated.schemaVersion, command.getUint16(block + Activate.schemaVersion, true));
  out.copy(Activated.accountID, command, block + CommandHead.accountID, 1);
  out.copy(Activated.commandID, command, block + CommandHead.id, 4);
};

/** `securityID` is 0 for every instrument of the partition. */
export const writeMassCancelReport = (
  command: DataView,
  block: number,
  securityID: number,
  side: number,
  totalAffectedOrders: number,
  out: EventBuffer,
): void => {
  out.open(Report.templateId, Report.blockLength);
  out.zeros(Report.rptSeq, 2);
  out.word(Report.securityID, securityID);
  out.copy(Report.accountID, command, block + CommandHead.accountID, 1);
  out.copy(Report.commandID, command, block + CommandHead.id, 4);
  out.word(Report.totalAffectedOrders, totalAffectedOrders);
  out.zeros(Report.side, 1);
  out.byte(Report.side, side);
};

export const writeTimeTicked = (command: DataView, block: number, out: EventBuffer): void => {
  out.open(Ticked.templateId, Ticked.blockLength);
  out.copy(Ticked.sendingTime, command, block + CommandHead.sendingTime, 2);
};
