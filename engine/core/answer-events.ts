import { AccountDefinedLayout as AccountEvent } from "../../schema/generated/account-defined.ts";
import { AccountDefinitionLayout as Account } from "../../schema/generated/account-definition.ts";
import { BusinessMessageRejectLayout as Business } from "../../schema/generated/business-message-reject.ts";
import { DuplicateLayout as Repeat } from "../../schema/generated/duplicate.ts";
import { KeyDefinedLayout as KeyEvent } from "../../schema/generated/key-defined.ts";
import { KeyDefinitionLayout as Key } from "../../schema/generated/key-definition.ts";
import { OrderCancelRejectLayout as CancelReject } from "../../schema/generated/order-cancel-reject.ts";
import { OrderMassCancelReportLayout as Report } from "../../schema/generated/order-mass-cancel-report.ts";
import { SecurityDefinedLayout as Defined } from "../../schema/generated/security-defined.ts";
import { SecurityDefinitionLayout as Security } from "../../schema/generated/security-definition.ts";
import { SecurityStatusChangedLayout as Status } from "../../schema/generated/security-status-changed.ts";
import { TimeTickedLayout as Ticked } from "../../schema/generated/time-ticked.ts";
import { accountNameWords } from "./accounts.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { EntryDouble, entryShift, EntryWord } from "./id-window.ts";
import type { Instrument } from "./instruments.ts";
import { keyIDWords, publicKeyWords } from "./keys.ts";
import { CommandHead } from "./state.ts";
import type { PartitionState } from "./state.ts";
import { clearWords, receiveWords, writeCount } from "./words.ts";

/** Writers of the events that answer a request without touching an order: refusals, repeats, definitions, reports. */

/** A repeat of the request whose id window entry is `slot`. */
export function writeDuplicate(
  state: PartitionState,
  slot: number,
  command: DataView,
  block: number,
  templateId: number,
  out: EventBuffer,
): void {
  const { pool } = state.window;
  const entries = pool.memory.wordsOf(slot);
  const entry = slot << entryShift;
  const doubles = pool.memory.doublesOf(slot);
  const outcome = entries[entry + EntryWord.outcome]!;
  const start = out.open(Repeat.templateId, Repeat.blockLength);
  const { bytes, view, words } = out;
  const at = start >>> 2;
  clearWords(words, at + Repeat.rptSeq / 4, 3);
  receiveWords(command, block + CommandHead.accountID, words, at + Repeat.accountID / 4, 1);
  receiveWords(command, block + CommandHead.id, words, at + Repeat.commandID / 4, 4);
  writeCount(words, at + Repeat.originalSeqNum / 4, doubles[(entry >>> 1) + EntryDouble.seqNum]!);
  const commandOffset = doubles[(entry >>> 1) + EntryDouble.commandOffset]!;
  writeCount(words, at + Repeat.originalCommandOffset / 4, commandOffset);
  bytes[start + Repeat.decision] = outcome & 0xff;
  bytes[start + Repeat.conflict] = isSameRequest(entries, entry, command, block) ? 0 : 1;
  view.setUint16(start + Repeat.reason, outcome >>> 16, true);
  clearWords(words, at + Repeat.refTemplateId / 4, 1);
  view.setUint16(start + Repeat.refTemplateId, templateId, true);
}

function isSameRequest(
  words: Int32Array,
  entry: number,
  command: DataView,
  block: number,
): boolean {
  const hashAt = block + CommandHead.requestHash;
  return (
    words[entry + EntryWord.requestHash] === command.getInt32(hashAt, true) &&
    words[entry + EntryWord.requestHash + 1] === command.getInt32(hashAt + 4, true) &&
    words[entry + EntryWord.accountID] === command.getInt32(block + CommandHead.accountID, true)
  );
}

/** `command` with its orderID field at `orderIDAt` is a cancel or a replace. */
export function writeCancelReject(
  command: DataView,
  block: number,
  orderIDAt: number,
  cxlRejReason: number,
  cxlRejResponseTo: number,
  out: EventBuffer,
): void {
  const start = out.open(CancelReject.templateId, CancelReject.blockLength);
  const { bytes, view, words } = out;
  const at = start >>> 2;
  clearWords(words, at + CancelReject.rptSeq / 4, 3);
  receiveWords(command, block + CommandHead.accountID, words, at + CancelReject.accountID / 4, 1);
  receiveWords(command, orderIDAt, words, at + CancelReject.orderID / 4, 4);
  receiveWords(command, block + CommandHead.id, words, at + CancelReject.commandID / 4, 4);
  clearWords(words, at + CancelReject.cxlRejReason / 4, 2);
  view.setUint16(start + CancelReject.cxlRejReason, cxlRejReason, true);
  bytes[start + CancelReject.cxlRejResponseTo] = cxlRejResponseTo;
}

export function writeBusinessReject(
  command: DataView,
  block: number,
  templateId: number,
  businessRejectReason: number,
  out: EventBuffer,
): void {
  const start = out.open(Business.templateId, Business.blockLength);
  const { view, words } = out;
  const at = start >>> 2;
  clearWords(words, at + Business.rptSeq / 4, 3);
  receiveWords(command, block + CommandHead.accountID, words, at + Business.accountID / 4, 1);
  receiveWords(command, block + CommandHead.id, words, at + Business.commandID / 4, 4);
  view.setUint16(start + Business.businessRejectReason, businessRejectReason, true);
  view.setUint16(start + Business.refTemplateId, templateId, true);
  words[at + Business.blockLength / 4 - 1] = 0;
}

