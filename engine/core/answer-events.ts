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
import { writeUint53 } from "../../schema/wire.ts";
import { accountNameWords } from "./accounts.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { EntryDouble, entryShift, EntryWord } from "./id-window.ts";
import type { Instrument } from "./instruments.ts";
import { keyIDWords, publicKeyWords } from "./keys.ts";
import { clearWords, copyWords } from "./order-events.ts";
import { chunkMask, chunkShift } from "./record-pool.ts";
import { CommandHead } from "./state.ts";
import type { PartitionState } from "./state.ts";

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
  const words = pool.words[slot >>> chunkShift]!;
  const entry = (slot & chunkMask) << entryShift;
  const doubles = pool.doubles[slot >>> chunkShift]!;
  const outcome = words[entry + EntryWord.outcome]!;
  const at = out.open(Repeat.templateId, Repeat.blockLength);
  const view = out.view;
  clearWords(view, at + Repeat.rptSeq, 3);
  copyWords(command, block + CommandHead.accountID, view, at + Repeat.accountID, 1);
  copyWords(command, block + CommandHead.id, view, at + Repeat.commandID, 4);
  writeUint53(view, at + Repeat.originalSeqNum, doubles[(entry >>> 1) + EntryDouble.seqNum]!);
  const commandOffset = doubles[(entry >>> 1) + EntryDouble.commandOffset]!;
  writeUint53(view, at + Repeat.originalCommandOffset, commandOffset);
  view.setUint8(at + Repeat.decision, outcome & 0xff);
  view.setUint8(at + Repeat.conflict, isSameRequest(words, entry, command, block) ? 0 : 1);
  view.setUint16(at + Repeat.reason, outcome >>> 16, true);
  clearWords(view, at + Repeat.refTemplateId, 1);
  view.setUint16(at + Repeat.refTemplateId, templateId, true);
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
  const at = out.open(CancelReject.templateId, CancelReject.blockLength);
  const view = out.view;
  clearWords(view, at + CancelReject.rptSeq, 3);
  copyWords(command, block + CommandHead.accountID, view, at + CancelReject.accountID, 1);
  copyWords(command, orderIDAt, view, at + CancelReject.orderID, 4);
  copyWords(command, block + CommandHead.id, view, at + CancelReject.commandID, 4);
  clearWords(view, at + CancelReject.cxlRejReason, 2);
  view.setUint16(at + CancelReject.cxlRejReason, cxlRejReason, true);
  view.setUint8(at + CancelReject.cxlRejResponseTo, cxlRejResponseTo);
}

export function writeBusinessReject(
  command: DataView,
  block: number,
  templateId: number,
  businessRejectReason: number,
  out: EventBuffer,
): void {
  const at = out.open(Business.templateId, Business.blockLength);
  const view = out.view;
  clearWords(view, at + Business.rptSeq, 3);
  copyWords(command, block + CommandHead.accountID, view, at + Business.accountID, 1);
  copyWords(command, block + CommandHead.id, view, at + Business.commandID, 4);
  view.setUint16(at + Business.businessRejectReason, businessRejectReason, true);
  view.setUint16(at + Business.refTemplateId, templateId, true);
  clearWords(view, at + Business.refTemplateId + 2, 1);
}

/** For a record that is no command: all ids zero. */
export function writeUnreadable(businessRejectReason: number, out: EventBuffer): void {
  const at = out.open(Business.templateId, Business.blockLength);
  clearWords(out.view, at, Business.blockLength / 4);
  out.view.setUint16(at + Business.businessRejectReason, businessRejectReason, true);
}

