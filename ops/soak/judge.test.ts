import { describe, expect, test } from "bun:test";

import { SeededRandom } from "../seeded-random.ts";
import { judge, judgeGrowth, theilSenSlope } from "./judge.ts";
import type { SoakFacts } from "./judge.ts";
import type { SoakSample } from "./sample.ts";

const mebibyte = 2 ** 20;
const minutes = 48;

/** Memory as a collected heap shows it, five seconds apart: a saw with noise, plus what a test plants. */
function memory(
  seed: number,
  planted: (second: number) => number,
): { second: number; value: number }[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: minutes * 12 }, (_, index) => {
    const second = index * 5;
    const saw = ((second % 40) / 40) * 30 * mebibyte;
    const burst = random.next() < 0.03 ? 80 * mebibyte : 0;
    const value = 150 * mebibyte + saw + burst + random.normal() * 4 * mebibyte + planted(second);
    return { second, value };
  });
}

describe("the judge of memory", () => {
  test("takes noise, collections and bursts for no growth", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const verdict = judgeGrowth(
        "flat",
        memory(seed, () => 0),
      );
      expect([seed, verdict.holds]).toEqual([seed, true]);
    }
  });

  test("finds a leak of half a megabyte a minute under the same noise", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const leak = memory(seed, (second) => (second / 60) * 0.5 * mebibyte);
      expect([seed, judgeGrowth("leak", leak).holds]).toEqual([seed, false]);
    }
  });

  test("finds a leak that comes in steps", () => {
    const steps = memory(3, (second) => Math.floor(second / 600) * 8 * mebibyte);
    expect(judgeGrowth("steps", steps).holds).toBe(false);
  });

  test("is not moved by one large step back, as when an old page is given up", () => {
    const back = memory(4, (second) => (second > 1400 ? -60 * mebibyte : 0));
    expect(judgeGrowth("back", back).holds).toBe(true);
  });

  test("does not judge by a handful of samples", () => {
    expect(judgeGrowth("short", memory(5, () => 0).slice(0, 10)).holds).toBe(false);
  });

  test("measures a slope exactly where there is no noise", () => {
    const line = Array.from({ length: 100 }, (_, index) => ({
      second: index * 5,
      value: index * 15,
    }));
    expect(theilSenSlope(line)).toBe(3);
  });
});

const sound: SoakFacts = {
  warmSecond: 100,
  standStills: [],
  endedProcesses: [],
  errorLines: [],
  failedReads: [],
  viewDifferences: [],
};

function samples(change: (second: number) => Partial<SoakSample> = () => ({})): SoakSample[] {
  return Array.from({ length: 100 }, (_, index) => ({
    second: index * 5,
    phase: "load",
    answersPerSecond: 500,
    refusedCount: 0,
    errors: {},
    kinds: {},
    backlog: 0,
    latencyMs: { p50: 1, p99: 3, p999: 9, max: 20 },
    residentBytes: { gateway: 100 * mebibyte },
    heapBytes: { gateway: 30 * mebibyte },
    storeBytes: {},
    loopDelayMs: {},
    lag: {},
    openOrders: 4000,
    idWindowEntries: 9000,
    stallCount: 0,
    brokersAway: 0,
    dataBytes: 0,
    loadAverage: 1,
    ...change(index * 5),
  }));
}

/** Promises that a run broke. */
function broken(run: readonly SoakSample[], facts: Partial<SoakFacts> = {}): string[] {
  return judge(run, { ...sound, ...facts })
    .filter(({ holds }) => !holds)
    .map(({ promise }) => promise);
}

describe("the judge of a run", () => {
  test("finds nothing in a sound one", () => {
    expect(broken(samples())).toEqual([]);
  });

  test("looks at memory only once the window has filled", () => {
    const early = samples((second) => ({
      residentBytes: { gateway: Math.min(second, 100) * mebibyte + 50 * mebibyte },
    }));
    expect(broken(early)).toEqual([]);
    expect(broken(early, { warmSecond: 0 })).toEqual([]);
    const late = samples((second) => ({ residentBytes: { gateway: (50 + second) * mebibyte } }));
    expect(broken(late)).toEqual(["gateway: resident memory does not grow"]);
  });

  test("finds each other broken promise by its name", () => {
    const standStill = { place: "query 0", atSecond: 70, seconds: 6 };
    expect(broken(samples(), { standStills: [standStill] })).toEqual([
      "nothing stands still for more than 5 s",
    ]);
    expect(broken(samples(() => ({ stallCount: 1 })))).toEqual(["the watchdog is silent"]);
    expect(broken(samples((second) => ({ brokersAway: second === 50 ? 1 : 0 })))).toEqual([
      "the watchdog is silent",
    ]);
    expect(broken(samples((second) => ({ errors: second === 50 ? { "503": 1 } : {} })))).toEqual([
      "no request fails",
    ]);
    expect(broken(samples(), { failedReads: ["/v1/orders: 503"] })).toEqual([
      "no read beside it fails",
    ]);
    expect(broken(samples(), { endedProcesses: ["query"] })).toEqual(["no process ends"]);
    expect(broken(samples(), { errorLines: ["a line"] })).toEqual(["no line at error"]);
    expect(broken(samples(), { viewDifferences: ["orders"] })).toEqual([
      "every view equals the fold",
    ]);
  });

  test("does not hold what happened while the rate was looked for against the run", () => {
    const run = samples((second) =>
      second < 50 ? { phase: "calibration", errors: { "202": 3 }, stallCount: 0 } : {},
    );
    expect(broken(run)).toEqual([]);
  });
});
