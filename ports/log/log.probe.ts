import { expect } from "bun:test";

import type { Topic } from "../../schema/topics.ts";
import { LogError } from "./log.ts";
import type { AppendRecord, Log, LogErrorCode, LogRecord } from "./log.ts";

/** The first `count` records that a follower is handed, then closes it. */
export async function collect(
  log: Log,
  topic: Topic,
  partition: number,
  fromOffset: number,
  count: number,
  beforeEnd: () => void | Promise<void> = () => {},
): Promise<LogRecord[]> {
  const seen: LogRecord[] = [];
  const complete = Promise.withResolvers<void>();
  const follower = log.follow(topic, partition, fromOffset, async (records) => {
    seen.push(...records);
    await beforeEnd();
    if (seen.length >= count) complete.resolve();
  });
  await Promise.race([complete.promise, follower.done]);
  await follower.close();
  return seen;
}

/** Every record of a partition. */
export async function readAll(log: Log, topic: Topic, partition: number): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  let offset = await log.startOffset(topic, partition);
  for (;;) {
    const records = await log.read(topic, partition, offset, 1000);
    const last = records.at(-1);
    if (last === undefined) return all;
    all.push(...records);
    offset = last.offset + 1;
  }
}

export async function refuses(call: Promise<unknown>, code: LogErrorCode): Promise<void> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LogError);
  expect((error as LogError).code).toBe(code);
}

export function record(words: string): AppendRecord {
  return { key: null, value: bytes(words) };
}

export function text(stood: LogRecord | undefined): string {
  return new TextDecoder().decode(stood?.value);
}

export function bytes(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}
