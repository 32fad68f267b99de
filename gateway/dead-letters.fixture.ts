import { asAttempt } from "../schema/attempt.ts";
import { frame } from "../schema/frame.ts";
import { OrdType, SelfTradePrevention, Side, TimeInForce } from "../schema/generated/enums.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { requestHash } from "../schema/request-hash.ts";
import { retryBackOffs } from "../schema/topics.ts";

/** An order of account 1001 that came past the edge before its instrument, as another gateway's may; valid for a minute. */
export function earlyOrder(
  symbol: string,
  { clOrdID, validForMs = 60_000 }: { clOrdID: string; validForMs?: number | undefined },
): NewOrderSingle {
  const sendingTime = Date.now();
  const order: NewOrderSingle = {
    kind: "NewOrderSingle",
    sendingTime,
    validUntil: sendingTime + validForMs,
    orderID: orderIDOf(1001, symbol, clOrdID),
    requestHash: "00".repeat(8),
    accountID: 1001,
    attempt: 0,
    side: Side.Buy,
    ordType: OrdType.Limit,
    symbol,
    orderQty: 1_000_000,
    cashOrderQty: 0n,
    price: 10_000,
    timeInForce: TimeInForce.GTC,
    selfTradePrevention: SelfTradePrevention.Default,
    execInst: 0,
    expireTime: 0,
    clOrdID,
  };
  return { ...order, requestHash: requestHash(frame(order)) };
}

/** All attempts at once, so that nobody waits for the back-offs: what the relay brings later are copies. */
export function everyAttempt(
  order: NewOrderSingle,
  bytes: Uint8Array = frame(order),
): readonly Uint8Array[] {
  return Array.from({ length: retryBackOffs.length + 1 }, (_, attempt) =>
    asAttempt(bytes, attempt),
  );
}