/** What a SecurityDefinition has made of an instrument. */
export function writeSecurityDefined(
  instrument: Instrument,
  command: DataView,
  block: number,
  created: boolean,
  out: EventBuffer,
): void {
  const at = out.open(Defined.templateId, Defined.blockLength);
  const view = out.view;
  writeUint53(view, at + Defined.rptSeq, ++instrument.rptSeq);
  view.setInt32(at + Defined.securityID, instrument.securityID, true);
  copyWords(command, block + Security.tickSize, view, at + Defined.tickSize, 1);
  copyWords(command, block + Security.symbol, view, at + Defined.symbol, 4);
  copyWords(command, block + Security.baseCurrency, view, at + Defined.baseCurrency, 2);
  copyWords(command, block + Security.quoteCurrency, view, at + Defined.quoteCurrency, 2);
  copyWords(command, block + Security.lotSize, view, at + Defined.lotSize, 2);
  copyWords(command, block + Security.minOrderQty, view, at + Defined.minOrderQty, 2);
  copyWords(command, block + Security.maxOrderQty, view, at + Defined.maxOrderQty, 2);
  view.setInt8(at + Defined.priceExponent, instrument.priceExponent);
  view.setInt8(at + Defined.qtyExponent, instrument.qtyExponent);
  view.setUint8(at + Defined.selfTradePrevention, instrument.selfTradePrevention);
  view.setUint8(at + Defined.tradingState, instrument.tradingState);
  clearWords(view, at + Defined.created, 3);
  view.setUint8(at + Defined.created, created ? 1 : 0);
}

export function writeSecurityStatusChanged(instrument: Instrument, out: EventBuffer): void {
  const at = out.open(Status.templateId, Status.blockLength);
  writeUint53(out.view, at + Status.rptSeq, ++instrument.rptSeq);
  out.view.setInt32(at + Status.securityID, instrument.securityID, true);
  clearWords(out.view, at + Status.tradingState, 1);
  out.view.setUint8(at + Status.tradingState, instrument.tradingState);
}

export function writeAccountDefined(command: DataView, block: number, out: EventBuffer): void {
  const at = out.open(AccountEvent.templateId, AccountEvent.blockLength);
  const view = out.view;
  clearWords(view, at + AccountEvent.rptSeq, 2);
  copyWords(command, block + Account.accountID, view, at + AccountEvent.accountID, 1);
  clearWords(view, at + AccountEvent.accountStatus, 1);
  const status = command.getUint8(block + Account.accountStatus);
  view.setUint8(at + AccountEvent.accountStatus, status);
  copyWords(command, block + Account.name, view, at + AccountEvent.name, accountNameWords);
  clearWords(view, at + AccountEvent.name + accountNameWords * 4, 2);
}

export function writeKeyDefined(command: DataView, block: number, out: EventBuffer): void {
  const at = out.open(KeyEvent.templateId, KeyEvent.blockLength);
  const view = out.view;
  clearWords(view, at + KeyEvent.rptSeq, 2);
  copyWords(command, block + Key.accountID, view, at + KeyEvent.accountID, 1);
  clearWords(view, at + KeyEvent.keyAlgorithm, 1);
  view.setUint8(at + KeyEvent.keyAlgorithm, command.getUint8(block + Key.keyAlgorithm));
  view.setUint8(at + KeyEvent.keyStatus, command.getUint8(block + Key.keyStatus));
  view.setUint8(at + KeyEvent.scopes, command.getUint8(block + Key.scopes));
  copyWords(command, block + Key.keyID, view, at + KeyEvent.keyID, keyIDWords);
  clearWords(view, at + KeyEvent.keyID + keyIDWords * 4, 1);
  copyWords(command, block + Key.publicKey, view, at + KeyEvent.publicKey, publicKeyWords);
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
  const at = out.open(Report.templateId, Report.blockLength);
  const view = out.view;
  clearWords(view, at + Report.rptSeq, 2);
  view.setInt32(at + Report.securityID, securityID, true);
  copyWords(command, block + CommandHead.accountID, view, at + Report.accountID, 1);
  copyWords(command, block + CommandHead.id, view, at + Report.commandID, 4);
  view.setUint32(at + Report.totalAffectedOrders, totalAffectedOrders, true);
  clearWords(view, at + Report.side, 1);
  view.setUint8(at + Report.side, side);
}

export function writeTimeTicked(command: DataView, block: number, out: EventBuffer): void {
  const at = out.open(Ticked.templateId, Ticked.blockLength);
  copyWords(command, block + CommandHead.sendingTime, out.view, at + Ticked.sendingTime, 2);
}
