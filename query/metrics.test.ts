import { afterAll, beforeAll, expect, test } from "bun:test";

import { parseMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import type { ParsedMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import { awayReadDb, queryOn } from "./query.fixture.ts";
import type { TestQuery } from "./query.fixture.ts";
import { TestVenue } from "./venue.fixture.ts";

let venue: TestVenue;
let reads: TestQuery;

beforeAll(async () => {
  venue = new TestVenue();
  await venue.open();
  await venue.define("BTC-USD", [1]);
  reads = queryOn(venue, { readDb: awayReadDb });
  await reads.query.start();
});
afterAll(async () => {
  await reads.query.close();
  await venue.log.close();
});

async function metrics(): Promise<ParsedMetrics> {
  return parseMetrics(await (await reads.get("/metrics")).text());
}

test("reads are counted and timed by route, refusals and alarms by what they are", async () => {
  const before = (await metrics()).samples.length;
  await reads.get("/v1/instruments");
  await reads.get("/v1/instruments/NO-SUCH/book");
  await reads.get("/v1/instruments/NO-SUCH-EITHER/book");
  await reads.get("/v1/positions", { "x-orderbook-account": "1001" });
  await reads.get("/no/such/place");
  const after = await metrics();
  expect(after.samples.length).toBeGreaterThan(before);
  const requests = (route: string, status: string): number =>
    after.value("orderbook_query_requests_total", { route, status });
  expect(requests("GET /v1/instruments", "200")).toBe(1);
  expect(requests("GET /v1/instruments/:symbol/book", "404")).toBe(2);
  expect(requests("GET /v1/positions", "503")).toBe(1);
  expect(requests("other", "404")).toBe(1);
  const seconds = "orderbook_query_request_seconds_count";
  expect(after.value(seconds, { route: "GET /v1/instruments/:symbol/book" })).toBe(2);
  expect(after.value("orderbook_query_refusals_total", { code: "UnknownSymbol" })).toBe(2);
  const alarm = { error: "ReadDbError Unavailable" };
  expect(after.value("orderbook_query_alarms_total", alarm)).toBeGreaterThan(0);
});

test("the books tell how far they are", async () => {
  const parsed = await metrics();
  expect(parsed.value("orderbook_query_books_serving", { partition: "0" })).toBe(1);
  expect(parsed.value("orderbook_query_books_seqnum", { partition: "0" })).toBeGreaterThan(0);
  const age = Date.now() - venue.clock.now();
  expect(parsed.value("orderbook_query_books_age_seconds", { partition: "0" })).toBeCloseTo(
    age / 1000,
    -1,
  );
  expect(parsed.value("orderbook_query_streams")).toBe(0);
});

test("nobody without the secret sees them", async () => {
  const answer = await reads.query.fetch(new Request("http://query.test/metrics"));
  expect(answer?.status).toBe(403);
});
