import { afterEach, describe, expect, test } from "bun:test";

import { ManualClock } from "../clock/clock-manual.ts";
import { createMemoryTracer } from "./tracer-memory.ts";
import { openTracer } from "./tracer-open.ts";
import { endAfter, noTracer } from "./tracer.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";

const traceID = "4bf92f3577b34da6a3ce929d0e0e4736";
const sampled = `00-${traceID}-00f067aa0ba902b7-01`;
const unsampled = `00-${traceID}-00f067aa0ba902b7-00`;

describe("A traceparent", () => {
  test("is read and written as W3C has it", () => {
    const context = { traceID, spanID: "00f067aa0ba902b7", sampled: true };
    expect(parseTraceparent(sampled)).toEqual(context);
    expect(formatTraceparent(context)).toBe(sampled);
    expect(parseTraceparent(unsampled)?.sampled).toBe(false);
    expect(parseTraceparent(`01-${traceID}-00f067aa0ba902b7-03-more`)?.sampled).toBe(true);
  });

  test("of another shape is none", () => {
    for (const text of [
      "",
      "x".repeat(10_000),
      sampled.toUpperCase(),
      `${sampled}-more`,
      `ff-${traceID}-00f067aa0ba902b7-01`,
      `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
      `00-${traceID}-${"0".repeat(16)}-01`,
      ` ${sampled}`,
      `${sampled}\n`,
    ]) {
      expect(parseTraceparent(text), text.slice(0, 80)).toBeNull();
    }
  });
});

describe("A tracer", () => {
  test("samples the share it was told of", () => {
    for (const [sampleRatio, least, most] of [
      [0, 0, 0],
      [0.1, 800, 1200],
      [1, 10_000, 10_000],
    ] as const) {
      const { tracer } = createMemoryTracer({ sampleRatio });
      let count = 0;
      for (let round = 0; round < 10_000; round++) {
        if (tracer.startTrace("request", null) !== null) count++;
      }
      expect(count).toBeGreaterThanOrEqual(least);
      expect(count).toBeLessThanOrEqual(most);
    }
  });

  test("does as the caller's traceparent says, for a bounded number a second", () => {
    const clock = new ManualClock(0);
    const { tracer } = createMemoryTracer({ sampleRatio: 0, clock });
    expect(tracer.startTrace("request", unsampled)).toBeNull();
    expect(tracer.startTrace("request", "nonsense")).toBeNull();
    expect(tracer.startTrace("request", sampled)?.traceID).toBe(traceID);
    const askedFor = (): number =>
      Array.from({ length: 1000 }, () => tracer.startTrace("request", sampled)).filter(
        (span) => span !== null,
      ).length;
    expect(askedFor()).toBe(99);
    clock.advance(1000);
    expect(askedFor()).toBe(100);
    const eager = createMemoryTracer({ sampleRatio: 1 }).tracer;
    expect(eager.startTrace("request", unsampled)).toBeNull();
  });

  test("starts a span below a sampled one, and below nothing else", () => {
    const { tracer } = createMemoryTracer();
    expect(tracer.startSpan("child", undefined)).toBeNull();
    expect(tracer.startSpan("child", unsampled)).toBeNull();
    expect(tracer.startSpan("child", "nonsense")).toBeNull();
    const child = tracer.startSpan("child", sampled);
    expect(child?.traceID).toBe(traceID);
  });

  test("keeps names, parents, attributes, links and failures", () => {
    const memory = createMemoryTracer();
    const { tracer } = memory;
    const root = tracer.startTrace("root", null, { kind: "server", attributes: { route: "/x" } });
    const child = tracer.startSpan("child", root?.traceparent, { links: [sampled, "nonsense"] });
    child?.set({ offset: 7, text: "x".repeat(1000) });
    child?.fail("it broke");
    child?.end();
    root?.end();
    const [first, second] = memory.ended;
    expect(first).toMatchObject({
      name: "child",
      failure: "it broke",
      linkedTraceIDs: [traceID],
      attributes: { offset: 7, text: "x".repeat(256) },
      parentSpanID: second?.spanID ?? "",
      traceID: root?.traceID ?? "",
    });
    expect(second).toMatchObject({
      name: "root",
      parentSpanID: null,
      failure: null,
      attributes: { route: "/x" },
    });
  });

  test("tells the running work its span, across awaits and apart from other work", async () => {
    const { tracer } = createMemoryTracer();
    const work = async (): Promise<string | undefined> => {
      await new Promise((resolve) => setImmediate(resolve));
      return tracer.current?.traceID;
    };
    const spans = [tracer.startTrace("a", null), tracer.startTrace("b", null)];
    const seen = spans.map((span) => (span === null ? null : tracer.within(span, work)));
    expect(await work()).toBeUndefined();
    expect(await Promise.all(seen.filter((each) => each !== null))).toEqual(
      spans.map((span) => span?.traceID),
    );
    expect(tracer.current).toBeNull();
  });

  test("ends a span after work that failed, and marks it", async () => {
    const memory = createMemoryTracer();
    const span = memory.tracer.startTrace("work", null);
    const failure = new TypeError("no");
    const ended = endAfter(span, Promise.reject(failure)).catch((error: unknown) => error);
    expect(await ended).toBe(failure);
    expect(memory.ended[0]?.failure).toBe("TypeError: no");
    expect(await endAfter(null, Promise.resolve(1))).toBe(1);
  });
});

test("no tracer traces nothing, and runs the work", async () => {
  expect(noTracer.startTrace("x", sampled)).toBeNull();
  expect(noTracer.startSpan("x", sampled)).toBeNull();
  expect(noTracer.current).toBeNull();
  expect(await openTracer({ service: "s", instance: "i", url: "", sampleRatio: 1 })).toBe(noTracer);
});

describe("A tracer on a collector", () => {
  const servers: Bun.Server<undefined>[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop(true);
  });

  function openCollector(status: () => number): { url: string; bodies: Collected[] } {
    const bodies: Collected[] = [];
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async (request) => {
        bodies.push({ path: new URL(request.url).pathname, body: await request.json() });
        return new Response("{}", { status: status() });
      },
    });
    servers.push(server);
    return { url: `${server.url.origin}/v1/traces`, bodies };
  }

  test("sends spans over OTLP/HTTP, with who it is, at the latest when it is closed", async () => {
    const { url, bodies } = openCollector(() => 200);
    const tracer = await openTracer({ service: "gateway", instance: "g1", url, sampleRatio: 1 });
    const span = tracer.startTrace("POST /v1/orders", null);
    span?.end();
    await tracer.close();
    expect(bodies[0]?.path).toBe("/v1/traces");
    const text = JSON.stringify(bodies[0]?.body);
    for (const part of [span?.traceID ?? "", "POST /v1/orders", `"gateway"`, `"g1"`]) {
      expect(text).toContain(part);
    }
    expect(tracer.stats).toEqual({ exportedCount: 1, lostCount: 0 });
  });

  test("counts what the collector does not take, says so once, and lets the work go on", async () => {
    const { url } = openCollector(() => 400);
    const warnings: string[] = [];
    const logger = { warn: (_: object, message: string) => void warnings.push(message) };
    const options = { service: "gateway", instance: "g1", url, sampleRatio: 1, logger };
    const tracer = await openTracer(options);
    tracer.startTrace("request", null)?.end();
    await tracer.close();
    expect(tracer.stats).toEqual({ exportedCount: 0, lostCount: 1 });
    expect(warnings).toHaveLength(1);
  });
});

interface Collected {
  readonly path: string;
  readonly body: unknown;
}
