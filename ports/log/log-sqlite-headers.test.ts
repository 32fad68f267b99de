import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Topic } from "../../schema/topics.ts";
import { systemClock } from "../clock/clock-system.ts";
import type { Log } from "./log.ts";
import { openSqliteLog } from "./log-sqlite.ts";
import { collect, readAll, record, text } from "./log.probe.ts";

const headers = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };

test("a file from before there were headers is read as it stands, and takes them once a writer has opened it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "orderbook-headers-"));
  const options = { path: join(folder, "log.sqlite"), partitionCount: 2, clock: systemClock };
  try {
    await makeOldLog(options);
    const reader = openSqliteLog({ ...options, readonly: true });
    expect((await readAll(reader, Topic.Orders, 1)).map(text)).toEqual(["old", "older"]);
    expect(await reader.endOffset(Topic.DeadLetters, 1)).toBe(0);
    expect(await reader.read(Topic.DeadLetters, 1, 0, 10)).toEqual([]);
    const seen = collect(reader, Topic.Orders, 1, 0, 3);
    const writer = openSqliteLog(options);
    expect(writer.clusterID).toBe(reader.clusterID);
    await writer.append(Topic.Orders, 1, [{ ...record("new"), headers }]);
    await expectAll(writer);
    expect(await writer.append(Topic.DeadLetters, 1, [record("a letter")])).toEqual([0]);
    expect((await readAll(writer, Topic.DeadLetters, 1)).map(text)).toEqual(["a letter"]);
    await expectAll(reader);
    expect((await seen).map((each) => [text(each), each.headers])).toEqual([
      ["old", undefined],
      ["older", undefined],
      ["new", headers],
    ]);
    await writer.close();
    await reader.close();
    await openSqliteLog(options).close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function expectAll(log: Log): Promise<void> {
  const stood = await readAll(log, Topic.Orders, 1);
  expect(stood.map(text)).toEqual(["old", "older", "new"]);
  expect(stood.map((each) => each.headers)).toEqual([undefined, undefined, headers]);
}

/** Version 1 of the file is version 3 without the column and the topics of letters. */
async function makeOldLog(options: Parameters<typeof openSqliteLog>[0]): Promise<void> {
  const log = openSqliteLog(options);
  await log.append(Topic.Orders, 1, ["old", "older"].map(record));
  await log.close();
  const database = new Database(options.path);
  for (const topic of Object.values(Topic)) {
    const isMain = topic === Topic.Orders || topic === Topic.OrderEvents;
    const change = isMain ? "DROP COLUMN headers" : null;
    for (const partition of [0, 1]) {
      const table = `"${topic}-${partition}"`;
      database.run(change === null ? `DROP TABLE ${table}` : `ALTER TABLE ${table} ${change}`);
    }
  }
  database.run("DROP TABLE topicIdentity");
  database.run("DELETE FROM partitionEnd WHERE tableIndex >= 4");
  database.run("PRAGMA user_version = 1");
  database.close();
}
