import { describe, expect, test } from "bun:test";

import { createEngineHost } from "../../engine/host.ts";
import type { EngineHostOptions } from "../../engine/host.ts";
import { streamOf } from "../../engine/oracle/command-stream.ts";
import { ofFirstSemantics, shapeOf } from "../../engine/oracle/stream-shape.ts";
import { ManualClock } from "../../ports/clock/clock-manual.ts";
import { createMemoryLog } from "../../ports/log/log-memory.ts";
import type { AppendRecord, Log } from "../../ports/log/log.ts";
import { createMemorySnapshots } from "../../ports/snapshot/snapshot-memory.ts";
import { commandHashText } from "../../schema/body.ts";
import { frame } from "../../schema/frame.ts";
import { Topic } from "../../schema/topics.ts";
import { Ledger } from "./ledger.ts";
import { LogAudit } from "./log-audit.ts";

/** Stands still, so that a copied record keeps its time. */
const clock = new ManualClock();

async function venueLog(seed: number, limits: EngineHostOptions["limits"] = {}): Promise<Log> {
  const log = createMemoryLog({ partitionCount: 1, clock });
  const shape = ofFirstSemantics(shapeOf(seed));
  const records = Array.from(streamOf(seed, 600, shape), ({ record }) => ({
    key: null,
    value: record.bytes,
  }));
  await log.append(Topic.Orders, 0, records);
  await own(log, limits);
  return log;
}

/** An owner's whole life: it writes every outcome that is missing. */
async function own(log: Log, limits: EngineHostOptions["limits"] = {}): Promise<void> {
  const host = createEngineHost({
    log,
    snapshots: createMemorySnapshots(),
    clock,
    partition: 0,
    node: "test",
    build: "test",
    limits,
    onFatal: (error) => {
      throw error;
    },
  });
  await host.start();
  await host.stop();
}

/** The same log without some of its records: what a broken store would make of it. */
async function without(log: Log, topic: Topic, isLost: (index: number) => boolean): Promise<Log> {
  const copy = createMemoryLog({ partitionCount: 1, clock });
  for (const each of Object.values(Topic)) {
    const records = await log.read(each, 0, 0, 100_000);
    await copy.append(
      each,
      0,
      records.filter((_, index) => each !== topic || !isLost(index)),
    );
  }
  return copy;
}

function quarantine(commandOffset: number, command: Uint8Array): AppendRecord {
  const commandHash = commandHashText(command, clock.now());
  const said = { operator: "operator", reason: "a test" };
  const value = frame({ kind: "Quarantine", partition: 0, commandOffset, commandHash, ...said });
  return { key: null, value };
}

async function audited(log: Log): Promise<LogAudit> {
  const audit = new LogAudit(new Ledger([]));
  await audit.advance(log);
  return audit;
}

function promisesOf(audit: LogAudit): string[] {
  return [...new Set(audit.violations.map(({ promise }) => promise))];
}

describe("the audit of a log", () => {
  test("finds nothing in an honest log, over several owners", async () => {
    const log = await venueLog(31);
    const audit = await audited(log);
    await log.append(Topic.Orders, 0, [{ key: null, value: new Uint8Array(9) }]);
    await own(log);
    await audit.checkHistory(log);
    await audit.advance(log);
    expect(audit.violations).toEqual([]);
    expect(audit.seqNum).toBe(601);
  });

  test("stops where it is told to", async () => {
    const log = await venueLog(31);
    const audit = new LogAudit(new Ledger([]));
    await audit.advance(log, 250);
    expect(audit.seqNum).toBe(250);
    await audit.advance(log);
    expect(audit.violations).toEqual([]);
  });

  test("sets aside what a Quarantine names in time, and only that", async () => {
    const log = await venueLog(31);
    const end = await log.endOffset(Topic.Orders, 0);
    const values = [new Uint8Array(9), new Uint8Array(8)];
    await log.append(
      Topic.Orders,
      0,
      values.map((value) => ({ key: null, value })),
    );
    await log.append(Topic.OrderEvents, 0, [quarantine(end, values[0]!)]);
    await own(log);
    await log.append(Topic.OrderEvents, 0, [quarantine(end + 1, values[1]!)]);
    await own(log);
    const audit = await audited(log);
    expect(audit.violations).toEqual([]);
    expect([audit.quarantineCount, audit.claimCount]).toEqual([2, 3]);
  });

  test("reports outcomes that the oracle does not give", async () => {
    const audit = await audited(await venueLog(31, { accountCountMax: 0 }));
    expect(promisesOf(audit)).toEqual(["SameAsOracle"]);
  });

  test("reports a command without an outcome", async () => {
    const log = await without(await venueLog(31), Topic.OrderEvents, (index) => index === 300);
    expect(promisesOf(await audited(log))).toEqual(["OneOutcomeEach"]);
  });

  test("reports an outcome without its command", async () => {
    const log = await without(await venueLog(31), Topic.Orders, (index) => index > 550);
    expect(promisesOf(await audited(log))).toContain("OneOutcomeEach");
  });

  test("reports a history that is another after a restart", async () => {
    for (const topic of [Topic.Orders, Topic.OrderEvents]) {
      const log = await venueLog(31);
      const audit = await audited(log);
      await audit.checkHistory(await without(log, topic, (index) => index > 400));
      expect(promisesOf(audit)).toEqual(["HistoryStands"]);
    }
  });
});
