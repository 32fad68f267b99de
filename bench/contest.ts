import type { Contestant, Passes, StreamPlace } from "./contestants.ts";
import { median, round } from "./report.ts";

/** A stream that all contestants have run. */
export interface Contest {
  readonly rows: readonly ContestRow[];
  /** A line each: who did not come to the end, or to another result, and how. */
  readonly remarks: readonly string[];
}

export interface ContestRow {
  readonly what: string;
  /** By round, nanoseconds a message. */
  readonly rounds: readonly Passes[];
  /** Times the pace-maker's and the core's time, by round. */
  readonly toPace: Spread | null;
  readonly toCore: Spread;
  /** What toCore is meant to be at least; null where that is not asked. */
  readonly bar: number | null;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Outcome {
  readonly tradeCount: number;
  readonly tradedQty: number;
}

/**
 * Runs all contestants in turn, every other round from the last to the first. Whose trades or quantities differ from `outcome`, or who
 * does not finish, is named in a remark, has no time that counts, and is not run again.
 */
export async function runContest(
  contestants: readonly Contestant[],
  place: StreamPlace,
  outcome: Outcome,
  roundCount: number,
): Promise<Contest> {
  const rounds = new Map(contestants.map((contestant) => [contestant, [] as Passes[]]));
  const remarks: string[] = [];
  for (let index = 0; index < roundCount; index++) {
    const order = index % 2 === 0 ? [...rounds.keys()] : [...rounds.keys()].toReversed();
    for (const contestant of order) {
      const passes = await contestant.run(place);
      const fault = typeof passes === "string" ? passes : differs(passes, outcome);
      if (fault !== null) {
        remarks.push(`${contestant.name}: ${fault}`);
        rounds.delete(contestant);
      } else if (typeof passes !== "string") rounds.get(contestant)?.push(passes);
    }
  }
  return { rows: rowsOf(rounds), remarks };
}

function differs({ tradeCount, tradedQty }: Outcome, wanted: Outcome): string | null {
  if (tradeCount === wanted.tradeCount && tradedQty === wanted.tradedQty) return null;
  return `${tradeCount} trades of ${tradedQty} in all instead of ${wanted.tradeCount} of ${wanted.tradedQty}`;
}

function rowsOf(rounds: ReadonlyMap<Contestant, readonly Passes[]>): ContestRow[] {
  const [core = []] = rounds.values();
  const pace = [...rounds].find(([{ name }]) => name.startsWith("pace-maker"))?.[1];
  return [...rounds].map(([{ name, bar }, own]) => ({
    what: name,
    rounds: own,
    toPace: pace === undefined ? null : ratios(own, pace),
    toCore: ratios(own, core),
    bar,
  }));
}

function ratios(own: readonly Passes[], others: readonly Passes[]): Spread {
  return spreadOf(own.map((passes, round) => passes.median / (others[round]?.median ?? NaN)));
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

export function spreadText({ median: middle, least, most }: Spread, digits: number): string {
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
}

/** The rows as they are printed. */
export function contestTable(rows: readonly ContestRow[]): Record<string, string | number>[] {
  return rows.map(({ what, rounds, toPace, toCore, bar }) => {
    const medians = spreadOf(rounds.map((passes) => passes.median));
    return {
      what,
      "cold ns": round(median(rounds.map(({ cold }) => cold))),
      "best ns": round(Math.min(...rounds.map(({ best }) => best))),
      "median ns (min-max)": spreadText(medians, 1),
      "M/s": round(1000 / medians.median, 2),
      "x pace (min-max)": toPace === null ? "not at hand" : spreadText(toPace, 2),
      "x core (min-max)": spreadText(toCore, 2),
      bar: bar === null ? "" : `>= ${bar}: ${toCore.median >= bar ? "met" : "missed"}`,
    };
  });
}
