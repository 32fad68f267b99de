/** docs/SEMANTICS.md section 4: what operators say, and mass cancels. */
import {
  BusinessRejectReason,
  CancelReason,
  OrdRejReason,
  SelfTradePrevention,
  Side,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { AccountDefinition } from "../../schema/generated/account-definition.ts";
import type { KeyDefinition } from "../../schema/generated/key-definition.ts";
import type { OrderMassCancelRequest } from "../../schema/generated/order-mass-cancel-request.ts";
import type { SecurityDefinition } from "../../schema/generated/security-definition.ts";
import { murmur2 } from "../../schema/hash.ts";
import { cancelResting, ladderOf } from "./naive-book.ts";
import { nothingSaid } from "./naive-sessions.ts";
import { waitingOf } from "./naive-triggers.ts";
import { endDeferred, namedDeferred } from "./naive-deferral.ts";
import { given, instrumentOf, nextRptSeq } from "./naive-state.ts";
import type { CommandRun, NaiveInstrument, NaiveState } from "./naive-state.ts";

/** A hundred times the reference price. */
const bandBpsMax = 1_000_000;

/** Each returns the reason of a refusal, null when done; the caller writes the refusal. */
type Outcome = BusinessRejectReason | null;

export function orderMassCancelRequest(
  state: NaiveState,
  run: CommandRun,
  command: OrderMassCancelRequest,
): Outcome {
  const named = instrumentOf(state, command.symbol);
  const deferred = namedDeferred(state, command);
  const isSymbolUnknown = command.symbol !== "" && named === undefined;
  if (isSymbolUnknown && deferred.length === 0) return BusinessRejectReason.UnknownSymbol;
  if (command.accountID !== 0 && !state.accounts.has(command.accountID))
    return BusinessRejectReason.UnknownAccount;
  let totalAffectedOrders = deferred.length;
  const instruments = named === undefined ? state.instruments : [named];
  for (const instrument of isSymbolUnknown ? [] : instruments) {
    totalAffectedOrders += cancelOrders(state, run, command, instrument, CancelReason.MassCancel);
  }
  for (const each of deferred) endDeferred(state, run, each, OrdRejReason.CanceledBeforeEntry);
  run.events.push({
    kind: "OrderMassCancelReport",
    rptSeq: 0,
    securityID: named?.securityID ?? 0,
    accountID: command.accountID,
    commandID: command.commandID,
    totalAffectedOrders,
    side: command.side,
  });
  return null;
}

/** Cancels what is open in an instrument of an account, or of all for 0, on a side, or on both for None, of a connection, or of any without one. */
export function cancelOrders(
  state: NaiveState,
  run: CommandRun,
  command: Pick<OrderMassCancelRequest, "accountID" | "side"> & { readonly connectionID?: number },
  instrument: NaiveInstrument,
  cancelReason: CancelReason,
): number {
  if (instrument.tradingState === TradingState.Closed) return 0;
  const sides = command.side === Side.None ? [Side.Buy, Side.Sell] : [command.side];
  const resting = sides.flatMap((side) => ladderOf(instrument, side));
  const waiting = sides.flatMap((side) => waitingOf(instrument, side));
  const { accountID, connectionID = 0 } = command;
  const affected = [...resting, ...waiting].filter(
    (order) =>
      (accountID === 0 || order.accountID === accountID) &&
      (connectionID === 0 || order.connectionID === connectionID),
  );
  for (const order of affected) {
    // One of a pair has taken the other one along.
    if (!state.resting.has(order.orderID)) continue;
    cancelResting(state, run, instrument, order, cancelReason);
  }
  return affected.length;
}

export function securityDefinition(
  state: NaiveState,
  run: CommandRun,
  command: SecurityDefinition,
): Outcome {
  if (!isValidSecurity(command)) return BusinessRejectReason.InvalidDefinition;
  const known = instrumentOf(state, command.symbol);
  const reason =
    known === undefined ? listingRefusal(state, command) : changeRefusal(known, command);
  if (reason !== null) return reason;
  const instrument = known ?? list(state, command);
  instrument.tickSize = command.tickSize;
  instrument.lotSize = BigInt(command.lotSize);
  instrument.minOrderQty = BigInt(command.minOrderQty);
  instrument.maxOrderQty = BigInt(command.maxOrderQty);
  instrument.selfTradePrevention = command.selfTradePrevention;
  instrument.priceBandBps = command.priceBandBps ?? 0;
  instrument.takerBandBps = command.takerBandBps ?? 0;
  instrument.referencePrice = command.referencePrice ?? 0;
  emitSecurityDefined(run, instrument, known === undefined);
  return null;
}

function isValidSecurity(command: SecurityDefinition): boolean {
  if (!/^[A-Z0-9][A-Z0-9._-]{0,15}$/.test(command.symbol)) return false;
  for (const exponent of [command.priceExponent, command.qtyExponent]) {
    if (exponent < -18 || exponent > 9) return false;
  }
  if (command.tickSize < 1 || command.lotSize < 1) return false;
  if (command.maxOrderQty !== 0 && command.maxOrderQty < command.minOrderQty) return false;
  if (command.selfTradePrevention === SelfTradePrevention.Default) return false;
  for (const bps of [command.priceBandBps ?? 0, command.takerBandBps ?? 0]) {
    if (bps > bandBpsMax) return false;
  }
  if ((command.referencePrice ?? 0) < 0) return false;
  return command.baseCurrency !== "" && command.quoteCurrency !== "";
}

function listingRefusal(state: NaiveState, command: SecurityDefinition): Outcome {
  const symbolHash = symbolHashOf(command.symbol);
  if (state.instruments.some((other) => symbolHashOf(other.symbol) === symbolHash)) {
    return BusinessRejectReason.SymbolHashTaken;
  }
  if (state.instruments.length >= state.limits.instrumentCountMax)
    return BusinessRejectReason.CapacityReached;
  return null;
}

function changeRefusal(known: NaiveInstrument, command: SecurityDefinition): Outcome {
  const isSame =
    known.priceExponent === command.priceExponent &&
    known.qtyExponent === command.qtyExponent &&
    known.baseCurrency === command.baseCurrency &&
    known.quoteCurrency === command.quoteCurrency;
  return isSame ? null : BusinessRejectReason.ExponentChanged;
}

function symbolHashOf(symbol: string): number {
  return murmur2(new TextEncoder().encode(symbol));
}

function list(state: NaiveState, command: SecurityDefinition): NaiveInstrument {
  const instrument: NaiveInstrument = {
    securityID: state.instruments.length + 1,
    symbol: command.symbol,
    baseCurrency: command.baseCurrency,
    quoteCurrency: command.quoteCurrency,
    priceExponent: command.priceExponent,
    qtyExponent: command.qtyExponent,
    tickSize: command.tickSize,
    lotSize: BigInt(command.lotSize),
    minOrderQty: BigInt(command.minOrderQty),
    maxOrderQty: BigInt(command.maxOrderQty),
    selfTradePrevention: command.selfTradePrevention,
    tradingState: command.tradingState,
    priceBandBps: 0,
    takerBandBps: 0,
    referencePrice: 0,
    rptSeq: 0,
    bids: [],
    asks: [],
    lastPx: 0,
    published: command.tradingState === TradingState.Auction ? nothingSaid : null,
    waiting: new Set(),
  };
  state.instruments.push(instrument);
  return instrument;
}

function emitSecurityDefined(run: CommandRun, instrument: NaiveInstrument, created: boolean): void {
  run.events.push({
    kind: "SecurityDefined",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    tickSize: instrument.tickSize,
    symbol: instrument.symbol,
    baseCurrency: instrument.baseCurrency,
    quoteCurrency: instrument.quoteCurrency,
    lotSize: Number(instrument.lotSize),
    minOrderQty: Number(instrument.minOrderQty),
    maxOrderQty: Number(instrument.maxOrderQty),
    priceExponent: instrument.priceExponent,
    qtyExponent: instrument.qtyExponent,
    selfTradePrevention: instrument.selfTradePrevention,
    tradingState: instrument.tradingState,
    created,
    priceBandBps: instrument.priceBandBps,
    takerBandBps: instrument.takerBandBps,
    referencePrice: instrument.referencePrice,
  });
}

export function accountDefinition(
  state: NaiveState,
  run: CommandRun,
  command: AccountDefinition,
): Outcome {
  const { accountID, accountStatus, name, feeTier = 0 } = command;
  if (accountID === 0 || name === "") return BusinessRejectReason.InvalidDefinition;
  const isNew = !state.accounts.has(accountID);
  if (isNew && state.accounts.size >= state.limits.accountCountMax)
    return BusinessRejectReason.CapacityReached;
  state.accounts.set(accountID, { accountID, accountStatus, name, feeTier });
  const account = { accountID, accountStatus, name, ...given("feeTier", feeTier) };
  run.events.push({ kind: "AccountDefined", rptSeq: 0, ...account });
  return null;
}

export function keyDefinition(state: NaiveState, run: CommandRun, command: KeyDefinition): Outcome {
  const { keyID, accountID, keyAlgorithm, keyStatus, scopes, publicKey } = command;
  if (keyID === "" || scopes === 0) return BusinessRejectReason.InvalidDefinition;
  if (accountID !== 0 && !state.accounts.has(accountID)) return BusinessRejectReason.UnknownAccount;
  const isNew = !state.keys.has(keyID);
  if (isNew && state.keys.size >= state.limits.keyCountMax)
    return BusinessRejectReason.CapacityReached;
  const key = { keyID, accountID, keyAlgorithm, keyStatus, scopes, publicKey };
  state.keys.set(keyID, key);
  run.events.push({ kind: "KeyDefined", rptSeq: 0, ...key });
  return null;
}
