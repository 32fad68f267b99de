import {
  isAccountStatus,
  isKeyAlgorithm,
  isKeyStatus,
  isSelfTradePrevention,
  isSide,
  isTradingState,
  Side,
  TradingState,
} from "../../schema/generated/enums.ts";
import { validText, validUint53 } from "../../schema/wire.ts";
import { readWideInto, validWide, Wide } from "../../schema/wide.ts";
import { accountNameWords } from "./accounts.ts";
import { assert } from "./assert.ts";
import { readConnections, readConnectionShape, restoreTimers } from "./connection-section.ts";
import { areRates } from "./fees.ts";
import { findAuctionPrice } from "./auction-price.ts";
import { areTermsValid } from "./instruments.ts";
import type { Instrument } from "./instruments.ts";
import { keyIDWords } from "./keys.ts";
import { completeLimits } from "./limits.ts";
import { countAllOpen } from "./open-orders.ts";
import {
  AccountField,
  InstrumentField,
  KeyField,
  readReference,
  readShape,
} from "./reference-section.ts";
import { FeesField, LimitsField, ScheduledField } from "./reference-rules.ts";
import type { Reference, ReferenceShape } from "./reference-section.ts";
import { Preparation } from "./prepare.ts";
import { restoreBook } from "./restore-book.ts";
import { readIcebergs, readSpecialShape } from "./special-section.ts";
import { restorePairs } from "./pair-section.ts";
import { restoreStops } from "./restore-stops.ts";
import { restoreWindow } from "./restore-window.ts";
import { countOfAsks, countOfBids, readStateShape } from "./state-section.ts";
import type { StateShape } from "./state-section.ts";
import { semanticsOf } from "./semantics.ts";
import type { SemanticsList } from "./semantics.ts";
import { PartitionState } from "./state.ts";
import { readWaitingShape, restoreWaiting } from "./waiting-section.ts";

/**
 * A state out of its canonical form. Throws where no sequence of commands can have led there: a snapshot has been verified by its
 * hashes, so that this can only be a fault of ours; UnknownSemantics where what is active in it is none of `versions`.
 *
 * Cost: one pass over orders and id window, without an object for either.
 */
export const restoreState = (bytes: Uint8Array, versions: SemanticsList): PartitionState => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = readShape(view);
  const reference = readReference(bytes);
  const state = new PartitionState(completeLimits(reference.limits), versions);
  state.semantics = semanticsOf(versions, reference.semanticsVersion);
  const isOfThem = state.semantics.schemaVersion === reference.schemaVersion;
  assert(isOfThem, "semantics go with their version of the schema");
  assert(Number.isSafeInteger(reference.now), "log time is a safe integer");
  state.now = reference.now;
  state.windowTime = reference.now;
  restoreAccounts(state, view, shape, reference);
  restoreKeys(state, view, shape, reference);
  restoreInstruments(state, view, shape, reference);
  restoreAccountLimits(state, view, shape, reference);
  restoreFees(state, view, shape, reference);
  restoreScheduled(state, view, shape, reference);
  const stateShape = readStateShape(view, shape.end, shape.instrumentCount);
  const specials = readSpecialShape(view, stateShape.end);
  const connections = readConnectionShape(view, specials.end);
  restoreBooks(state, view, stateShape, readConnections(view, connections, stateShape.orderCount));
  restoreStops(state, view, specials);
  restorePairs(state, view, specials);
  if (state.accountLimits.count !== 0) countAllOpen(state, 0);
  const deferred = restoreWindow(state, view, stateShape);
  restoreTimers(state, view, connections);
  restoreWaiting(state, view, readWaitingShape(view, connections.end), deferred);
  return state;
};

const restoreAccounts = (
  state: PartitionState,
  view: DataView,
  { accountsAt }: ReferenceShape,
  { accounts }: Reference,
): void => {
  assert(accounts.length <= state.limits.accountCountMax, "accounts are within their limit");
  let last = 0;
  accounts.forEach(({ accountID, accountStatus, name, feeTier }, index) => {
    const nameAt = accountsAt + index * AccountField.bytes + AccountField.name;
    assert(accountID > last && accountID <= 0x7fffffff, "accounts stand in order of accountID");
    assert(isAccountStatus(accountStatus), "an account has a status");
    const isNamed = name !== "" && validText(view, nameAt, accountNameWords * 4);
    assert(isNamed, "an account has a name");
    state.accounts.define(accountID, accountStatus, feeTier, view, nameAt);
    last = accountID;
  });
};

