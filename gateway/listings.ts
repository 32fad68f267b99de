import {
  AccountStatusName,
  KeyAlgorithm,
  KeyAlgorithmName,
  KeyStatusName,
  Scopes,
  SelfTradePreventionName,
  TradingStateName,
} from "../schema/generated/enums.ts";
import type {
  ListedAccount,
  ListedFees,
  ListedInstrument as InstrumentListing,
  ListedKey,
  ListedLimits,
  ScopeText,
} from "../schema/http/admin.ts";
import { formatDecimal } from "../schema/units.ts";
import { timeText } from "./answers.ts";
import type { Account, Fees, Key, Limits, ListedInstrument } from "./reference.ts";

/** Definitions as the admin API shows them. */
export function instrumentListing(instrument: ListedInstrument): InstrumentListing {
  const { priceExponent, qtyExponent } = instrument;
  const selfTradePrevention = SelfTradePreventionName[instrument.selfTradePrevention];
  if (selfTradePrevention === "Default")
    throw new Error("An instrument has a prevention of its own");
  return {
    symbol: instrument.symbol,
    securityID: instrument.securityID,
    baseCurrency: instrument.baseCurrency,
    quoteCurrency: instrument.quoteCurrency,
    priceExponent,
    qtyExponent,
    tickSize: formatDecimal(instrument.tickSize, priceExponent),
    lotSize: formatDecimal(instrument.lotSize, qtyExponent),
    minOrderQty: formatDecimal(instrument.minOrderQty, qtyExponent),
    maxOrderQty: formatDecimal(instrument.maxOrderQty, qtyExponent),
    priceBandBps: instrument.priceBandBps ?? 0,
    takerBandBps: instrument.takerBandBps ?? 0,
    referencePrice: formatDecimal(instrument.referencePrice ?? 0, priceExponent),
    selfTradePrevention,
    tradingState: TradingStateName[instrument.tradingState],
    scheduledStates: instrument.scheduledStates.map((each) => ({
      tradingState: TradingStateName[each.tradingState],
      effectiveTime: timeText(each.effectiveTime),
    })),
  };
}

export function accountListing(account: Account): ListedAccount {
  const { accountID, name, accountStatus, feeTier = 0 } = account;
  const status = AccountStatusName[accountStatus];
  return { accountID, name, accountStatus: status, ...(feeTier === 0 ? {} : { feeTier }) };
}

export function feesListing({ feeTier, symbol, makerFeePpm, takerFeePpm }: Fees): ListedFees {
  return { feeTier, ...(symbol === "" ? {} : { symbol }), makerFeePpm, takerFeePpm };
}

/** `instrument` is the one whose symbol they name; without one the notional is left out, which has no unit then. */
export function limitsListing(
  { accountID, symbol, openOrderCountMax, openNotionalMax }: Limits,
  instrument: ListedInstrument | undefined,
): ListedLimits {
  if (instrument === undefined) return { accountID, openOrderCountMax };
  const exponent = instrument.priceExponent + instrument.qtyExponent;
  const notional = formatDecimal(openNotionalMax, exponent);
  return { accountID, symbol, openOrderCountMax, openNotionalMax: notional };
}

export function keyListing(key: Key): ListedKey {
  const { keyID, accountID, keyAlgorithm, keyStatus } = key;
  const length = keyAlgorithm === KeyAlgorithm.EdDSA ? 32 : 64;
  const bytes = Buffer.from(key.publicKey, "hex").subarray(0, length);
  const scopes = (["read", "trade", "admin"] as const satisfies ScopeText[]).filter(
    (scope) => (key.scopes & Scopes[scope]) !== 0,
  );
  return {
    keyID,
    accountID,
    keyAlgorithm: KeyAlgorithmName[keyAlgorithm],
    publicKey: bytes.toString("base64url"),
    scopes,
    keyStatus: KeyStatusName[keyStatus],
  };
}
