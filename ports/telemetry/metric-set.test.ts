import { expect, test } from "bun:test";

import { BucketCounts } from "./bucket-counts.ts";
import { joinedText, MetricSet } from "./metric-set.ts";
import { parseMetrics } from "./metrics-text.fixture.ts";

test("what is counted, set and observed stands in the text, and each kind under its type", async () => {
  const set = new MetricSet("test", { process: false });
  const refuse = set.tally({ name: "refusals_total", help: "h", labels: ["code"] });
  const observe = set.histogram({ name: "request_seconds", help: "h", labels: ["route"] });
  let lag = 3;
  set.gauge({ name: "lag_records", help: "h", labels: ["partition"] }, (setValue) => {
    setValue(lag, { partition: 0 });
  });
  set.counter({ name: "commands_total", help: "h" }, (setValue) => setValue(41));
  refuse({ code: "Overloaded" });
  refuse({ code: "Overloaded" }, 2);
  observe(0.0004, { route: `GET "/x"\n` });
  const first = parseMetrics(await set.text());
  expect(first.value("orderbook_test_refusals_total", { code: "Overloaded" })).toBe(3);
  expect(first.value("orderbook_test_lag_records", { partition: "0" })).toBe(3);
  expect(first.value("orderbook_test_commands_total")).toBe(41);
  expect(first.value("orderbook_test_request_seconds_bucket", { le: "0.0005" })).toBe(1);
  expect(first.value("orderbook_test_request_seconds_bucket", { le: "0.0003" })).toBe(0);
  expect(Object.fromEntries(first.types)).toEqual({
    orderbook_test_refusals_total: "counter",
    orderbook_test_request_seconds: "histogram",
    orderbook_test_lag_records: "gauge",
    orderbook_test_commands_total: "counter",
  });
  lag = 4;
  const second = parseMetrics(await set.text());
  expect(second.value("orderbook_test_lag_records")).toBe(4);
  expect(second.value("orderbook_test_commands_total")).toBe(41);
});

test("a series that is not read any more is gone", async () => {
  const set = new MetricSet("test", { process: false });
  let partitions = [0, 1];
  set.gauge({ name: "seqnum", help: "h", labels: ["partition"] }, (setValue) => {
    for (const partition of partitions) setValue(1, { partition });
  });
  expect(parseMetrics(await set.text()).samples).toHaveLength(2);
  partitions = [1];
  expect(parseMetrics(await set.text()).samples).toHaveLength(1);
});

test("a histogram of a hot loop is one of Prometheus', in seconds", async () => {
  const set = new MetricSet("test", { process: false });
  const counts = new BucketCounts();
  for (const ns of [100, 1000, 3000, 1e9]) counts.record(ns);
  set.recorded({ name: "apply_seconds", help: "h" }, (setValue) =>
    setValue(counts, { partition: 2 }),
  );
  const parsed = parseMetrics(await set.text());
  expect(parsed.types.get("orderbook_test_apply_seconds")).toBe("histogram");
  const buckets = parsed.samples.filter(({ name }) => name.endsWith("_bucket"));
  expect(buckets[0]?.labels).toEqual({ partition: "2", le: "2.56e-7" });
  expect(buckets.map(({ value }) => value)).toEqual(
    buckets.map(({ value }) => value).toSorted((a, b) => a - b),
  );
  expect(parsed.value("orderbook_test_apply_seconds_bucket", { le: "+Inf" })).toBe(4);
  expect(parsed.value("orderbook_test_apply_seconds_bucket", { le: "0.000001024" })).toBe(2);
  expect(parsed.value("orderbook_test_apply_seconds_count")).toBe(4);
  expect(parsed.value("orderbook_test_apply_seconds_sum")).toBeCloseTo(1.0000041, 9);
});

test("the process tells of its memory, its CPU, its collector and its event loop", async () => {
  const set = new MetricSet("test");
  const blockedUntil = performance.now() + 60;
  await Bun.sleep(30);
  while (performance.now() < blockedUntil + 60);
  await Bun.sleep(30);
  const gc = async (): Promise<number> => {
    Bun.gc(true);
    await new Promise((resolve) => setImmediate(resolve));
    return parseMetrics(await set.text()).value("orderbook_test_gc_cycles_total");
  };
  const parsed = parseMetrics(await set.text());
  expect(
    parsed.value("orderbook_test_event_loop_delay_seconds", { quantile: "1" }),
  ).toBeGreaterThan(0.03);
  expect(parsed.value("orderbook_test_resident_memory_bytes")).toBeGreaterThan(1e6);
  expect(parsed.value("orderbook_test_heap_bytes")).toBeGreaterThan(1e5);
  expect(parsed.value("orderbook_test_cpu_seconds_total")).toBeGreaterThan(0);
  const before = await gc();
  let after = before;
  for (let tries = 0; tries < 50 && after === before; tries++) after = await gc();
  expect(after).toBeGreaterThan(before);
});

test("sets of one process make one text", async () => {
  const sets = ["one", "two"].map((service) => new MetricSet(service));
  const parsed = parseMetrics(await joinedText([...sets, { text: async () => "" }]));
  expect(parsed.value("orderbook_one_uptime_seconds")).toBeGreaterThan(0);
  expect(parsed.value("orderbook_two_uptime_seconds")).toBeGreaterThan(0);
});
