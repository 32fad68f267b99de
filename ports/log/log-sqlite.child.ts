import { writeSync } from "node:fs";

import { Topic } from "../../schema/topics.ts";
import { systemClock } from "../clock/clock-system.ts";
import { openSqliteLog } from "./log-sqlite.ts";

type MainTopic = typeof Topic.Orders | typeof Topic.OrderEvents;

/** What a child process acknowledges, one JSON line each, written only after append() has resolved. */
export interface Acknowledged {
  readonly topic: MainTopic;
  readonly offsets: readonly number[];
}

/** The value that a child appends at an offset: it tells of itself where it belongs. */
export function childValue(topic: Topic, offset: number): string {
  return `${topic} ${offset} ${"x".repeat((offset * 37) % 900)}`;
}

/** Run by tests as a process of its own: appends without end from several places at once, until it is killed. */
async function appendUntilKilled(path: string): Promise<void> {
  const log = openSqliteLog({ path, partitionCount: 1, clock: systemClock });
  const place = async (topic: MainTopic, recordCount: number): Promise<void> => {
    for (;;) {
      const first = next[topic];
      next[topic] += recordCount;
      const values = Array.from({ length: recordCount }, (_, at) => childValue(topic, first + at));
      const records = values.map((value) => ({
        key: null,
        value: new TextEncoder().encode(value),
      }));
      const offsets = await log.append(topic, 0, records);
      writeSync(1, `${JSON.stringify({ topic, offsets } satisfies Acknowledged)}\n`);
    }
  };
  const next = {
    [Topic.Orders]: await log.endOffset(Topic.Orders, 0),
    [Topic.OrderEvents]: await log.endOffset(Topic.OrderEvents, 0),
  };
  await Promise.all([place(Topic.Orders, 1), place(Topic.Orders, 3), place(Topic.OrderEvents, 2)]);
}

if (import.meta.main) await appendUntilKilled(process.argv[2] ?? "");
