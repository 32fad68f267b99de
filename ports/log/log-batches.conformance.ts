import { describe, expect, test } from "bun:test";

import { recordBytesMax, Topic } from "../../schema/topics.ts";
import { AppendBatch } from "./append-batch.ts";
import type { Log, LogRecord } from "./log.ts";
import { bytes, readAll, record, refuses, text } from "./log.probe.ts";
import type { RecordBatch } from "./record-batch.ts";

/** What every log must do with records that are appended and read in place. */
export function batchTests(log: () => Log): void {
  describe("batches", () => {
    test("are appended record by record, in order, with headers where they have any", async () => {
      const batch = batchOf("first", "", "third");
      batch.headers.set(1, { traceparent: "t" });
      await log().appendBatch(Topic.OrderEvents, 1, batch);
      const stood = await readAll(log(), Topic.OrderEvents, 1);
      expect(stood.map(text)).toEqual(["first", "", "third"]);
      expect(stood.map(({ key }) => key)).toEqual([null, null, null]);
      expect(stood.map(({ headers }) => headers)).toEqual([
        undefined,
        { traceparent: "t" },
        undefined,
      ]);
    });

    test("may be filled anew as soon as the call returns, and keep their order among other appends", async () => {
      const batch = new AppendBatch();
      const appends: Promise<unknown>[] = [];
      const expected: string[] = [];
      for (let round = 0; round < 50; round++) {
        batch.reset();
        const words = Array.from({ length: 1 + round * 40 }, (_, index) => `${round}.${index}`);
        for (const word of words) add(batch, word);
        if (round % 7 === 3) batch.headers.set(round, { traceparent: "t" });
        appends.push(log().appendBatch(Topic.Orders, 0, batch));
        appends.push(log().append(Topic.Orders, 0, [record(`${round}`)]));
        expected.push(...words, `${round}`);
      }
      await Promise.all(appends);
      expect((await readAll(log(), Topic.Orders, 0)).map(text)).toEqual(expected);
    });

    test("of nothing append nothing", async () => {
      await log().appendBatch(Topic.Orders, 0, new AppendBatch());
      expect(await readAll(log(), Topic.Orders, 0)).toEqual([]);
    });

    test("are refused when one record is longer than any log must take", async () => {
      const batch = new AppendBatch();
      batch.add(recordBytesMax);
      batch.add(recordBytesMax + 1);
      await refuses(log().appendBatch(Topic.Orders, 0, batch), "RecordTooLarge");
      expect(await readAll(log(), Topic.Orders, 0)).toEqual([]);
    });

    test("are read in place as they are followed, whatever their length", async () => {
      const long = "x".repeat(100_000);
      const batch = batchOf("first", long, "", ...Array.from({ length: 3000 }, (_, at) => `${at}`));
      batch.headers.set(2, { traceparent: "t" });
      await log().appendBatch(Topic.OrderEvents, 0, batch);
      const stood = await readAll(log(), Topic.OrderEvents, 0);
      const seen = await inPlace(log(), batch.count);
      expect(seen.map(({ loaded }) => loaded)).toEqual(
        stood.map((each) => ({ ...each, key: null })),
      );
      expect(seen.map(({ kept }) => kept)).toEqual([...stood]);
    });

    test("know whether a record is the bytes that it is compared with", async () => {
      await log().appendBatch(Topic.OrderEvents, 0, batchOf("abcd"));
      const results = Promise.withResolvers<boolean[]>();
      const follower = log().followBatches(Topic.OrderEvents, 0, 0, (batch) => {
        const others = bytes("-abcdabce");
        results.resolve([
          batch.equals(0, others, 1, 4),
          batch.equals(0, others, 5, 4),
          batch.equals(0, others, 1, 3),
          batch.equals(0, others, 1, 5),
        ]);
      });
      expect(await results.promise).toEqual([true, false, false, false]);
      await follower.close();
    });
  });
}

interface Seen {
  readonly loaded: LogRecord;
  readonly kept: LogRecord;
}

/** What a follower reads in place, and the records that it keeps. */
async function inPlace(log: Log, count: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  const complete = Promise.withResolvers<void>();
  const follower = log.followBatches(Topic.OrderEvents, 0, 0, (batch) => {
    for (let index = 0; index < batch.count; index++) {
      const kept = batch.record(index);
      batch.load(index);
      seen.push({ loaded: copyOf(batch), kept });
      expect(batch.offsetAt(index)).toBe(batch.offset);
    }
    if (seen.length >= count) complete.resolve();
  });
  await Promise.race([complete.promise, follower.done]);
  await follower.close();
  return seen;
}

/** Through the view, which must start where the value starts. */
function copyOf({ offset, appendTime, value, view, headers }: RecordBatch): LogRecord {
  const copy = Uint8Array.from({ length: value.length }, (_, at) => view.getUint8(at));
  const record = { offset, appendTime, key: null, value: copy };
  return headers === undefined ? record : { ...record, headers };
}

function batchOf(...words: readonly string[]): AppendBatch {
  const batch = new AppendBatch();
  for (const word of words) add(batch, word);
  return batch;
}

function add(batch: AppendBatch, words: string): void {
  const value = bytes(words);
  const at = batch.add(value.length);
  batch.bytes.set(value, at);
}
