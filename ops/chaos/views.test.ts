import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bootstrap, defineInstrument, defineTrader } from "../bootstrap.ts";
import { mintToken, signingKey } from "../keys.ts";
import { SeededRandom } from "../seeded-random.ts";
import { VenueClient } from "../venue-client.ts";
import { openVenue } from "../venue.ts";
import type { Venue } from "../venue.ts";
import { checkJournal } from "./journal-check.ts";
import { Journal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { ChaosClient, chaosInstrument } from "./load.ts";
import { LogAudit } from "./log-audit.ts";
import { checkViews } from "./views.ts";
import type { ViewCheckOptions } from "./views.ts";

const accountIDs = [5001, 5002, 5003];
const dataDir = mkdtempSync(join(tmpdir(), "orderbook-chaos-views-"));
const journal = new Journal();
let venue: Venue;
let traders: { accountID: number; token: string }[] = [];

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
  traders = await Promise.all(
    accountIDs.map(async (accountID) => {
      const key = await signingKey(null, `chaos-${accountID}`, accountID);
      await defineTrader(admin, key, `chaos-${accountID}`);
      return { accountID, token: await mintToken(key, ["read", "trade"]) };
    }),
  );
  await defineInstrument(admin, chaosInstrument);
  await venue.readsReady;
  await trade(400);
}, 60_000);

afterAll(async () => {
  await venue.close();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

async function trade(attemptCount: number): Promise<void> {
  const stopping = new AbortController();
  const trading = traders.map(({ accountID, token }, number) => {
    const random = new SeededRandom(number);
    const client = new ChaosClient({ number, accountID, run: "views", random, journal });
    return client.trade(new VenueClient(venue.url, token), stopping.signal);
  });
  while (journal.attempts.length < attemptCount) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  stopping.abort();
  await Promise.all(trading);
}

/** What the log says, freshly read, for a test to spoil. */
async function options(): Promise<ViewCheckOptions> {
  const ledger = new Ledger(accountIDs);
  const audit = new LogAudit(ledger);
  await audit.advance(venue.log);
  const file = { url: venue.url, clickhouse: await venue.analyticsReady };
  const { symbol } = chaosInstrument;
  const places = { file, symbol, otherSymbols: ["BTC-USD"], log: venue.log };
  return { ...places, audit, ledger, traders, thorough: true, catchUpMsMax: 10_000 };
}

async function promises(spoiled: ViewCheckOptions): Promise<string[]> {
  const violations = await checkViews({ ...spoiled, catchUpMsMax: 500 });
  return [...new Set(violations.map(({ promise }) => promise))];
}

describe("the check of the views", () => {
  test("finds nothing in an honest venue", async () => {
    const honest = await options();
    expect(await checkViews(honest)).toEqual([]);
    expect(await checkViews({ ...honest, thorough: false })).toEqual([]);
    expect(honest.audit.violations).toEqual([]);
    expect(checkJournal(journal.attempts, honest.ledger)).toEqual([]);
    expect(honest.ledger.fills.length).toBeGreaterThan(20);
  }, 60_000);

  test("reports an order that Postgres has otherwise", async () => {
    const spoiled = await options();
    const order = spoiled.ledger.orders.values().find(({ cumQty }) => cumQty > 0);
    order!.cumQty += 1;
    expect(await promises(spoiled)).toEqual(["PostgresIsTheFold"]);
  }, 60_000);

  test("reports an open order that Postgres lacks, without reading every row", async () => {
    const spoiled = { ...(await options()), thorough: false };
    const order = spoiled.ledger.orders.values().find(({ leavesQty }) => leavesQty > 0);
    order!.leavesQty += 1;
    expect(await promises(spoiled)).toEqual(["PostgresIsTheFold"]);
  }, 60_000);

  test("reports a fill that a view has twice or not at all", async () => {
    const spoiled = await options();
    const taken = spoiled.ledger.fills.findIndex(({ isTaker }) => isTaker);
    spoiled.ledger.fills.splice(taken, 1);
    const views = ["PostgresIsTheFold"];
    if (spoiled.file.clickhouse !== null) views.push("ClickhouseIsTheFold");
    expect(await promises(spoiled)).toEqual(views);
  }, 60_000);

  test("reports a book with an order too many or in another place", async () => {
    const spoiled = await options();
    const instrument = spoiled.audit.oracle
      .state()
      .instruments.find(({ symbol }) => symbol === chaosInstrument.symbol);
    const side = [instrument!.bids, instrument!.asks].find((orders) => orders.length > 0);
    side!.push({ ...side![0]!, entryRptSeq: 1 });
    expect(await promises(spoiled)).toEqual(["BookIsTheFold"]);
  }, 60_000);
});
