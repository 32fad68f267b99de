import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import type { ParsedMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import { openTracer } from "../ports/telemetry/tracer-open.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { bootstrap } from "./bootstrap.ts";
import type { Cast } from "./bootstrap.ts";
import { openCollector, traceOf } from "./collector.fixture.ts";
import type { CollectedSpan } from "./collector.fixture.ts";
import { openVenue } from "./venue.ts";
import type { Venue } from "./venue.ts";

// The stores share a busy machine with other tests.
setDefaultTimeout(120_000);

const dataDir = mkdtempSync(join(tmpdir(), "orderbook-telemetry-"));
const collector = openCollector();
let tracer: Tracer;
let venue: Venue;
let cast: Cast;
let hasClickhouse: boolean;

beforeAll(async () => {
  const { url } = collector;
  tracer = await openTracer({ service: "venue", instance: "test", url, sampleRatio: 0 });
  venue = await openVenue({
    dataDir,
    port: 0,
    partitionCount: 1,
    reads: true,
    analytics: true,
    tickMs: 200,
    tracer,
    tracesUrl: url,
    onNotice: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  cast = await bootstrap(venue, null);
  await venue.readsReady;
  hasClickhouse = (await venue.analyticsReady) !== null;
});

afterAll(async () => {
  await venue.close();
  await tracer.close();
  await collector.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function place(fields: object, headers: Record<string, string> = {}): Promise<number> {
  const order = { symbol: "BTC-USD", side: "Buy", ordType: "Limit", orderQty: "0.01", ...fields };
  const answer = await fetch(`${venue.url}/v1/orders`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${cast.traders[0]?.token ?? ""}`,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(order),
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(20);
}

test("one order's trace goes from its request over both logs into both projections, in order, under one id", async () => {
  const traceID = "4bf92f3577b34da6a3ce929d0e0e4736";
  const parentSpanID = "00f067aa0ba902b7";
  const traceparent = `00-${traceID}-${parentSpanID}-01`;
  expect(await place({ price: "100", clOrdID: "traced" }, { traceparent })).toBe(201);
  const path = ["POST /v1/orders", "orders append", "apply NewOrderSingle", "order-events append"];
  const views = ["Postgres transaction", ...(hasClickhouse ? ["ClickHouse block"] : [])];
  const trace = await traceOf(collector, traceID, [...path, ...views]);

  let parent: CollectedSpan | null = null;
  for (const name of path) {
    const span = trace.get(name);
    expect(span?.parentSpanID, name).toBe(parent?.spanID ?? parentSpanID);
    if (parent !== null) expect(span?.startedAt, name).toBeGreaterThanOrEqual(parent.startedAt);
    expect(span?.service).toBe("venue");
    parent = span ?? null;
  }
  for (const name of views) {
    const span = trace.get(name);
    expect(span).toMatchObject({ service: "venue-reads", parentSpanID: parent?.spanID ?? "" });
    expect(span?.startedAt ?? 0n, name).toBeGreaterThanOrEqual(parent?.startedAt ?? 0n);
  }
  expect(trace.get("POST /v1/orders")?.attributes).toMatchObject({
    clOrdID: "traced",
    "http.response.status_code": 201,
  });
});

test("orders of one transaction or block keep a trace each, linked to the others'", async () => {
  const ids = ["a", "b", "c"].map((letter) => letter.repeat(32));
  const traces = ids.map((id, index) =>
    place({ price: `10${index}` }, { traceparent: `00-${id}-00f067aa0ba902b7-01` }),
  );
  expect(await Promise.all(traces)).toEqual([201, 201, 201]);
  if (!hasClickhouse) return;
  const blocks = (): CollectedSpan[] =>
    collector.spans.filter(
      ({ name, traceID }) => name === "ClickHouse block" && ids.includes(traceID),
    );
  await until(() => blocks().length === ids.length);
  for (const { traceID, linkedTraceIDs } of blocks()) {
    expect(linkedTraceIDs.every((id) => ids.includes(id) && id !== traceID)).toBe(true);
  }
  const together = Map.groupBy(blocks(), ({ attributes }) => attributes["seqNum"]);
  for (const span of [...together.values()].flat()) {
    const others = together.get(span.attributes["seqNum"])?.length ?? 0;
    expect(span.linkedTraceIDs).toHaveLength(others - 1);
  }
});

test("what nobody asked to trace leaves no header and no span", async () => {
  const before = await venue.log.endOffset("orders", 0);
  const spanCount = collector.spans.length;
  expect(await place({ price: "99" })).toBe(201);
  const [record] = await venue.log.read("orders", 0, before, 1);
  expect(record).toBeDefined();
  expect("headers" in (record ?? {})).toBe(false);
  expect(collector.spans.length).toBe(spanCount);
});

test("the venue's one door tells the metrics of gateway, engine, projector and query, and they move", async () => {
  const read = async (): Promise<ParsedMetrics> =>
    parseMetrics(await (await fetch(`${venue.url}/metrics`)).text());
  const before = await read();
  expect(await place({ price: "98" })).toBe(201);
  await fetch(`${venue.url}/v1/instruments`);
  const counters = [
    ["orderbook_gateway_command_seconds_count", {}],
    ["orderbook_engine_commands_total", { partition: "0" }],
    ["orderbook_engine_apply_seconds_count", { partition: "0" }],
    ["orderbook_engine_events_total", { kind: "OrderAccepted" }],
    ["orderbook_projector_bodies_total", { store: "Postgres" }],
    ["orderbook_projector_write_seconds_count", { store: "Postgres" }],
  ] as const;
  await until(async () => {
    const after = await read();
    return counters.every(
      ([name, labels]) => after.value(name, labels) > before.value(name, labels),
    );
  });
  const after = await read();
  const route = { route: "GET /v1/instruments", status: "200" };
  expect(after.value("orderbook_query_requests_total", route)).toBeGreaterThan(0);
  const services = new Set(after.samples.map(({ name }) => name.split("_")[1] ?? ""));
  expect([...services].toSorted()).toEqual(["engine", "gateway", "projector", "query"]);
});
