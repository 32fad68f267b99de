import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bootstrap, defineInstrument, defineTrader } from "../../bootstrap.ts";
import { mintToken, signingKey } from "../../keys.ts";
import { SeededRandom } from "../../seeded-random.ts";
import { VenueClient } from "../../venue-client.ts";
import { openVenue } from "../../venue.ts";
import type { Venue } from "../../venue.ts";
import { Journal, verdictOf } from "../journal.ts";
import type { Attempt } from "../journal.ts";
import { ChaosClient, chaosInstrument } from "../load.ts";
import type { Trader } from "../views.ts";
import { EarlyOrders } from "./early-orders.ts";
import { Judge } from "./judge.ts";
import type { JudgeOptions } from "./judge.ts";
import { Operator } from "./operator.ts";

const dataDir = mkdtempSync(join(tmpdir(), "orderbook-chaos-judge-"));
const journal = new Journal();
const symbols = [chaosInstrument.symbol];
const random = new SeededRandom(5);
let venue: Venue;
let judged: JudgeOptions;

beforeAll(async () => {
  venue = await openVenue({
    dataDir,
    port: 0,
    partitionCount: 1,
    reads: true,
    analytics: true,
    tickMs: 200,
    onNotice: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  const { adminToken } = await bootstrap(venue, null);
  const admin = new VenueClient(venue.url, adminToken);
  const [early, ...traders] = await Promise.all([5999, 5001, 5002].map((id) => trader(admin, id)));
  if (early === undefined) throw new Error("There is an account for early orders");
  await defineInstrument(admin, chaosInstrument);
  await venue.readsReady;
  judged = await options(admin, { traders, early });
  await trade(traders);
  await beEarly(admin, early);
}, 240_000);

afterAll(async () => {
  await venue.close();
  rmSync(dataDir, { recursive: true, force: true });
}, 240_000);

async function trader(admin: VenueClient, accountID: number): Promise<Trader> {
  const key = await signingKey(null, `chaos-${accountID}`, accountID);
  await defineTrader(admin, key, `chaos-${accountID}`);
  return { accountID, token: await mintToken(key, ["read", "trade"]) };
}

async function options(
  admin: VenueClient,
  { traders, early }: { traders: readonly Trader[]; early: Trader },
): Promise<JudgeOptions> {
  const clickhouse = await venue.analyticsReady;
  if (clickhouse === null) throw new Error("This test wants ClickHouse");
  return {
    log: venue.log,
    journal,
    operator: new Operator(admin, journal),
    traders,
    symbols,
    url: venue.url,
    clickhouse,
    dataDir,
    others: [early],
    catchUpMsMax: 30_000,
  };
}

async function trade(traders: readonly Trader[]): Promise<void> {
  const stopping = new AbortController();
  const trading = traders.map(({ accountID, token }, number) => {
    const manner = { run: "judge", random: new SeededRandom(number), journal, symbols };
    const client = new ChaosClient({ number, accountID, ...manner });
    return client.persist(new VenueClient(venue.url, token), stopping.signal);
  });
  while (journal.attempts.length < 300) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  stopping.abort();
  await Promise.all(trading);
}

/** An order of each fate, and bytes that nobody can read, of which an operator discards some. */
async function beEarly(admin: VenueClient, { accountID, token }: Trader): Promise<void> {
  const owner = new VenueClient(venue.url, token);
  const early = new EarlyOrders({ log: venue.log, admin, owner, accountID, run: "J", journal });
  for (let count = 0; count < 6; count++) early.send(random);
  await early.sendGarbage(0, random);
  await early.settled();
  await new Judge(judged).check();
  await judged.operator.resolveOne(random);
}

async function promises(judge: Judge): Promise<string[]> {
  return [...new Set((await judge.check()).map(({ promise }) => promise))];
}

function firstDone(kind: Attempt["request"]["kind"]): Attempt {
  const attempt = journal.attempts.find(
    (each) => each.request.kind === kind && verdictOf(each) === "Done",
  );
  if (attempt === undefined) throw new Error(`No ${kind} was done`);
  return attempt;
}

describe("the judge of a venue", () => {
  test("finds nothing in an honest one, and has seen what is rare", async () => {
    const judge = new Judge(judged);
    expect(await judge.check()).toEqual([]);
    expect(await judge.checkThoroughly()).toEqual([]);
    const { claims, deferred, dead } = judge.counts;
    expect(claims).toBe(1);
    expect(deferred).toBeGreaterThan(5);
    expect(dead).toBeGreaterThan(0);
    expect(judged.operator.counts.discards + judged.operator.counts.replays).toBe(1);
  }, 60_000);

  test("reports an order that was acknowledged and is not on the log", async () => {
    const honest = firstDone("Place");
    const lost = { ...honest, request: { ...honest.request, orderID: strangeID(honest) } };
    journal.attempts.push(lost);
    expect(await promises(new Judge(judged))).toEqual(["AnswerIsOnTheLog", "AcceptedOnce"]);
    journal.attempts.pop();
  }, 60_000);

  test("reports an order that nobody asked for", async () => {
    const { request } = firstDone("Place");
    const kept = journal.attempts.splice(0);
    journal.attempts.push(...kept.filter((each) => orderOf(each) !== orderOf({ request })));
    expect(await promises(new Judge(judged))).toEqual(["NothingInvented"]);
    journal.attempts.splice(0, journal.attempts.length, ...kept);
  }, 60_000);
});

/** Of the same symbol. */
function strangeID(attempt: Attempt): string {
  return orderOf(attempt).slice(0, -4) + "0000";
}

function orderOf({ request }: Pick<Attempt, "request">): string {
  return request.kind === "MassCancel" ? "" : request.orderID;
}