const restoreKeys = (
  state: PartitionState,
  view: DataView,
  { keysAt }: ReferenceShape,
  { keys }: Reference,
): void => {
  assert(keys.length <= state.limits.keyCountMax, "keys are within their limit");
  let last = "";
  keys.forEach(({ keyID, accountID, keyAlgorithm, keyStatus, scopes }, index) => {
    const at = keysAt + index * KeyField.bytes;
    const isInOrder = keyID > last && validText(view, at + KeyField.keyID, keyIDWords * 4);
    assert(isInOrder, "keys stand in order of keyID");
    const isOfAccount = accountID === 0 || state.accounts.isDefined(state.accounts.find(accountID));
    assert(isOfAccount, "a key acts for a known account");
    assert(scopes > 0 && scopes <= 7, "a key has scopes");
    assert(isKeyAlgorithm(keyAlgorithm) && isKeyStatus(keyStatus), "a key has its codes");
    const traits = view.getInt32(at + KeyField.traits, true);
    const reserved = (traits >>> 24) | view.getInt32(at + KeyField.traits + 4, true);
    assert(reserved === 0, "a key's reserved bytes are zero");
    state.keys.define(view, at + KeyField.keyID, accountID, traits, at + KeyField.publicKey);
    last = keyID;
  });
};

const restoreInstruments = (
  state: PartitionState,
  view: DataView,
  { instrumentsAt }: ReferenceShape,
  { instruments }: Reference,
): void => {
  const { instrumentCountMax } = state.limits;
  assert(instruments.length <= instrumentCountMax, "instruments are within their limit");
  instruments.forEach((terms, index) => {
    const at = instrumentsAt + index * InstrumentField.bytes;
    assert(isInstrumentWritten(view, at), "an instrument's fields hold values of their types");
    assert(terms.securityID === index + 1, "instruments stand in order of securityID");
    assert(areTermsValid(terms), "an instrument's terms are valid");
    assert(isTradingState(terms.tradingState), "an instrument has a trading state");
    assert(isSelfTradePrevention(terms.selfTradePrevention), "an instrument has a default mode");
    const instrument = state.instruments.add(terms);
    instrument.rptSeq = terms.rptSeq;
    instrument.lastPx = terms.lastPx;
    const isSilent = terms.indicativePrice === 0 && terms.indicativeQty === 0;
    const isLevel = terms.imbalanceQty === 0 && terms.imbalanceSide === Side.None;
    const mayIndicate = terms.tradingState === TradingState.Auction;
    assert(mayIndicate || (isSilent && isLevel), "only an auction has an indication");
    instrument.indication.set(terms);
    state.auctions.follow(instrument);
  });
  const hashes = new Set(instruments.map((_, index) => state.instruments.at(index + 1).symbolHash));
  assert(hashes.size === instruments.length, "no two symbols have the same murmur2");
};

const restoreAccountLimits = (
  state: PartitionState,
  view: DataView,
  { limitsAt }: ReferenceShape,
  { accountLimits }: Reference,
): void => {
  assert(accountLimits.length <= state.limits.accountCountMax, "limits are within their limit");
  let last = "";
  accountLimits.forEach(({ accountID, symbol, openOrderCountMax }, index) => {
    const at = limitsAt + index * LimitsField.bytes;
    const key = `${String(accountID).padStart(10, "0")} ${symbol}`;
    const isWritten =
      validText(view, at + LimitsField.symbol, 16) &&
      validWide(view, at + LimitsField.openNotionalMax);
    assert(isWritten && key > last, "account limits stand in order of account and symbol");
    last = key;
    const isKnown = state.accounts.isDefined(state.accounts.find(accountID));
    assert(isKnown, "account limits are of a known account");
    const instrument = symbol === "" ? null : state.instruments.find(view, at + LimitsField.symbol);
    assert(symbol === "" || instrument !== null, "account limits are of a listed instrument");
    const openNotionalMax = new Wide();
    readWideInto(view, at + LimitsField.openNotionalMax, openNotionalMax);
    const caps = { openOrderCountMax, openNotionalMax };
    state.accountLimits.set(accountID, instrument?.securityID ?? 0, caps);
  });
  if (accountLimits.length !== 0) state.instruments.holdToCaps();
};

