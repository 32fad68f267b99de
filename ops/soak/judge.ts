import type { SoakSample, StandStill } from "./sample.ts";

export interface Verdict {
  readonly promise: string;
  readonly holds: boolean;
  readonly detail: string;
}

/** What a run came to, besides its samples. */
export interface SoakFacts {
  /** From here on memory is judged: the id window has filled and the processes are warm. */
  readonly warmSecond: number;
  readonly standStills: readonly StandStill[];
  /** Processes that ended, and lines at `error`. */
  readonly endedProcesses: readonly string[];
  readonly errorLines: readonly string[];
  /** Reads beside the load that were not answered well. */
  readonly failedReads: readonly string[];
  readonly viewDifferences: readonly string[];
}

const mebibyte = 2 ** 20;
/** Growth over the judged time that is no leak: pages of the allocator, code that is compiled late. */
const growthShareMax = 0.1;
const growthBytesMax = 16 * mebibyte;
const samplesMin = 20;
const pointsMax = 200;

/** Judges a run; the load's samples only. */
export function judge(samples: readonly SoakSample[], facts: SoakFacts): Verdict[] {
  const loaded = samples.filter(({ phase }) => phase === "load");
  const warm = loaded.filter(({ second }) => second >= facts.warmSecond);
  const processes = Object.keys(loaded[0]?.residentBytes ?? {});
  return [
    ...processes.map((name) =>
      judgeGrowth(`${name}: resident memory does not grow`, seriesOf(warm, "residentBytes", name)),
    ),
    ...processes.map((name) =>
      judgeGrowth(`${name}: heap does not grow`, seriesOf(warm, "heapBytes", name)),
    ),
    judgeNone(
      "nothing stands still for more than 5 s",
      facts.standStills.map(
        ({ place, atSecond, seconds }) => `${place} at ${atSecond} s for ${seconds} s`,
      ),
    ),
    judgeNone("the watchdog is silent", watchdogWords(loaded)),
    judgeNone("no request fails", errorWords(loaded)),
    judgeNone("no read beside it fails", facts.failedReads),
    judgeNone("no process ends", facts.endedProcesses),
    judgeNone("no line at error", facts.errorLines),
    judgeNone("every view equals the fold", facts.viewDifferences),
  ];
}

interface Point {
  readonly second: number;
  readonly value: number;
}

function seriesOf(
  samples: readonly SoakSample[],
  field: "residentBytes" | "heapBytes",
  name: string,
): Point[] {
  return samples.map(({ second, [field]: values }) => ({ second, value: values[name] ?? 0 }));
}

/**
 * Whether a memory series grows: the Theil-Sen slope (the median of the slopes of all pairs of samples, which no burst of collections moves) times the
 * judged time may not pass a tenth of the median, or 16 MiB where that is more.
 */
export function judgeGrowth(promise: string, points: readonly Point[]): Verdict {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < samplesMin)
    return { promise, holds: false, detail: `${points.length} samples are too few` };
  const typical = medianOf(points.map(({ value }) => value));
  const growth = theilSenSlope(points) * (last.second - first.second);
  const bound = Math.max(growthBytesMax, growthShareMax * typical);
  const detail = `${mib(growth)} over ${Math.round(last.second - first.second)} s at ${mib(typical)}; up to ${mib(bound)} is none`;
  return { promise, holds: growth <= bound, detail };
}

/** Median of the slopes of all pairs, per second. Series are thinned to two hundred points first: n² pairs. */
export function theilSenSlope(points: readonly Point[]): number {
  const step = Math.max(1, Math.floor(points.length / pointsMax));
  const thinned = points.filter((_, index) => index % step === 0);
  const slopes: number[] = [];
  for (const [index, one] of thinned.entries()) {
    for (const other of thinned.slice(index + 1)) {
      if (other.second > one.second)
        slopes.push((other.value - one.value) / (other.second - one.second));
    }
  }
  return medianOf(slopes);
}

export function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

function watchdogWords(samples: readonly SoakSample[]): string[] {
  const stalls = Math.max(0, ...samples.map(({ stallCount }) => stallCount));
  const away = samples.filter(({ brokersAway }) => brokersAway > 0);
  return [
    ...(stalls > 0 ? [`${stalls} stalls`] : []),
    ...away.slice(0, 3).map(({ second }) => `brokers away at ${second} s`),
  ];
}

function errorWords(samples: readonly SoakSample[]): string[] {
  const counts = new Map<string, number>();
  for (const { errors } of samples)
    for (const [what, count] of Object.entries(errors))
      counts.set(what, (counts.get(what) ?? 0) + count);
  return [...counts].map(([what, count]) => `${count} × ${what}`);
}

const wordsMax = 5;

function judgeNone(promise: string, found: readonly string[]): Verdict {
  const more = found.length > wordsMax ? `; and ${found.length - wordsMax} more` : "";
  const detail = found.length === 0 ? "none" : found.slice(0, wordsMax).join("; ") + more;
  return { promise, holds: found.length === 0, detail };
}

function mib(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}
