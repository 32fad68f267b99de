import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import { parseMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import type { ParsedMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import { createProcessLog } from "../ports/telemetry/process-log.ts";
import { createMemoryTracer } from "../ports/telemetry/tracer-memory.ts";
import { Topic } from "../schema/topics.ts";
import { TestVenue } from "./venue.fixture.ts";

const traceID = "4bf92f3577b34da6a3ce929d0e0e4736";
const sampled = { traceparent: `00-${traceID}-00f067aa0ba902b7-01` };
const memory = createMemoryTracer({ sampleRatio: 0 });
const lines: string[] = [];
const logger = createProcessLog({
  service: "gateway",
  level: "debug",
  write: (line) => lines.push(line),
});
let logIsAway = false;
let venue: TestVenue;

beforeAll(async () => {
  const metricsSources = [{ text: async () => "# TYPE orderbook_other gauge\northerbook_x 1" }];
  venue = await TestVenue.open({
    gateway: { tracer: memory.tracer, logger, metricsSources },
    wrapLog: failing,
  });
});
afterAll(() => venue.close());

/** The log, and at times nobody answers. */
function failing(log: Log): Log {
  return new Proxy(log, {
    get(target, name) {
      if (name === "append" && logIsAway) {
        return () => Promise.reject(new LogError("Unavailable", "nobody answers"));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

async function metrics(): Promise<ParsedMetrics> {
  const answer = await venue.gateway.fetch(new Request("http://venue.test/metrics"));
  return parseMetrics((await answer.text()).replace(/# TYPE orderbook_other.*\n.*\n/, ""));
}

function lastLine(): Record<string, unknown> {
  return JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>;
}

describe("A command whose caller traces it", () => {
  test("has a span for the request and one for its append, whose context stands beside the record", async () => {
    const before = memory.ended.length;
    const { status, body } = await venue.order({ clOrdID: "traced-1" }, { headers: sampled });
    expect(status).toBe(201);
    const [append, request, ...more] = memory.ended.slice(before);
    expect(more).toEqual([]);
    const identities = { command: "NewOrderSingle", clOrdID: "traced-1", orderID: body["orderID"] };
    expect(request).toMatchObject({
      name: "POST /v1/orders",
      traceID,
      parentSpanID: "00f067aa0ba902b7",
      failure: null,
      attributes: {
        "http.request.method": "POST",
        "http.route": "/v1/orders",
        "http.response.status_code": 201,
        ...identities,
      },
    });
    expect(append).toMatchObject({
      name: "orders append",
      traceID,
      parentSpanID: request?.spanID ?? "",
      attributes: identities,
    });
    const records = await venue.log.read(Topic.Orders, 0, 0, 10_000);
    const beside = records.map(({ headers }) => headers).filter((each) => each !== undefined);
    expect(beside).toEqual([{ traceparent: `00-${traceID}-${append?.spanID}-01` }]);
  });

  test("is marked where the log fails, and so is its answer's line", async () => {
    logIsAway = true;
    const before = memory.ended.length;
    const { status } = await venue.order({ clOrdID: "lost-1" }, { headers: sampled });
    logIsAway = false;
    expect(status).toBe(503);
    expect(memory.ended.slice(before).map(({ name, failure }) => [name, failure])).toEqual([
      ["orders append", "LogError: nobody answers"],
      ["POST /v1/orders", null],
    ]);
    expect(lastLine()).toMatchObject({
      level: "error",
      code: "LogUnavailable",
      route: "POST /v1/orders",
      traceID,
      error: { name: "LogError", code: "Unavailable" },
    });
  });

  test("and others that come at the same time keep their traces apart", async () => {
    const before = memory.ended.length;
    const ids = Array.from({ length: 20 }, (_, index) => String(index).padStart(32, "a"));
    await Promise.all(
      ids.map((id, index) =>
        venue.order(
          { clOrdID: `apart-${index}` },
          index % 2 === 0 ? { headers: { traceparent: `00-${id}-00f067aa0ba902b7-01` } } : {},
        ),
      ),
    );
    const spans = memory.ended.slice(before);
    expect(spans).toHaveLength(20);
    for (const { traceID: id, attributes } of spans) {
      expect(attributes["clOrdID"]).toBe(`apart-${ids.indexOf(id)}`);
    }
  });
});

test("without a caller who traces it, and at ratio 0, nothing is traced", async () => {
  const before = memory.ended.length;
  const headers = { traceparent: `00-${traceID}-00f067aa0ba902b7-00` };
  await venue.order({ clOrdID: "plain-1" });
  await venue.order({ clOrdID: "plain-2" }, { headers });
  await venue.request("GET", "/v1/instruments", { headers: sampled });
  expect(memory.ended).toHaveLength(before);
  const records = await venue.log.read(Topic.Orders, 0, 0, 10_000);
  expect(records.slice(-3).some((record) => "headers" in record)).toBe(false);
});

test("a refusal is a debug line with what it is about, and counted by its code", async () => {
  const before = await metrics();
  const fields = { clOrdID: "refused-1", price: "100.001" };
  const { status } = await venue.order(fields, { headers: sampled });
  expect(status).toBe(422);
  expect(lastLine()).toMatchObject({
    level: "debug",
    code: "InvalidPriceIncrement",
    status: 422,
    route: "POST /v1/orders",
    traceID,
  });
  const cancel = await venue.request("DELETE", "/v1/orders/01234567-89ab-8def-8123-456789abcdef");
  expect(cancel.status).toBe(404);
  expect(lastLine()).toMatchObject({ level: "debug", code: "UnknownOrder" });
  const labels = { code: "InvalidPriceIncrement" };
  const after = await metrics();
  expect(after.value("orderbook_gateway_refusals_total", labels)).toBe(1);
  expect(before.samples.some(({ labels: of }) => of["code"] === labels.code)).toBe(false);
});

test("metrics count requests and outcomes, tell the fold, and show what else the process has", async () => {
  const before = await metrics();
  await venue.order({ clOrdID: "counted-1" });
  const after = await metrics();
  const name = "orderbook_gateway_requests_total";
  const labels = { route: "POST /v1/orders", status: "201" };
  expect(after.value(name, labels)).toBe(before.value(name, labels) + 1);
  const count = "orderbook_gateway_command_seconds_count";
  expect(after.value(count)).toBe(before.value(count) + 1);
  expect(after.value("orderbook_gateway_fold_failed", { partition: "0" })).toBe(0);
  expect(after.value("orderbook_gateway_fold_age_seconds", { partition: "0" })).toBeLessThan(5);
  expect(after.value("orderbook_gateway_fold_seqnum", { partition: "0" })).toBeGreaterThan(5);
  expect(after.value("orderbook_gateway_spans_total", { outcome: "lost" })).toBe(0);
  const answer = await venue.gateway.fetch(new Request("http://venue.test/metrics"));
  expect(await answer.text()).toContain("\northerbook_x 1\n");
});