const restoreFees = (
  state: PartitionState,
  view: DataView,
  { feesAt }: ReferenceShape,
  { feeSchedules }: Reference,
): void => {
  assert(feeSchedules.length <= state.limits.accountCountMax, "fees are within their limit");
  let last = "";
  feeSchedules.forEach(({ feeTier, symbol, ...rates }, index) => {
    const at = feesAt + index * FeesField.bytes;
    const key = `${String(feeTier).padStart(5, "0")} ${symbol}`;
    const isWritten = validText(view, at + FeesField.symbol, 16) && feeTier <= 0xffff;
    assert(isWritten && key > last, "fee schedules stand in order of tier and symbol");
    assert(view.getInt32(at + 12, true) === 0, "a fee schedule's reserved bytes are zero");
    last = key;
    assert(areRates(feeTier, rates), "a fee schedule has rates");
    const instrument = symbol === "" ? null : state.instruments.find(view, at + FeesField.symbol);
    assert(symbol === "" || instrument !== null, "fees are of a listed instrument");
    state.fees.set(feeTier, instrument?.securityID ?? 0, rates);
  });
  if (feeSchedules.length !== 0) state.instruments.chargeFees();
};

const restoreScheduled = (
  { scheduled, instruments, now }: PartitionState,
  view: DataView,
  { scheduledAt }: ReferenceShape,
  { scheduledStates }: Reference,
): void => {
  scheduledStates.forEach((change, index) => {
    const at = scheduledAt + index * ScheduledField.bytes;
    const { effectiveTime, securityID, tradingState } = change;
    const isWritten =
      validUint53(view, at + ScheduledField.effectiveTime) && isTradingState(tradingState);
    assert(isWritten && effectiveTime > now, "no change of a trading state that is due waits");
    assert(
      securityID > 0 && securityID <= instruments.count,
      "a scheduled state is of an instrument that there is",
    );
  });
  scheduled.load(scheduledStates);
};

const isInstrumentWritten = (view: DataView, at: number): boolean =>
  validText(view, at + InstrumentField.symbol, 16) &&
  validText(view, at + InstrumentField.baseCurrency, 8) &&
  validText(view, at + InstrumentField.quoteCurrency, 8) &&
  validUint53(view, at + InstrumentField.lotSize) &&
  validUint53(view, at + InstrumentField.minOrderQty) &&
  validUint53(view, at + InstrumentField.maxOrderQty) &&
  validUint53(view, at + InstrumentField.rptSeq) &&
  view.getInt32(at + InstrumentField.indicativePrice, true) >= 0 &&
  validUint53(view, at + InstrumentField.indicativeQty) &&
  validUint53(view, at + InstrumentField.imbalanceQty) &&
  isSide(view.getUint32(at + InstrumentField.imbalanceSide, true)) &&
  view.getInt32(at + InstrumentField.imbalanceSide + 4, true) === 0 &&
  view.getInt32(at + InstrumentField.lastPx, true) >= 0;

/** What an auction would come to was published by the end of the command. */
const assertIndication = (state: PartitionState, instrument: Instrument): void => {
  if (instrument.tradingState !== TradingState.Auction) return;
  findAuctionPrice(state, instrument, state.outcome);
  assert(instrument.indication.isOf(state.outcome), "an indication is of its book");
};

const restoreBooks = (
  state: PartitionState,
  view: DataView,
  shape: StateShape,
  connections: ReadonlyMap<number, number>,
): void => {
  assert(shape.orderCount <= state.limits.orderCountMax, "orders are within their limit");
  state.orders.reserve(shape.orderCount);
  const icebergs = readIcebergs(view, readSpecialShape(view, shape.end), shape.orderCount);
  const preparation = new Preparation(state.window.index, state.orders);
  let first = 0;
  for (let index = 0; index < state.instruments.count; index++) {
    const instrument = state.instruments.at(index + 1);
    const bidCount = countOfBids(view, shape.booksAt, index);
    const askCount = countOfAsks(view, shape.booksAt, index);
    const source = { view, shape, icebergs, connections, preparation };
    restoreBook(state, instrument, source, { side: Side.Buy, first, count: bidCount });
    first += bidCount;
    restoreBook(state, instrument, source, { side: Side.Sell, first, count: askCount });
    first += askCount;
    const { bestBid } = instrument.ladder;
    const { bestAsk } = instrument.asks;
    const mayCross = instrument.tradingState !== TradingState.Open;
    assert(mayCross || bestAsk === 0 || bestBid < bestAsk, "no book is crossed or locked");
    assertIndication(state, instrument);
  }
};
