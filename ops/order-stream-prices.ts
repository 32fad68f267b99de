import type { OrderStream } from "./order-stream.ts";
import { StreamMessageType } from "./order-stream.ts";

/** Maps a stream's ticks to an engine's price units and back, keeping their order: matching looks at nothing else. */
export interface PriceMap {
  /** Price units, 1 to 2^31 - 1. */
  toEngine(ticks: bigint): number;
  toTicks(price: number): bigint;
}

const priceMax = 2n ** 31n - 1n;

/** One to one where all ticks are prices of an engine; else (zero, negative, huge) each distinct price by its rank. */
export function priceMapOf(stream: OrderStream): PriceMap {
  const wanted = stream.prices.filter(
    (_, index) => stream.types[index] !== StreamMessageType.Cancel,
  );
  const fits = wanted.every((ticks) => ticks >= 1n && ticks <= priceMax);
  return fits ? direct : rankedPrices(wanted);
}

const direct: PriceMap = {
  toEngine: (ticks) => Number(ticks),
  toTicks: (price) => BigInt(price),
};

function rankedPrices(wanted: BigInt64Array): PriceMap {
  const byRank = [...new Set(wanted.toSorted())];
  const ranks = new Map(byRank.map((ticks, rank) => [ticks, rank + 1]));
  return {
    toEngine: (ticks) => ranks.get(ticks) ?? 0,
    toTicks: (price) => byRank[price - 1] ?? 0n,
  };
}
