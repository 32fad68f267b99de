import { TradeLayout as Traded } from "../../schema/generated/trade.ts";
import { isZeroWide, multiplyWide, scaleByMillionths, Wide } from "../../schema/wide.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import type { PartitionState } from "./state.ts";

/** Millionths of the notional that maker and taker pay; below 0 they are paid. */
export interface FeeRates {
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
}

export interface ListedFees extends FeeRates {
  readonly feeTier: number;
  /** 0: each instrument for which the tier has none of its own. */
  readonly securityID: number;
}

const ppmMin = -10_000;
const ppmMax = 100_000;

/** Whether a tier may have these rates: no trade costs the venue more than it brings. */
export const areRates = (feeTier: number, { makerFeePpm, takerFeePpm }: FeeRates): boolean => {
  const isWithin = (ppm: number): boolean => ppm >= ppmMin && ppm <= ppmMax;
  const isWhole = isWithin(makerFeePpm) && isWithin(takerFeePpm);
  return feeTier !== 0 && isWhole && makerFeePpm + takerFeePpm >= 0;
};

/** The schedules by tier and instrument (SEMANTICS §5c). The engine keeps no sums: who trades what is in the trades. */
export class FeeTable {
  /** By feeTier, then by securityID; 0 has those of an empty symbol. */
  readonly #tiers: ((FeeRates | undefined)[] | undefined)[] = [];
  readonly #listed = new Map<string, ListedFees>();

  /** What a tier pays in an instrument; null where it has no schedule. */
  of(feeTier: number, securityID: number): FeeRates | null {
    const rates = this.#tiers[feeTier];
    return rates === undefined ? null : (rates[securityID] ?? rates[0] ?? null);
  }

  /** Pairs of tier and symbol that have a schedule. */
  get count(): number {
    return this.#listed.size;
  }

  has(feeTier: number, securityID: number): boolean {
    return this.#tiers[feeTier]?.[securityID] !== undefined;
  }

  set(feeTier: number, securityID: number, rates: FeeRates): void {
    this.#listed.set(`${feeTier}/${securityID}`, { feeTier, securityID, ...rates });
    (this.#tiers[feeTier] ??= [])[securityID] = rates;
  }

  /** All of them, in no order. */
  listed(): ListedFees[] {
    return [...this.#listed.values()];
  }
}

const notional = new Wide();
const makerFee = new Wide();
const takerFee = new Wide();

/** Adds to the Trade that was written last what its sides pay, where they pay. Cost: two accounts looked up, and a product for each. */
export const addFees = (
  { accounts, fees, taker }: PartitionState,
  { securityID }: Instrument,
  makerAccountID: number,
  lastQty: number,
  lastPx: number,
  out: EventBuffer,
): void => {
  const makerRates = fees.of(accounts.feeTierOf(accounts.find(makerAccountID)), securityID);
  const takerRates = fees.of(accounts.feeTierOf(accounts.find(taker.accountID)), securityID);
  if (makerRates === null && takerRates === null) return;
  const makerFeePpm = makerRates === null ? 0 : makerRates.makerFeePpm;
  const takerFeePpm = takerRates === null ? 0 : takerRates.takerFeePpm;
  charge(makerFeePpm, takerFeePpm, lastQty, lastPx, out);
};

/** As addFees, of a trade in an auction: the earlier of the two orders pays as a maker, the other one as a taker. */
export const addAuctionFees = (
  { accounts, fees }: PartitionState,
  { securityID, lastPx }: Instrument,
  trade: {
    readonly buyer: number;
    readonly seller: number;
    readonly isBuyEarlier: boolean;
    readonly lastQty: number;
  },
  out: EventBuffer,
): void => {
  const ppmOf = (accountID: number, isEarlier: boolean): number => {
    const rates = fees.of(accounts.feeTierOf(accounts.find(accountID)), securityID);
    if (rates === null) return 0;
    return isEarlier ? rates.makerFeePpm : rates.takerFeePpm;
  };
  const { buyer, seller, isBuyEarlier, lastQty } = trade;
  charge(ppmOf(buyer, isBuyEarlier), ppmOf(seller, !isBuyEarlier), lastQty, lastPx, out);
};

/** Adds what the account in the maker's fields pays, and that in the taker's. */
const charge = (
  makerFeePpm: number,
  takerFeePpm: number,
  lastQty: number,
  lastPx: number,
  out: EventBuffer,
): void => {
  multiplyWide(notional, lastQty, lastPx);
  takeFee(makerFee, makerFeePpm);
  takeFee(takerFee, takerFeePpm);
  if (isZeroWide(makerFee) && isZeroWide(takerFee)) return;
  const isMakerPaid = makerFeePpm < 0 && !isZeroWide(makerFee);
  const isTakerPaid = takerFeePpm < 0 && !isZeroWide(takerFee);
  out.lengthen(Traded.blockLength, Traded.blockLengthV4, 4);
  out.wide(Traded.makerFee, makerFee);
  out.wide(Traded.takerFee, takerFee);
  out.pair(Traded.feeSigns, (isMakerPaid ? 1 : 0) | (isTakerPaid ? 2 : 0), 0);
};

/** What is paid, or received, of `notional`: a charge is rounded up, a rebate down. */
const takeFee = (fee: Wide, ppm: number): void => {
  scaleByMillionths(fee, notional, Math.abs(ppm), ppm > 0);
};
