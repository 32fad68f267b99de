import { expect, test } from "bun:test";
import fc from "fast-check";

import type { Event } from "../schema/generated/records.ts";
import { Topic } from "../schema/topics.ts";
import type { ProcessLog } from "./crash-log.ts";
import { applyRecord } from "./oracle/command-stream.ts";
import { encodeEvents } from "./oracle/comparison.ts";
import { NaiveEngine } from "./oracle/naive-engine.ts";
import { commandsOf, Partition, straightRun, ticks } from "./partition.fixture.ts";
import { frame } from "../schema/frame.ts";
import type { LogRecord } from "../ports/log/log.ts";

/** One life of an owner, from its start to the moment when its process dies. */
interface Life {
  readonly appendedBefore: number;
  readonly appendedWhile: number;
  /** Turns of the event loop that it lives for. */
  readonly turns: number;
  /** Of what was under way when it died, the share that lands, and whether it lands after the next owner's Claim. */
  readonly landedShare: number;
  readonly landsLate: boolean;
  /** Outputs that the machine loses after all. */
  readonly lostOutputs: number;
}

const life: fc.Arbitrary<Life> = fc.record({
  appendedBefore: fc.nat(60),
  appendedWhile: fc.nat(200),
  turns: fc.nat(14),
  landedShare: fc.constantFrom(0, 0.3, 0.7, 1),
  landsLate: fc.boolean(),
  lostOutputs: fc.constantFrom(0, 0, 0, 1, 40),
});

const snapshotPolicy = { commandCountMin: 1, restFactor: 0 };

test("whenever an owner dies, each command has one outcome, that of a run that never crashed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(life, { minLength: 1, maxLength: 8 }),
      async (seed, lives) => {
        const made = await livesOf(commandsOf(seed, 1000), lives);
        expectWhole(made);
        expectOracle(made);
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

test("the same holds over Checkpoints and snapshots", async () => {
  const padding = ticks(1500).map(frame);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(life, { minLength: 6, maxLength: 12 }),
      async (seed, lives) => {
        const commands = [0, 1, 2, 3, 4, 5].flatMap((part) => [
          ...commandsOf(seed + part, 200),
          ...padding,
        ]);
        const longer = lives.map((one) => ({ ...one, appendedWhile: one.appendedWhile * 10 }));
        expectWhole(await livesOf(commands, longer));
      },
    ),
    { numRuns: 5 },
  );
}, 120_000);

test("the check notices an outcome that is missing, doubled or another", async () => {
  const made = await livesOf(commandsOf(4, 400), []);
  const outputs = made.disk.records[Topic.OrderEvents];
  made.disk.records[Topic.OrderEvents] = outputs.slice(0, -1);
  expect(() => expectWhole(made)).toThrow();
  made.disk.records[Topic.OrderEvents] = outputs;
  made.disk.records[Topic.Orders].pop();
  expect(() => expectWhole(made)).toThrow();
  made.disk.records[Topic.Orders].push({ ...made.orders[9]!, offset: made.orders.length });
  expect(() => expectWhole(made)).toThrow();
  expect(() => expectOracle(made)).toThrow();
});

/** Lets owners live and die on one disk, then lets a last one finish. */
async function livesOf(
  commands: readonly Uint8Array[],
  lives: readonly Life[],
): Promise<Partition> {
  const made = new Partition();
  let at = 0;
  const append = (count: number): void => {
    made.append(commands.slice(at, at + count));
    at += count;
  };
  let late: { log: ProcessLog; count: number } | null = null;
  for (const one of lives) {
    append(one.appendedBefore);
    const { host, log } = made.host({ snapshotPolicy });
    // A killed process hears of nothing: its start may never settle, or fail on what the next owner does.
    host.start().catch(() => {});
    await turns(1);
    late?.log.land(late.count);
    append(one.appendedWhile);
    await turns(one.turns);
    const count = Math.floor(log.kill() * one.landedShare);
    late = one.landsLate ? { log, count } : null;
    if (one.landsLate) continue;
    log.land(count);
    loseOutputs(made, one.lostOutputs);
  }
  append(commands.length - at);
  const { host, failures } = made.host();
  await host.start();
  late?.log.land(late.count);
  await made.settled(host);
  await host.stop();
  expect(failures).toEqual([]);
  return made;
}

/** Only with nothing left to land: a Claim may be lost with the rest, and its offset be given again. */
function loseOutputs(made: Partition, count: number): void {
  made.disk.cut(Topic.OrderEvents, Math.min(count, made.outputs.length));
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function expectWhole(made: Partition): void {
  const folded = made.bodies().map(({ bytes }) => Buffer.from(bytes).toString("base64"));
  const straight = straightRun(made.orders).map((body) => Buffer.from(body).toString("base64"));
  expect(folded.length).toBe(straight.length);
  expect(folded.findIndex((body, index) => body !== straight[index])).toBe(-1);
}

function expectOracle(made: Partition): void {
  const oracle = new NaiveEngine();
  const bodies = made.bodies();
  const firstOther = made.orders.findIndex((record, index) => {
    const expected = encodeEvents(oracleEvents(oracle, record, index + 1));
    return Buffer.compare(encodeEvents(bodies[index]?.events ?? []), expected) !== 0;
  });
  expect(firstOther).toBe(-1);
}

function oracleEvents(oracle: NaiveEngine, record: LogRecord, seqNum: number): Event[] {
  const { value, offset: commandOffset, appendTime } = record;
  return applyRecord(oracle, { bytes: value, commandOffset, appendTime, seqNum });
}
