import { describe, expect, test } from "bun:test";

import { Topic } from "../../schema/topics.ts";
import { systemClock } from "../clock/clock-system.ts";
import { followFold, readFoldedBody } from "./fold-follower.ts";
import { FoldAlarm } from "./fold.ts";
import type { FoldedBody, FoldPosition } from "./fold.ts";
import { createMemoryLog } from "./log-memory.ts";
import type { Follower, Log } from "./log.ts";
import { OutputScript } from "./output-script.ts";

const partition = 0;

async function logOf(script: OutputScript): Promise<Log> {
  const log = createMemoryLog({ partitionCount: 1, clock: systemClock });
  await append(log, script, 0);
  return log;
}

async function append(log: Log, script: OutputScript, from: number): Promise<void> {
  await log.append(Topic.OrderEvents, partition, script.records.slice(from));
}

interface Reader {
  readonly follower: Follower;
  readonly bodies: FoldedBody[];
  /** Resolves once the body of this seqNum has come. */
  reached(seqNum: number): Promise<void>;
}

function read(log: Log, from: FoldPosition | null, onGap?: (alarm: FoldAlarm) => void): Reader {
  const bodies: FoldedBody[] = [];
  const waiting = new Map<number, () => void>();
  const follower = followFold({
    log,
    partition,
    from,
    onBodies(batch) {
      bodies.push(...batch);
      for (const { position } of batch) waiting.get(position.seqNum)?.();
    },
    ...(onGap === undefined ? {} : { onGap }),
  });
  const reached = (seqNum: number): Promise<void> =>
    bodies.some(({ position }) => position.seqNum === seqNum)
      ? Promise.resolve()
      : new Promise((resolve) => waiting.set(seqNum, resolve));
  return { follower, bodies, reached };
}

async function positionsOf(log: Log, lastSeqNum: number): Promise<FoldPosition[]> {
  const reader = read(log, null);
  await reader.reached(lastSeqNum);
  await reader.follower.close();
  return reader.bodies.map(({ position }) => position);
}

function twoOwners(): OutputScript {
  const script = new OutputScript();
  const first = script.claim();
  script.body(2, { eventCount: 40_000 });
  for (const seqNum of [1, 2]) script.write(first, seqNum);
  script.write(script.claim(), 3);
  return script;
}

function alarmOf(run: Promise<unknown>): Promise<FoldAlarm> {
  return run.then(
    () => {
      throw new Error("There was no alarm");
    },
    (error: unknown) => {
      if (error instanceof FoldAlarm) return error;
      throw error;
    },
  );
}

describe("a follower of the fold", () => {
  test("hands over what stands and what is appended later", async () => {
    const script = twoOwners();
    const log = await logOf(script);
    const reader = read(log, null);
    await reader.reached(3);
    const length = script.records.length;
    script.write(script.claim(), 4);
    await append(log, script, length);
    await reader.reached(4);
    expect(reader.bodies.map(({ position }) => position.seqNum)).toEqual([1, 2, 3, 4]);
    await reader.follower.close();
    await reader.follower.done;
  });

  test("goes on from every saved position without repeating or missing a body", async () => {
    const log = await logOf(twoOwners());
    const positions = await positionsOf(log, 3);
    for (const saved of positions.slice(0, 2)) {
      const reader = read(log, saved);
      await reader.reached(3);
      const seqNums = reader.bodies.map(({ position }) => position.seqNum);
      expect(seqNums).toEqual([1, 2, 3].slice(saved.seqNum));
      await reader.follower.close();
    }
  });

  test("refuses a saved position whose record is not the one that was folded", async () => {
    const log = await logOf(twoOwners());
    const [first, second] = (await positionsOf(log, 3)) as [FoldPosition, FoldPosition];
    const forged = [
      { ...first, bodyHash: "0123456789abcdef" },
      { ...first, seqNum: 2 },
      { ...first, epoch: 5 },
      { ...first, offset: 0 },
      { ...second, offset: second.offset - 1 },
      { ...second, offset: 999 },
    ];
    for (const from of forged) {
      const alarm = await alarmOf(read(log, from).follower.done);
      expect(alarm.code).toBe("PositionMismatch");
    }
  });

  test("hands over what was folded before an alarm, then ends with it", async () => {
    const script = twoOwners();
    script.write(script.records.length + 5, 4);
    const reader = read(await logOf(script), null);
    expect((await alarmOf(reader.follower.done)).code).toBe("UnclaimedEpoch");
    expect(reader.bodies.length).toBe(3);
  });

  test("ends at a gap when nobody takes it", async () => {
    const script = twoOwners();
    script.write(5, 5);
    const epoch = script.claim();
    script.write(epoch, 5);
    const reader = read(await logOf(script), null);
    expect((await alarmOf(reader.follower.done)).code).toBe("Gap");
  });

  test("reports a gap and goes on at the next Claim when somebody takes it", async () => {
    const script = twoOwners();
    const second = script.claim();
    script.write(second, 5);
    script.write(second, 4);
    script.write(script.claim(), 4);
    const gaps: FoldAlarm[] = [];
    const reader = read(await logOf(script), null, (alarm) => gaps.push(alarm));
    await reader.reached(4);
    expect(gaps.map(({ code }) => code)).toEqual(["Gap"]);
    await reader.follower.close();
  });

  test("can be closed before it has begun", async () => {
    const log = await logOf(twoOwners());
    const [saved] = await positionsOf(log, 3);
    const reader = read(log, saved ?? null);
    await reader.follower.close();
    await reader.follower.done;
    expect(reader.bodies).toEqual([]);
  });

  test("ends with what its handler threw", async () => {
    const log = await logOf(twoOwners());
    const onBodies = (): void => {
      throw new RangeError("full");
    };
    const { done } = followFold({ log, partition, from: null, onBodies });
    expect(await done.catch(String)).toBe("RangeError: full");
  });
});

test("a body of several chunks is read again although a zombie's records lie between", async () => {
  const script = new OutputScript();
  const zombie = script.claim();
  const epoch = script.claim();
  script.body(1, { eventCount: 50_000 });
  script.writeChunk(epoch, 1, 0);
  for (let count = 0; count < 9; count++) script.writeChunk(zombie, 1, count % 3);
  script.writeChunk(epoch, 1, 1);
  script.writeChunk(epoch, 1, 2);
  script.writeChunk(epoch, 1, 3);
  const log = await logOf(script);
  const [position] = (await positionsOf(log, 1)) as [FoldPosition];
  expect(await readFoldedBody(log, partition, position)).toEqual(script.body(1));
});
