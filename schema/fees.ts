import type { Trade } from "./generated/trade.ts";

/** Fees as a Trade tells them (SEMANTICS §5c): in price unit x quantity unit, below 0 where the side receives them. */

export function makerFeeOf({ makerFee = 0n, feeSigns = 0 }: FeesOfTrade): bigint {
  return (feeSigns & 1) === 0 ? makerFee : -makerFee;
}

export function takerFeeOf({ takerFee = 0n, feeSigns = 0 }: FeesOfTrade): bigint {
  return (feeSigns & 2) === 0 ? takerFee : -takerFee;
}

type FeesOfTrade = Pick<Trade, "makerFee" | "takerFee" | "feeSigns">;
