import { frame } from "../schema/frame.ts";
import {
  AccountStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../schema/generated/enums.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import type { Command } from "../schema/generated/records.ts";
import { symbolHash } from "../schema/hash.ts";

const shared = { sendingTime: 0, validUntil: 0, requestHash: "00".repeat(8), attempt: 0 } as const;

/** Frames that list an instrument, define an account, and rest its orders at falling prices. */
export function restingOrders(options: {
  symbol: string;
  accountID: number;
  orderCount: number;
}): Uint8Array[] {
  const { symbol, accountID, orderCount } = options;
  const orders = Array.from({ length: orderCount }, (_, index) =>
    newOrderSingle({ symbol, accountID, price: 1_000_000 - index }),
  );
  return [securityDefinition(symbol), accountDefinition(accountID), ...orders].map(frame);
}

export function securityDefinition(symbol: string): Command {
  return {
    ...shared,
    kind: "SecurityDefinition",
    commandID: crypto.randomUUID(),
    accountID: 0,
    priceExponent: -2,
    qtyExponent: -8,
    symbol,
    baseCurrency: "BTC",
    quoteCurrency: "USD",
    tickSize: 1,
    selfTradePrevention: SelfTradePrevention.CancelNewest,
    lotSize: 1,
    minOrderQty: 0,
    maxOrderQty: 0,
    tradingState: TradingState.Open,
  };
}

export function accountDefinition(accountID: number): Command {
  return {
    ...shared,
    kind: "AccountDefinition",
    commandID: crypto.randomUUID(),
    accountID,
    accountStatus: AccountStatus.Active,
    name: "trader",
  };
}

export function newOrderSingle(
  order: { symbol: string; accountID: number; price: number },
  changes: Partial<Omit<NewOrderSingle, "kind">> = {},
): NewOrderSingle {
  const { symbol, accountID, price } = order;
  const symbolPart = symbolHash(symbol).toString(16).padStart(8, "0");
  const orderID = symbolPart + crypto.randomUUID().slice(8);
  return {
    ...shared,
    kind: "NewOrderSingle",
    orderID,
    accountID,
    side: Side.Buy,
    ordType: OrdType.Limit,
    symbol,
    orderQty: 1,
    cashOrderQty: 0n,
    price,
    timeInForce: TimeInForce.GTC,
    selfTradePrevention: SelfTradePrevention.Default,
    execInst: 0,
    expireTime: 0,
    clOrdID: "c",
    ...changes,
  };
}
