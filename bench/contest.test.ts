import { expect, test } from "bun:test";

import { contestTable, runContest } from "./contest.ts";
import type { Contestant, Passes } from "./contestants.ts";
import { coreChart } from "./core-chart.ts";

const place = { path: "", warmUpCount: 0, openMax: 1, priceMax: 1 };
const outcome = { tradeCount: 3, tradedQty: 30 };

function contestant(name: string, bar: number | null, runs: readonly (Passes | string)[]) {
  const left = [...runs];
  const run: Contestant["run"] = async () => left.shift() ?? "was run too often";
  return { name, bar, run };
}

function passes(median: number, tradedQty = outcome.tradedQty): Passes {
  return { cold: 2 * median, best: median, median, tradeCount: outcome.tradeCount, tradedQty };
}

test("the ratio of a round is taken within that round, and its median meets the bar or misses it", async () => {
  const field = [
    contestant("core", null, [passes(10), passes(20), passes(40)]),
    contestant("quick", 8, [passes(90), passes(140), passes(240)]),
    contestant("slow", 8, [passes(80), passes(200), passes(400)]),
  ];
  const { rows, remarks } = await runContest(field, place, outcome, 3);
  expect(remarks).toEqual([]);
  expect(contestTable(rows).map((row) => [row["x core (min-max)"], row["bar"]])).toEqual([
    ["1.00 (1.00-1.00)", ""],
    ["7.00 (6.00-9.00)", ">= 8: missed"],
    ["10.00 (8.00-10.00)", ">= 8: met"],
  ]);
});

test("who disagrees or does not finish has no time, is named, and is not run again", async () => {
  const field = [
    contestant("core", null, [passes(10), passes(10)]),
    contestant("wrong", 8, [passes(100, 31)]),
    contestant("late", 8, ["5 of 9 messages in 1 s"]),
  ];
  const { rows, remarks } = await runContest(field, place, outcome, 2);
  expect(rows.map(({ what }) => what)).toEqual(["core"]);
  expect(remarks).toEqual([
    "wrong: 3 trades of 31 in all instead of 3 of 30",
    "late: 5 of 9 messages in 1 s",
  ]);
});

test("the chart has a dot for each row, further right the slower it is", async () => {
  const field = [contestant("core", null, [passes(10)]), contestant("slow", 8, [passes(1_000)])];
  const { rows } = await runContest(field, place, outcome, 1);
  const svg = coreChart([{ stream: "a <b>", rows }], "machine");
  const [core = 0, slow = 0] = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) =>
    Number(x),
  );
  expect(slow).toBeGreaterThan(core);
  expect(svg).toContain("a &lt;b>");
});
