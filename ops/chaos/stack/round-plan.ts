import { SeededRandom } from "../../seeded-random.ts";

/** What happens in a round, and how often in the usual mix. */
export const roundKinds = {
  kill: 8,
  zombie: 2,
  rebalance: 2,
  outage: 4,
  leader: 1,
  disk: 1,
} as const;
export type RoundKind = keyof typeof roundKinds;

export interface RoundPlan {
  readonly round: number;
  readonly kind: RoundKind;
  /** Everything else that the round leaves to chance. */
  readonly random: SeededRandom;
}

export interface PlanOptions {
  readonly seed: number;
  readonly kinds: readonly RoundKind[];
  /** One kind after the other as they stand, instead of the usual mix of them. */
  readonly inTurn: boolean;
}

/** The round of that number (from 1) under a seed, the same every time. */
export function roundPlan(round: number, { seed, kinds, inTurn }: PlanOptions): RoundPlan {
  const random = new SeededRandom(Math.imul(seed, 1_000_003) + round);
  const next = kinds[(round - 1) % kinds.length];
  if (inTurn && next !== undefined) return { round, kind: next, random };
  const total = kinds.reduce((sum, kind) => sum + roundKinds[kind], 0);
  let place = random.next() * total;
  for (const kind of kinds) {
    place -= roundKinds[kind];
    if (place < 0) return { round, kind, random };
  }
  throw new Error("A plan names at least one kind of round");
}

/** Null where the text names something else. */
export function readKinds(text: string): RoundKind[] | null {
  const names = text.split(",");
  return names.every((name) => Object.hasOwn(roundKinds, name)) ? (names as RoundKind[]) : null;
}
