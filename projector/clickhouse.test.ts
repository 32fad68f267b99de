import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { Dice } from "../engine/oracle/dice.ts";
import { openClickhouse } from "../ports/analytics/analytics-clickhouse.ts";
import { AnalyticsError } from "../ports/analytics/analytics.ts";
import type { Analytics } from "../ports/analytics/analytics.ts";
import { clickhouseMissing, startTestClickhouse } from "../ports/analytics/clickhouse.fixture.ts";
import type { ClickhouseProcess } from "../ports/analytics/clickhouse-process.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { Side } from "../schema/generated/enums.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import { ClickhouseFold } from "./clickhouse.ts";
import { eventLogOf } from "./event-log.fixture.ts";
import { dumpClickhouse, FlakyAnalytics, randomBatches } from "./stores.fixture.ts";

const missing = clickhouseMissing();
const runs = missing === null ? describe : describe.skip;

runs(`ClickhouseFold${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let server: ClickhouseProcess;
  let analytics: Analytics;
  let bodies: readonly FoldedBody[];
  /** What one pass, block by block, comes to. */
  let whole: Record<string, readonly unknown[]>;

  beforeAll(async () => {
    server = await startTestClickhouse();
    analytics = openClickhouse(server);
    await analytics.reset();
    const eventLog = await eventLogOf({ clock: systemClock, seed: 9, commandCount: 900 });
    bodies = cutAtLastTick(await eventLog.bodies());
    const fold = new ClickhouseFold(analytics, 0);
    await fold.load();
    for (const body of bodies) await fold.apply([body], false);
    whole = await dumpClickhouse(analytics);
  }, 60_000);
  afterAll(async () => {
    await analytics.close();
    await server.close();
  });

  test("rule 40: writes each trade once, and candles that count each trade once", async () => {
    const trades = bodies.flatMap(({ events }) => events.filter(({ kind }) => kind === "Trade"));
    expect(trades.length).toBeGreaterThan(10);
    expect(whole["trades"]).toHaveLength(trades.length);
    const [counted] = await analytics.query<{ n: string }>(
      "SELECT sum(tradeCount) AS n FROM orderbook.candles",
    );
    expect(Number(counted?.n)).toBe(trades.length);
  });

  test("writes each indication of an auction once, and its trades without an aggressor", async () => {
    const events = bodies.flatMap((body) => body.events);
    const indications = events.filter(({ kind }) => kind === "AuctionIndication");
    expect(indications.length).toBeGreaterThan(10);
    expect(whole["indications"]).toHaveLength(indications.length);
    const auctions = events.filter(
      (event) => event.kind === "Trade" && event.aggressorSide === Side.None,
    );
    const stored = await analytics.query<{ n: string }>(
      "SELECT count() AS n FROM orderbook.trades WHERE aggressorSide = 'None'",
    );
    expect(Number(stored[0]?.n)).toBe(auctions.length);
  });

  test("writes an order event for each side of a trade, with the order as it stood then", async () => {
    const fills = await analytics.query(
      `SELECT count() AS n FROM orderbook.order_events WHERE execType = 'Trade'
       AND (lastPx IS NULL OR lastQty IS NULL OR cumQty < lastQty OR lastLiquidityInd = 'None')`,
    );
    expect(fills).toEqual([{ n: "0" }]);
    const sides = await analytics.query<{ n: string }>(
      "SELECT count() AS n FROM orderbook.order_events WHERE execType = 'Trade'",
    );
    expect(Number(sides[0]?.n)).toBe(2 * (whole["trades"]?.length ?? 0));
  });

  test("comes to the same tables however often inserts break and it starts again", async () => {
    for (const [number, mode] of [
      [1, "live"],
      [2, "behind"],
      [3, "mixed"],
    ] as const) {
      await analytics.reset();
      const dice = new Dice(number);
      const flaky = new FlakyAnalytics(analytics, dice);
      await foldWithCrashes(flaky, { bodies, dice, mode });
      expect(flaky.failureCount).toBeGreaterThan(mode === "behind" ? 0 : 5);
      expect(await dumpClickhouse(analytics)).toEqual(whole);
    }
  }, 60_000);

  test("sends one long block after the first for all that it found on the log, with bounds written down", async () => {
    await analytics.reset();
    const first = new ClickhouseFold(analytics, 0);
    await first.load();
    await first.apply(bodies.slice(0, -1), true);
    const afterFirstBlock = first.position;
    await first.apply(bodies.slice(-1), false);
    expect(afterFirstBlock?.seqNum).toBe(1 + bodies.findIndex(hasTick));
    expect(first.position).toEqual(bodies.at(-1)?.position ?? null);
    const intents = await analytics.query("SELECT * FROM orderbook.block_intents");
    expect(intents).toHaveLength(1);
    expect(await dumpClickhouse(analytics)).toEqual(whole);
  });

  test("sends nothing of a block that has not ended", async () => {
    await analytics.reset();
    const unended = bodies.slice(0, bodies.findIndex(hasTick));
    const fold = new ClickhouseFold(analytics, 0);
    await fold.load();
    await fold.apply(unended, false);
    expect(fold.position).toBeNull();
    const [found] = await analytics.query("SELECT count() AS n FROM orderbook.order_events");
    expect(found).toEqual({ n: "0" });
  });
});

/** Whatever follows the last tick waits for the next one. */
function cutAtLastTick(bodies: readonly FoldedBody[]): readonly FoldedBody[] {
  return bodies.slice(0, bodies.findLastIndex(hasTick) + 1);
}

function hasTick({ events }: FoldedBody): boolean {
  return events.some(({ kind }) => kind === "TimeTicked");
}

/** After a failure it either tries again or is another process, which knows only what stands. */
async function foldWithCrashes(
  analytics: Analytics,
  run: { bodies: readonly FoldedBody[]; dice: Dice; mode: "live" | "behind" | "mixed" },
): Promise<void> {
  const { bodies, dice, mode } = run;
  const last = bodies.at(-1)?.position.seqNum ?? 0;
  let fold = new ClickhouseFold(analytics, 0);
  for (let done = false; !done;) {
    const from = (await fold.load())?.seqNum ?? 0;
    const rest = bodies.slice(from);
    done = rest.length === 0;
    for (const batch of randomBatches(rest, dice, 80)) {
      const isLast = batch.at(-1)?.position.seqNum === last;
      const behind = !isLast && (mode === "behind" || (mode === "mixed" && dice.upTo(1) === 0));
      const outcome = await applyOrCrash(fold, { batch, behind, dice });
      if (outcome === "Crashed") break;
      if (isLast) done = true;
    }
    fold = new ClickhouseFold(analytics, 0);
  }
}

async function applyOrCrash(
  fold: ClickhouseFold,
  step: { batch: readonly FoldedBody[]; behind: boolean; dice: Dice },
): Promise<"Applied" | "Crashed"> {
  for (;;) {
    try {
      await fold.apply(step.batch, step.behind);
      return "Applied";
    } catch (error) {
      if (!(error instanceof AnalyticsError) || error.code !== "Unavailable") throw error;
      if (step.dice.upTo(1) === 0) return "Crashed";
    }
  }
}
