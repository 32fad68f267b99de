import { AccountDefinitionLayout as Account } from "../../schema/generated/account-definition.ts";
import { AccountLimitsLayout as Limits } from "../../schema/generated/account-limits.ts";
import { ActivateSemanticsLayout as Activate } from "../../schema/generated/activate-semantics.ts";
import { BusinessRejectReason as Reason } from "../../schema/generated/enums.ts";
import {
  decodeFeeSchedule,
  FeeScheduleLayout as Fees,
} from "../../schema/generated/fee-schedule.ts";
import { KeyDefinitionLayout as Key } from "../../schema/generated/key-definition.ts";
import {
  decodeSecurityDefinition,
  SecurityDefinitionLayout as Security,
} from "../../schema/generated/security-definition.ts";
import { SecurityStatusLayout as Status } from "../../schema/generated/security-status.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import { symbolHash } from "../../schema/hash.ts";
import { readWideInto, Wide } from "../../schema/wide.ts";
import { readUint53 } from "../../schema/wire.ts";
import {
  writeAccountDefined,
  writeAccountLimitsChanged,
  writeFeeScheduleChanged,
  writeKeyDefined,
  writeSecurityDefined,
  writeSemanticsActivated,
} from "./answer-events.ts";
import { isRepeat, refuseEntry, settle } from "./command-entry.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { areRates } from "./fees.ts";
import { areTermsValid } from "./instruments.ts";
import type { Instrument, InstrumentTerms } from "./instruments.ts";
import { countAllOpen } from "./open-orders.ts";
import { packKeyTraits } from "./keys.ts";
import { semanticsOf } from "./semantics.ts";
import { refuseStatus, setTradingState } from "./sessions.ts";
import type { PartitionState } from "./state.ts";

/** The operator's commands (SEMANTICS §4): rare, so that they may allocate. */

export const applySecurityDefinition = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Security.templateId, out)) return;
  const known = state.instruments.find(command, block + Security.symbol);
  const terms = decodeSecurityDefinition(command, block);
  const reason = refuseEntry(state, command, block) || refuseTerms(state, known, terms);
  if (!settle(state, command, block, Security.templateId, reason, out)) return;
  known?.change(terms);
  const instrument = known ?? state.instruments.add(terms);
  if (known === null) state.auctions.follow(instrument);
  writeSecurityDefined(instrument, command, block, known === null, out);
};

const refuseTerms = (
  { instruments, limits }: PartitionState,
  known: Instrument | null,
  terms: InstrumentTerms,
): number => {
  if (!areTermsValid(terms)) return Reason.InvalidDefinition;
  if (known !== null) return known.hasUnitsOf(terms) ? 0 : Reason.ExponentChanged;
  if (instruments.hasSymbolHash(symbolHash(terms.symbol))) return Reason.SymbolHashTaken;
  return instruments.count >= limits.instrumentCountMax ? Reason.CapacityReached : 0;
};

export const applySecurityStatus = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Status.templateId, out)) return;
  const instrument = state.instruments.find(command, block + Status.symbol);
  const isLong = command.getUint16(block - headerBytes, true) >= Status.blockLengthV6;
  const effectiveTime = isLong ? readUint53(command, block + Status.effectiveTime) : 0;
  const reason =
    refuseEntry(state, command, block) ||
    (instrument === null ? Reason.UnknownSymbol : refuseStatus(state, instrument, effectiveTime));
  if (!settle(state, command, block, Status.templateId, reason, out) || instrument === null) return;
  const tradingState = command.getUint8(block + Status.tradingState);
  setTradingState(state, instrument, tradingState, effectiveTime, out);
};

export const applyAccountDefinition = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Account.templateId, out)) return;
  const reason = refuseEntry(state, command, block) || refuseAccount(state, command, block);
  if (!settle(state, command, block, Account.templateId, reason, out)) return;
  const accountStatus = command.getUint8(block + Account.accountStatus);
  const isLong = command.getUint16(block - headerBytes, true) >= Account.blockLengthV4;
  const feeTier = isLong ? command.getUint16(block + Account.feeTier, true) : 0;
  state.accounts.define(state.accountID, accountStatus, feeTier, command, block + Account.name);
  writeAccountDefined(command, block, feeTier, out);
};

const refuseAccount = (state: PartitionState, command: DataView, block: number): number => {
  if (state.accountID === 0 || command.getUint8(block + Account.name) === 0) {
    return Reason.InvalidDefinition;
  }
  const isFull = state.accounts.definedCount >= state.limits.accountCountMax;
  return isFull && !state.accounts.isDefined(state.account) ? Reason.CapacityReached : 0;
};

