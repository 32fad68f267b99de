import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { recordBytesMax, Topic } from "../../schema/topics.ts";
import { ManualClock } from "../clock/clock-manual.ts";
import type { Clock } from "../clock/clock.ts";
import { batchTests } from "./log-batches.conformance.ts";
import { headerTests } from "./log-headers.conformance.ts";
import type { Log, LogRecord } from "./log.ts";
import { bytes, collect, readAll, record, refuses, text } from "./log.probe.ts";

/** Logs of one test. A second open() after close() finds what the first one left, where the adapter keeps anything. */
export interface LogHarness {
  open(partitionCount: number, clock: Clock): Promise<Log>;
  dispose(): Promise<void>;
}

export interface LogConformanceOptions {
  /** Whether records outlive close(). */
  readonly persistent: boolean;
  /** Whether records are stamped by the clock that is handed in, or by a broker's own. */
  readonly stampsByClock: boolean;
  /** Logs of one suite stand in one cluster, so that only their topics tell them apart. */
  readonly sharesCluster?: boolean;
  create(): Promise<LogHarness>;
}

/** What every log must do, for every adapter. */
export function logConformance(name: string, options: LogConformanceOptions): void {
  describe(`${name} is a log`, () => {
    const clock = new ManualClock(1_700_000_000_000);
    let harness: LogHarness;
    let log: Log;
    beforeEach(async () => {
      harness = await options.create();
      log = await harness.open(2, clock);
    });
    afterEach(async () => {
      await log.close();
      await harness.dispose();
    });
    const place: LogPlace = {
      log: () => log,
      reopen: async () => {
        await log.close();
        log = await harness.open(2, clock);
      },
    };
    appendTests(place);
    boundTests(place);
    readTests(place);
    if (options.stampsByClock) stampTests(place, clock);
    followTests(place);
    handlerTests(place);
    followEndTests(place);
    batchTests(place.log);
    headerTests(place.log, options.persistent ? place.reopen : null);
    closeTests(place);
    identityTests(place, options);
  });
}

interface LogPlace {
  log(): Log;
  reopen(): Promise<void>;
}

function appendTests({ log }: LogPlace): void {
  test("gives back keys and values byte for byte, in order, at rising offsets", async () => {
    const records = [
      { key: null, value: bytes("first") },
      { key: bytes("BTC-USD"), value: new Uint8Array(0) },
      { key: bytes("K"), value: Uint8Array.from({ length: 256 }, (_, index) => index) },
    ];
    const offsets = await log().append(Topic.Orders, 1, records);
    const stood = await log().read(Topic.Orders, 1, 0, 10);
    expect(stood.map(({ key, value }) => ({ key, value }))).toEqual(records);
    expect(stood.map(({ offset }) => offset)).toEqual([...offsets]);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    expect(new Set(offsets).size).toBe(3);
  });

  test("takes the bytes as they are at the call, whatever happens to the buffer later", async () => {
    const value = bytes("before");
    const key = bytes("key");
    const appended = log().append(Topic.Orders, 0, [{ key, value }]);
    value.fill(0);
    key.fill(0);
    await appended;
    const [record] = await log().read(Topic.Orders, 0, 0, 1);
    expect(text(record)).toBe("before");
    expect(new TextDecoder().decode(record?.key ?? undefined)).toBe("key");
  });

  test("keeps the order of calls that are not waited for", async () => {
    const appends = Array.from({ length: 300 }, (_, index) =>
      log().append(Topic.Orders, index % 2, [record(`${index}`), record(`${index}b`)]),
    );
    const offsets = await Promise.all(appends);
    for (const partition of [0, 1]) {
      const stood = await readAll(log(), Topic.Orders, partition);
      const own = offsets.flatMap((of, index) => (index % 2 === partition ? of : []));
      const texts = own.map((_, at) => `${(at >> 1) * 2 + partition}${at % 2 === 0 ? "" : "b"}`);
      expect(stood.map(text)).toEqual(texts);
      expect(stood.map(({ offset }) => offset)).toEqual(own);
    }
  });

  test("appends nothing when there is nothing", async () => {
    expect(await log().append(Topic.Orders, 0, [])).toEqual([]);
    expect(await log().read(Topic.Orders, 0, 0, 1)).toEqual([]);
  });

  test("keeps topics and partitions apart", async () => {
    await log().append(Topic.Orders, 0, [record("orders-0")]);
    await log().append(Topic.Orders, 1, [record("orders-1")]);
    await log().append(Topic.OrderEvents, 1, [record("events-1")]);
    expect((await readAll(log(), Topic.Orders, 0)).map(text)).toEqual(["orders-0"]);
    expect((await readAll(log(), Topic.Orders, 1)).map(text)).toEqual(["orders-1"]);
    expect((await readAll(log(), Topic.OrderEvents, 0)).map(text)).toEqual([]);
    expect((await readAll(log(), Topic.OrderEvents, 1)).map(text)).toEqual(["events-1"]);
  });
}

