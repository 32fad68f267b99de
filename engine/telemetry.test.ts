import { describe, expect, test } from "bun:test";

import { createMemoryTracer } from "../ports/telemetry/tracer-memory.ts";
import { parseMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import type { AppendRecord, Log } from "../ports/log/log.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { frame } from "../schema/frame.ts";
import { DeadReasonName } from "../schema/generated/enums.ts";
import { Topic } from "../schema/topics.ts";
import { createEngineHost } from "./host.ts";
import type { EngineHost } from "./host.ts";
import { createEngineMetrics } from "./metrics.ts";
import { commandsOf, directPacker, foldOf, until } from "./partition.fixture.ts";

const traceID = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentID = "00f067aa0ba902b7";
const headers = { traceparent: `00-${traceID}-${parentID}-01` };

interface Rig {
  readonly log: Log;
  readonly host: EngineHost;
  serve(records: readonly AppendRecord[]): Promise<void>;
}

async function onHost(
  tracer: Tracer | undefined,
  work: (rig: Rig) => Promise<void>,
): Promise<void> {
  const log = createMemoryLog({ partitionCount: 1, clock: systemClock });
  const host = createEngineHost({
    log,
    snapshots: createMemorySnapshots(),
    clock: systemClock,
    partition: 0,
    node: "test",
    build: "test",
    tickMs: 2 ** 31 - 1,
    packer: directPacker,
    ...(tracer === undefined ? {} : { tracer }),
    onFatal: (error) => {
      throw error;
    },
  });
  const serve = async (records: readonly AppendRecord[]): Promise<void> => {
    const offsets = await log.append(Topic.Orders, 0, records);
    await until(() => host.stats?.commandOffset === offsets.at(-1));
    await until(() => host.stats?.foldedSeqNum === host.stats?.seqNum);
  };
  await host.start();
  try {
    await work({ log, host, serve });
  } finally {
    await host.stop();
    await log.close();
  }
}

function tick(more: Partial<AppendRecord> = {}): AppendRecord {
  return { key: null, value: frame({ kind: "TimeTick", sendingTime: 1 }), ...more };
}

describe("A sampled command", () => {
  test("has a span for its applying, one for its append, and that one's context beside its body", async () => {
    const memory = createMemoryTracer();
    await onHost(memory.tracer, async ({ log, serve }) => {
      await serve([tick(), tick({ headers }), tick()]);
      const [apply, append, ...more] = memory.ended;
      expect(more).toEqual([]);
      expect(apply).toMatchObject({
        name: "apply TimeTick",
        traceID,
        parentSpanID: parentID,
        attributes: { partition: 0, commandOffset: 1, seqNum: 2, eventCount: 1 },
      });
      expect(append).toMatchObject({
        name: "order-events append",
        traceID,
        parentSpanID: apply?.spanID ?? "",
        attributes: { partition: 0, seqNum: 2 },
      });
      const bodies = foldOf(await log.read(Topic.OrderEvents, 0, 0, 10));
      expect(bodies.map((body) => body.headers)).toEqual([
        undefined,
        { traceparent: `00-${traceID}-${append?.spanID}-01` },
        undefined,
      ]);
    });
  });

  test("of an owner without a tracer still has its context passed on", async () => {
    await onHost(undefined, async ({ log, serve }) => {
      const unsampled = { traceparent: `00-${traceID}-${parentID}-00` };
      await serve([tick({ headers }), tick({ headers: unsampled }), tick({ headers: { x: "y" } })]);
      const bodies = foldOf(await log.read(Topic.OrderEvents, 0, 0, 10));
      expect(bodies.map((body) => body.headers)).toEqual([headers, undefined, undefined]);
    });
  });
});

test("an owner's metrics tell commands, events, refusals, lag and times", async () => {
  await onHost(undefined, async ({ log, host, serve }) => {
    const worker = { hosts: [host], standbys: [], roles: ["Owner"] as const };
    const metrics = createEngineMetrics({ log, worker, process: false });
    const value = async (name: string, labels: Record<string, string> = {}): Promise<number> =>
      parseMetrics(await metrics.text()).value(`orderbook_engine_${name}`, {
        partition: "0",
        ...labels,
      });
    expect(await value("commands_total")).toBe(0);
    const records = commandsOf(7, 500).map((bytes) => ({ key: null, value: bytes }));
    await serve([...records, { key: null, value: new Uint8Array(9) }]);
    expect(await value("commands_total")).toBe(501);
    expect(await value("seqnum")).toBe(501);
    expect(await value("lag_records")).toBe(0);
    expect(await value("unfolded_records")).toBe(0);
    expect(await value("apply_seconds_count")).toBe(501);
    expect(await value("apply_seconds_bucket", { le: "+Inf" })).toBe(501);
    expect(await value("apply_seconds_sum")).toBeGreaterThan(0);
    expect(await value("rejects_total", { reason: "Undecodable" })).toBeGreaterThanOrEqual(1);
    expect(await value("role", { role: "Owner" })).toBe(1);
    expect(await value("semantics_version")).toBe(1);
    const undecodable = { reason: "Undecodable" };
    const refused = await value("rejects_total", undecodable);
    while ((await value("dead_letters_total", undecodable)) < refused) await Bun.sleep(1);
    const letters = await Promise.all(
      Object.values(DeadReasonName).map((reason) => value("dead_letters_total", { reason })),
    );
    const letterCount = letters.reduce((sum, count) => sum + count, 0);
    expect(await log.endOffset(Topic.DeadLetters, 0)).toBe(letterCount);
    expect(await value("dead_letters_total", { reason: "Quarantined" })).toBe(0);
    expect(await value("snapshot_behind_records")).toBe(501);
    await expectEvents(log, await metrics.text());
  });
});

/** What is counted is what the decoded events say. */
async function expectEvents(log: Log, text: string): Promise<void> {
  const bodies = foldOf(await log.read(Topic.OrderEvents, 0, 0, 10_000));
  const kinds = Map.groupBy(
    bodies.flatMap(({ events }) => events),
    ({ kind }) => kind,
  );
  expect(kinds.size).toBeGreaterThan(5);
  const parsed = parseMetrics(text);
  const counted = parsed.samples.filter(({ name }) => name === "orderbook_engine_events_total");
  expect(Object.fromEntries(counted.map(({ labels, value }) => [labels["kind"], value]))).toEqual(
    Object.fromEntries([...kinds].map(([kind, events]) => [kind, events.length])),
  );
  const refused = ["OrderRejected", "OrderCancelReject", "BusinessMessageReject"] as const;
  for (const kind of refused) {
    const sum = parsed.samples
      .filter(({ name, labels }) => name.endsWith("rejects_total") && labels["kind"] === kind)
      .reduce((total, { value }) => total + value, 0);
    expect(sum, kind).toBe(kinds.get(kind)?.length ?? 0);
  }
}