/** For a record that is no command: all ids zero. */
export function writeUnreadable(businessRejectReason: number, out: EventBuffer): void {
  const start = out.open(Business.templateId, Business.blockLength);
  const { view, words } = out;
  clearWords(words, start >>> 2, Business.blockLength / 4);
  view.setUint16(start + Business.businessRejectReason, businessRejectReason, true);
}

/** What a SecurityDefinition has made of an instrument. */
export function writeSecurityDefined(
  instrument: Instrument,
  command: DataView,
  block: number,
  created: boolean,
  out: EventBuffer,
): void {
  const start = out.open(Defined.templateId, Defined.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  writeCount(words, at + Defined.rptSeq / 4, ++instrument.rptSeq);
  words[at + Defined.securityID / 4] = instrument.securityID;
  receiveWords(command, block + Security.tickSize, words, at + Defined.tickSize / 4, 1);
  receiveWords(command, block + Security.symbol, words, at + Defined.symbol / 4, 4);
  receiveWords(command, block + Security.baseCurrency, words, at + Defined.baseCurrency / 4, 2);
  receiveWords(command, block + Security.quoteCurrency, words, at + Defined.quoteCurrency / 4, 2);
  receiveWords(command, block + Security.lotSize, words, at + Defined.lotSize / 4, 2);
  receiveWords(command, block + Security.minOrderQty, words, at + Defined.minOrderQty / 4, 2);
  receiveWords(command, block + Security.maxOrderQty, words, at + Defined.maxOrderQty / 4, 2);
  bytes[start + Defined.priceExponent] = instrument.priceExponent;
  bytes[start + Defined.qtyExponent] = instrument.qtyExponent;
  bytes[start + Defined.selfTradePrevention] = instrument.selfTradePrevention;
  bytes[start + Defined.tradingState] = instrument.tradingState;
  clearWords(words, at + Defined.created / 4, 3);
  bytes[start + Defined.created] = created ? 1 : 0;
}

export function writeSecurityStatusChanged(instrument: Instrument, out: EventBuffer): void {
  const start = out.open(Status.templateId, Status.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  writeCount(words, at + Status.rptSeq / 4, ++instrument.rptSeq);
  words[at + Status.securityID / 4] = instrument.securityID;
  clearWords(words, at + Status.tradingState / 4, 1);
  bytes[start + Status.tradingState] = instrument.tradingState;
}

export function writeAccountDefined(command: DataView, block: number, out: EventBuffer): void {
  const start = out.open(AccountEvent.templateId, AccountEvent.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  clearWords(words, at + AccountEvent.rptSeq / 4, 2);
  receiveWords(command, block + Account.accountID, words, at + AccountEvent.accountID / 4, 1);
  clearWords(words, at + AccountEvent.accountStatus / 4, 1);
  const status = command.getUint8(block + Account.accountStatus);
  bytes[start + AccountEvent.accountStatus] = status;
  receiveWords(command, block + Account.name, words, at + AccountEvent.name / 4, accountNameWords);
  clearWords(words, at + AccountEvent.name / 4 + accountNameWords, 2);
}

export function writeKeyDefined(command: DataView, block: number, out: EventBuffer): void {
  const start = out.open(KeyEvent.templateId, KeyEvent.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  clearWords(words, at + KeyEvent.rptSeq / 4, 2);
  receiveWords(command, block + Key.accountID, words, at + KeyEvent.accountID / 4, 1);
  clearWords(words, at + KeyEvent.keyAlgorithm / 4, 1);
  bytes[start + KeyEvent.keyAlgorithm] = command.getUint8(block + Key.keyAlgorithm);
  bytes[start + KeyEvent.keyStatus] = command.getUint8(block + Key.keyStatus);
  bytes[start + KeyEvent.scopes] = command.getUint8(block + Key.scopes);
  receiveWords(command, block + Key.keyID, words, at + KeyEvent.keyID / 4, keyIDWords);
  words[at + KeyEvent.keyID / 4 + keyIDWords] = 0;
  receiveWords(command, block + Key.publicKey, words, at + KeyEvent.publicKey / 4, publicKeyWords);
}

/** `securityID` is 0 for every instrument of the partition. */
export function writeMassCancelReport(
  command: DataView,
  block: number,
  securityID: number,
  side: number,
  totalAffectedOrders: number,
  out: EventBuffer,
): void {
  const start = out.open(Report.templateId, Report.blockLength);
  const { bytes, words } = out;
  const at = start >>> 2;
  clearWords(words, at + Report.rptSeq / 4, 2);
  words[at + Report.securityID / 4] = securityID;
  receiveWords(command, block + CommandHead.accountID, words, at + Report.accountID / 4, 1);
  receiveWords(command, block + CommandHead.id, words, at + Report.commandID / 4, 4);
  words[at + Report.totalAffectedOrders / 4] = totalAffectedOrders;
  clearWords(words, at + Report.side / 4, 1);
  bytes[start + Report.side] = side;
}

export function writeTimeTicked(command: DataView, block: number, out: EventBuffer): void {
  const start = out.open(Ticked.templateId, Ticked.blockLength);
  const { words } = out;
  const at = start >>> 2;
  receiveWords(command, block + CommandHead.sendingTime, words, at + Ticked.sendingTime / 4, 2);
}