function boundTests({ log }: LogPlace): void {
  test("takes the longest record and appends nothing of a call that has a longer one", async () => {
    const longest = new Uint8Array(recordBytesMax).fill(7);
    await log().append(Topic.OrderEvents, 0, [{ key: null, value: longest }]);
    const tooLong = { key: null, value: new Uint8Array(recordBytesMax + 1) };
    await refuses(log().append(Topic.OrderEvents, 0, [record("a"), tooLong]), "RecordTooLarge");
    const stood = await readAll(log(), Topic.OrderEvents, 0);
    expect(stood.map(({ value }) => value)).toEqual([longest]);
  });

  test("knows only its own partitions", async () => {
    for (const partition of [-1, 2, 0.5, Number.NaN]) {
      await refuses(log().append(Topic.Orders, partition, [record("x")]), "UnknownPartition");
      await refuses(log().read(Topic.Orders, partition, 0, 1), "UnknownPartition");
      await refuses(log().endOffset(Topic.Orders, partition), "UnknownPartition");
      await refuses(log().startOffset(Topic.Orders, partition), "UnknownPartition");
    }
  });

  test("refuses offsets beyond what stands", async () => {
    await log().append(Topic.Orders, 0, [record("a")]);
    const end = await log().endOffset(Topic.Orders, 0);
    for (const offset of [end + 1, -1, 0.5, Number.NaN]) {
      await refuses(log().read(Topic.Orders, 0, offset, 1), "OffsetOutOfRange");
      const follower = log().follow(Topic.Orders, 0, offset, () => {});
      await refuses(follower.done, "OffsetOutOfRange");
    }
  });
}

function readTests({ log }: LogPlace): void {
  test("reads from any offset, at most as many as asked for, and nothing at the end", async () => {
    const offsets = await log().append(Topic.Orders, 0, ["a", "b", "c", "d"].map(record));
    const [, second = -1] = offsets;
    const two = await log().read(Topic.Orders, 0, second, 2);
    expect(two.map(text)).toEqual(["b", "c"]);
    const end = await log().endOffset(Topic.Orders, 0);
    expect(end).toBeGreaterThan(offsets.at(-1) ?? Infinity);
    expect(await log().read(Topic.Orders, 0, end, 5)).toEqual([]);
    expect(await log().startOffset(Topic.Orders, 0)).toBeLessThanOrEqual(offsets[0] ?? -1);
  });

  test("reads long records one part after the other, and misses none", async () => {
    const value = new Uint8Array(recordBytesMax);
    const records = Array.from({ length: 40 }, (_, index) => ({ key: bytes(`${index}`), value }));
    const offsets = await log().append(Topic.OrderEvents, 1, records);
    const stood = await readAll(log(), Topic.OrderEvents, 1);
    expect(stood.map(({ offset }) => offset)).toEqual([...offsets]);
  });
}

