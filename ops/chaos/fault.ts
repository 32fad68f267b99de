import type { SeededRandom } from "../seeded-random.ts";

/** Something that goes wrong with a store and is mended again. One at a time; it may be begun again after its end. */
export interface Fault {
  readonly name: "outage" | "leader-kill" | "disk-full";
  /** The store that it hurts. */
  readonly target: string;
  /** What the last `begin` chose, for the record of the round: `delay 830 ms`. */
  readonly detail: string;
  /** Resolves once it has struck. */
  begin(random: SeededRandom): Promise<void>;
  /** Resolves once the store serves as before. Rejects where it does not come back. */
  end(): Promise<void>;
}

const shortMs = { least: 1000, most: 20_000 };
const longMs = 120_000;
const longEach = 10;

/** How long the fault of this round lasts: each tenth two minutes, the others up to 20 s. */
export function faultMs(random: SeededRandom, round: number): number {
  if (round % longEach === longEach - 1) return longMs;
  return random.integer(shortMs.least, shortMs.most);
}
