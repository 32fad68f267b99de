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
  ListedInstrument as InstrumentListing,
  ListedKey,
  ScopeText,
} from "../schema/http/admin.ts";
import { formatDecimal } from "../schema/units.ts";
import type { Account, Key, ListedInstrument } from "./reference.ts";

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
    selfTradePrevention,
    tradingState: TradingStateName[instrument.tradingState],
  };
}

export function accountListing({ accountID, name, accountStatus }: Account): ListedAccount {
  return { accountID, name, accountStatus: AccountStatusName[accountStatus] };
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