function stampTests({ log }: LogPlace, clock: ManualClock): void {
  test("stamps records by its clock", async () => {
    const first = clock.now();
    await log().append(Topic.Orders, 0, [record("a"), record("b")]);
    clock.advance(1500);
    await log().append(Topic.Orders, 0, [record("c")]);
    const stood = await readAll(log(), Topic.Orders, 0);
    expect(stood.map(({ appendTime }) => appendTime)).toEqual([first, first, first + 1500]);
  });
}

function followTests({ log }: LogPlace): void {
  test("hands over what stands and what comes, each record once, in order", async () => {
    await log().append(Topic.Orders, 0, ["a", "b"].map(record));
    const seen = collect(log(), Topic.Orders, 0, 0, 4);
    await log().append(Topic.Orders, 0, [record("c")]);
    await log().append(Topic.Orders, 0, [record("d")]);
    expect((await seen).map(text)).toEqual(["a", "b", "c", "d"]);
  });

  test("hands over only what comes to a follower that begins at the end", async () => {
    await log().append(Topic.Orders, 0, [record("old")]);
    const end = await log().endOffset(Topic.Orders, 0);
    const seen = collect(log(), Topic.Orders, 0, end, 1);
    await log().append(Topic.Orders, 0, [record("new")]);
    expect((await seen).map(text)).toEqual(["new"]);
  });

  test("hands over all that comes to a follower that gathers too, each record once, in order", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `${index}`);
    const seen: string[] = [];
    const all = Promise.withResolvers<void>();
    const take = (records: readonly LogRecord[]): void => {
      seen.push(...records.map(text));
      if (seen.length >= names.length) all.resolve();
    };
    const follower = log().follow(Topic.Orders, 0, 0, take, { gatherMs: 20 });
    for (const name of names) await log().append(Topic.Orders, 0, [record(name)]);
    await all.promise;
    await follower.close();
    expect(seen).toEqual(names);
  });

  test("serves several followers of a partition, each at its own pace", async () => {
    const names = Array.from({ length: 1200 }, (_, index) => `${index}`);
    const early = collect(log(), Topic.Orders, 0, 0, names.length);
    const slow = collect(log(), Topic.Orders, 0, 0, names.length, () => nextTurn());
    for (let at = 0; at < names.length; at += 100) {
      await log().append(Topic.Orders, 0, names.slice(at, at + 100).map(record));
    }
    const late = collect(log(), Topic.Orders, 0, 0, names.length);
    for (const seen of [early, slow, late]) expect((await seen).map(text)).toEqual(names);
  });
}

function handlerTests({ log }: LogPlace): void {
  test("waits for the handler before the next batch, and moves its position after it", async () => {
    let running = 0;
    let overlapped = false;
    let offsetsSeen = 0;
    const gate = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<void>();
    const follower = log().follow(Topic.Orders, 0, 0, async (records) => {
      overlapped ||= ++running > 1;
      if (offsetsSeen === 0) await gate.promise;
      offsetsSeen += records.length;
      running--;
      if (offsetsSeen === 3) finished.resolve();
    });
    await log().append(Topic.Orders, 0, [record("a")]);
    await log().append(Topic.Orders, 0, [record("b")]);
    const [third = -1] = await log().append(Topic.Orders, 0, [record("c")]);
    expect(follower.position).toBe(0);
    gate.resolve();
    await finished.promise;
    await follower.close();
    expect(follower.position).toBe(third + 1);
    expect(overlapped).toBe(false);
  });

  test("lets a handler append and wait for it", async () => {
    log().follow(Topic.Orders, 0, 0, async (records) => {
      await log().append(
        Topic.OrderEvents,
        0,
        records.map((of) => record(`did ${text(of)}`)),
      );
    });
    const seen = collect(log(), Topic.OrderEvents, 0, 0, 2);
    await log().append(Topic.Orders, 0, [record("a")]);
    await log().append(Topic.Orders, 0, [record("b")]);
    expect((await seen).map(text)).toEqual(["did a", "did b"]);
  });

  test("leaves timers their turn while it catches up", async () => {
    const records = Array.from({ length: 5000 }, () => record("x"));
    await log().append(Topic.Orders, 0, records);
    const timer = nextTurn().then(() => "timer");
    const seen = collect(log(), Topic.Orders, 0, 0, records.length).then(() => "follower");
    expect(await Promise.race([seen, timer])).toBe("timer");
    await seen;
  });
}