export const applyAccountLimits = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Limits.templateId, out)) return;
  const hasSymbol = command.getUint8(block + Limits.symbol) !== 0;
  const instrument = hasSymbol ? state.instruments.find(command, block + Limits.symbol) : null;
  const securityID = instrument?.securityID ?? 0;
  const isSymbolUnknown = hasSymbol && instrument === null;
  const reason =
    refuseEntry(state, command, block) || refuseLimits(state, securityID, isSymbolUnknown);
  if (!settle(state, command, block, Limits.templateId, reason, out)) return;
  const openNotionalMax = new Wide();
  readWideInto(command, block + Limits.openNotionalMax, openNotionalMax);
  const openOrderCountMax = command.getUint32(block + Limits.openOrderCountMax, true);
  const caps = { openOrderCountMax, openNotionalMax };
  const isFirst = state.accountLimits.set(state.accountID, securityID, caps);
  if (isFirst) countAllOpen(state, state.accountID);
  state.instruments.holdToCaps();
  writeAccountLimitsChanged(command, block, out);
};

const refuseLimits = (
  { accounts, account, accountID, accountLimits, limits }: PartitionState,
  securityID: number,
  isSymbolUnknown: boolean,
): number => {
  if (!accounts.isDefined(account)) return Reason.UnknownAccount;
  if (isSymbolUnknown) return Reason.UnknownSymbol;
  const isFull = accountLimits.count >= limits.accountCountMax;
  return isFull && !accountLimits.has(accountID, securityID) ? Reason.CapacityReached : 0;
};

export const applyFeeSchedule = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Fees.templateId, out)) return;
  const hasSymbol = command.getUint8(block + Fees.symbol) !== 0;
  const instrument = hasSymbol ? state.instruments.find(command, block + Fees.symbol) : null;
  const { kind: _kind, feeTier, ...schedule } = decodeFeeSchedule(command, block);
  const securityID = instrument?.securityID ?? 0;
  const reason =
    refuseEntry(state, command, block) ||
    (areRates(feeTier, schedule) ? 0 : Reason.InvalidDefinition) ||
    (hasSymbol && instrument === null ? Reason.UnknownSymbol : 0) ||
    refuseMoreFees(state, feeTier, securityID);
  if (!settle(state, command, block, Fees.templateId, reason, out)) return;
  const { makerFeePpm, takerFeePpm } = schedule;
  state.fees.set(feeTier, securityID, { makerFeePpm, takerFeePpm });
  state.instruments.chargeFees();
  writeFeeScheduleChanged(command, block, out);
};

const refuseMoreFees = (
  { fees, limits }: PartitionState,
  feeTier: number,
  securityID: number,
): number => {
  const isFull = fees.count >= limits.accountCountMax;
  return isFull && !fees.has(feeTier, securityID) ? Reason.CapacityReached : 0;
};

export const applyKeyDefinition = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Key.templateId, out)) return;
  const reason = refuseEntry(state, command, block) || refuseKey(state, command, block);
  if (!settle(state, command, block, Key.templateId, reason, out)) return;
  state.keys.define(
    command,
    block + Key.keyID,
    state.accountID,
    packKeyTraits(
      command.getUint8(block + Key.keyAlgorithm),
      command.getUint8(block + Key.keyStatus),
      command.getUint8(block + Key.scopes),
    ),
    block + Key.publicKey,
  );
  writeKeyDefined(command, block, out);
};

const refuseKey = (state: PartitionState, command: DataView, block: number): number => {
  const hasKeyID = command.getUint8(block + Key.keyID) !== 0;
  if (!hasKeyID || command.getUint8(block + Key.scopes) === 0) return Reason.InvalidDefinition;
  if (state.accountID !== 0 && !state.accounts.isDefined(state.account))
    return Reason.UnknownAccount;
  const isFull = state.keys.count >= state.limits.keyCountMax;
  return isFull && !state.keys.has(command, block + Key.keyID) ? Reason.CapacityReached : 0;
};

/**
 * Makes semantics active from the next command on (SEMANTICS §8). Throws UnknownSemantics where it is not to be refused and this build
 * lacks them.
 */
export const applyActivateSemantics = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Activate.templateId, out)) return;
  const reason = refuseEntry(state, command, block) || refuseActivation(state, command, block);
  if (!settle(state, command, block, Activate.templateId, reason, out)) return;
  const semanticsVersion = command.getUint16(block + Activate.semanticsVersion, true);
  state.semantics = semanticsOf(state.versions, semanticsVersion);
  writeSemanticsActivated(command, block, out);
};

const refuseActivation = (
  { semantics, versions, auctions }: PartitionState,
  command: DataView,
  block: number,
): number => {
  const semanticsVersion = command.getUint16(block + Activate.semanticsVersion, true);
  const schemaVersion = command.getUint16(block + Activate.schemaVersion, true);
  const isOlder =
    semanticsVersion < semantics.semanticsVersion || schemaVersion < semantics.schemaVersion;
  if (isOlder) return Reason.OlderSemantics;
  if (auctions.count !== 0) return Reason.AuctionUnderWay;
  const wanted = semanticsOf(versions, semanticsVersion);
  return schemaVersion === wanted.schemaVersion ? 0 : Reason.InvalidDefinition;
};
