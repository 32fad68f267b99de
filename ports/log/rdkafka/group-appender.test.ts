import { describe, expect, test } from "bun:test";

import { AppendBatch } from "../append-batch.ts";
import type { AppendRecord } from "../log.ts";
import { GroupAppender } from "./group-appender.ts";
import type { GroupProducer } from "./group-appender.ts";

describe("GroupAppender", () => {
  test("hands over nothing while a group is under way, and then all that waits as one", async () => {
    const { producers, sent, appender } = open();
    const appends = ["a", "b", "c"].map((word) => appender.append([record(word)]));
    expect(sent()).toEqual(["quick a"]);
    await producers.answer();
    expect(sent()).toEqual(["quick a", "quick b", "quick c"]);
    await producers.answer();
    expect(await Promise.all(appends)).toEqual([[0], [1], [2]]);
  });

  test("has many records carried by the producer that waits for a full request", async () => {
    const { producers, sent, appender } = open();
    const first = appender.append([record("a")]);
    const many = Array.from({ length: 65 }, (_, index) => record(`${index}`));
    const second = appender.append(many);
    await producers.answer();
    await first;
    expect(sent()[1]).toBe(`bulk ${many.map((_, index) => index).join(" ")}`);
    await producers.answer();
    await second;
  });

  test("cuts what waits into groups of one request each, and splits no call", async () => {
    const { producers, sent, appender } = open();
    const appends = ["a", "b", "c"].map((word) => appender.append([record(word.repeat(150_000))]));
    await producers.answer();
    expect(sent()).toHaveLength(2);
    await producers.answer();
    expect(sent()).toHaveLength(3);
    await producers.answer();
    await Promise.all(appends);
  });

  test("keeps what waits from changes that come after the call", async () => {
    const { producers, sent, appender } = open();
    const batch = new AppendBatch();
    const waiting = record("b");
    const appends: Promise<unknown>[] = [appender.append([record("a")])];
    appends.push(appender.append([waiting]));
    add(batch, "c");
    appends.push(appender.appendBatch(batch));
    waiting.value.fill(0);
    batch.bytes.fill(0);
    batch.reset();
    await producers.answer();
    await producers.answer();
    await Promise.all(appends);
    expect(sent()).toEqual(["quick a", "quick b", "quick c"]);
  });

  test("goes on after a group that was refused, and tells only its callers", async () => {
    const { producers, sent, appender } = open();
    const refused = Promise.allSettled([appender.append([record("a")])]);
    const next = appender.append([record("b")]);
    await producers.refuse(new Error("No"));
    expect(await refused).toEqual([{ status: "rejected", reason: new Error("No") }]);
    expect(sent()).toEqual(["quick a", "quick b"]);
    await producers.answer();
    expect(await next).toEqual([0]);
  });

  test("appends nothing where there is nothing", async () => {
    const { sent, appender } = open();
    expect(await appender.append([])).toEqual([]);
    await appender.appendBatch(new AppendBatch());
    expect(sent()).toEqual([]);
  });
});

function open() {
  const producers = new HeldProducers();
  const { quick, bulk } = producers;
  const appender = new GroupAppender({ quick, bulk: () => bulk }, "orders", 0);
  return { producers, appender, sent: () => producers.sent };
}

/** Producers that answer when they are told to. */
class HeldProducers {
  readonly quick = this.#producer("quick");
  readonly bulk = this.#producer("bulk");
  readonly sent: string[] = [];
  #held: { count: number; settle: PromiseWithResolvers<readonly number[]> }[] = [];
  #end = 0;

  answer(): Promise<void> {
    for (const { count, settle } of this.#held.splice(0)) {
      settle.resolve(Array.from({ length: count }, () => this.#end++));
    }
    return settled();
  }

  refuse(error: Error): Promise<void> {
    for (const { settle } of this.#held.splice(0)) settle.reject(error);
    return settled();
  }

  #producer(name: string): GroupProducer {
    const produce = (records: readonly AppendRecord[]): Promise<readonly number[]> => {
      const words = records.map(({ value }) => new TextDecoder().decode(value));
      this.sent.push(`${name} ${words.join(" ")}`);
      const settle = Promise.withResolvers<readonly number[]>();
      this.#held.push({ count: records.length, settle });
      return settle.promise;
    };
    return {
      produce: (_topic, _partition, records) => produce(records),
      produceBatch: async (_topic, _partition, batch) => void (await produce(batch.records())),
    };
  }
}

/** All that follows from settled promises has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function record(text: string): { key: null; value: Uint8Array } {
  return { key: null, value: new TextEncoder().encode(text) };
}

function add(batch: AppendBatch, text: string): void {
  const value = new TextEncoder().encode(text);
  batch.bytes.set(value, batch.add(value.length));
}