function followEndTests({ log }: LogPlace): void {
  test("ends a follower whose handler throws, with what it threw", async () => {
    const failure = new Error("the handler's own");
    let batches = 0;
    const follower = log().follow(Topic.Orders, 0, 0, () => {
      batches++;
      throw failure;
    });
    const ended = follower.done.catch((error: unknown) => error);
    await log().append(Topic.Orders, 0, [record("a")]);
    expect(await ended).toBe(failure);
    await log().append(Topic.Orders, 0, [record("b")]);
    await follower.close();
    expect(batches).toBe(1);
    expect(follower.position).toBe(0);
  });

  test("close() waits for the handler that runs, and nothing is handed over after it", async () => {
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let batches = 0;
    const follower = log().follow(Topic.Orders, 0, 0, async () => {
      batches++;
      entered.resolve();
      await gate.promise;
    });
    await log().append(Topic.Orders, 0, [record("a")]);
    await entered.promise;
    let closed = false;
    const closing = follower.close().then(() => (closed = true));
    await log().append(Topic.Orders, 0, [record("b")]);
    expect(closed).toBe(false);
    gate.resolve();
    await closing;
    await follower.done;
    expect(batches).toBe(1);
  });
}

function closeTests({ log }: LogPlace): void {
  test("finishes what was appended when it is closed, ends followers, and takes no more", async () => {
    const closed = log();
    const seen: string[] = [];
    const follower = closed.follow(Topic.Orders, 0, 0, (records) => {
      seen.push(...records.map(text));
    });
    const appended = closed.append(Topic.Orders, 0, [record("last")]);
    await closed.close();
    expect(await appended).toHaveLength(1);
    await follower.done;
    await refuses(closed.append(Topic.Orders, 0, [record("late")]), "Closed");
    await refuses(closed.read(Topic.Orders, 0, 0, 1), "Closed");
    await closed.close();
  });
}

function identityTests({ log, reopen }: LogPlace, options: LogConformanceOptions): void {
  test("has an identity of its own and one for each topic", async () => {
    const other = await options.create();
    const otherLog = await other.open(2, new ManualClock());
    const ids = [log(), otherLog].flatMap((of) => [
      ...(options.sharesCluster === true ? [] : [of.clusterID]),
      ...Object.values(Topic).map((topic) => of.topicID(topic)),
    ]);
    await otherLog.close();
    await other.dispose();
    expect(new Set(ids).size).toBe(ids.length);
    expect(log().partitionCount).toBe(2);
  });

  test("keeps letters in topics of their own", async () => {
    for (const topic of Object.values(Topic)) {
      expect(await log().append(topic, 0, [record(topic)])).toEqual([0]);
    }
    for (const topic of Object.values(Topic)) {
      expect((await readAll(log(), topic, 0)).map(text)).toEqual([topic]);
      expect(await log().endOffset(topic, 1)).toBe(0);
    }
  });

  if (!options.persistent) return;
  test("is the same log after close and open", async () => {
    const identity = () => [
      log().clusterID,
      ...Object.values(Topic).map((topic) => log().topicID(topic)),
    ];
    const ids = identity();
    const before = await log().append(Topic.Orders, 1, ["a", "b"].map(record));
    const end = await log().endOffset(Topic.Orders, 1);
    await reopen();
    expect(identity()).toEqual(ids);
    expect(await log().endOffset(Topic.Orders, 1)).toBe(end);
    const after = await log().append(Topic.Orders, 1, [record("c")]);
    const stood = await readAll(log(), Topic.Orders, 1);
    expect(stood.map(text)).toEqual(["a", "b", "c"]);
    expect(stood.map(({ offset }) => offset)).toEqual([...before, ...after]);
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
