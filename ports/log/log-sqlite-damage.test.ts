import { afterAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Database } from "bun:sqlite";

import { Topic } from "../../schema/topics.ts";
import { systemClock } from "../clock/clock-system.ts";
import { LogError } from "./log.ts";
import type { Log } from "./log.ts";
import { openSqliteLog } from "./log-sqlite.ts";
import { readAll, refuses } from "./log.probe.ts";

const folder = mkdtempSync(join(tmpdir(), "orderbook-damage-"));
afterAll(() => rmSync(folder, { recursive: true }));

const original = join(folder, "original.sqlite");
const whole = await makeLog();

test("a flipped bit anywhere in the file is a LogError or changes nothing that is read", async () => {
  const bytes = readFileSync(original);
  const found = { refused: 0, unchanged: 0 };
  for (let at = 0; at < bytes.length; at += at < 200 ? 1 : 127) {
    const damaged = join(folder, "damaged.sqlite");
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    writeFileSync(damaged, flipped);
    const read = await readOrRefusal(damaged);
    if (read === "refused") found.refused++;
    else {
      expect(read, `byte ${at}`).toEqual(whole);
      found.unchanged++;
    }
    for (const suffix of ["", "-wal", "-shm"]) rmSync(damaged + suffix, { force: true });
  }
  expect(found.refused).toBeGreaterThan(found.unchanged);
}, 60_000);

test("bytes that turned into a text of the same bytes are Corrupt", async () => {
  // SQLite's type of a column of 7 bytes: 26 as bytes, 27 as text. Each record's key has one.
  const bytesOfSeven = 26;
  const bytes = readFileSync(original);
  let corruptCount = 0;
  for (let at = bytes.indexOf(bytesOfSeven); at >= 0; at = bytes.indexOf(bytesOfSeven, at + 1)) {
    const flipped = Buffer.from(bytes);
    flipped[at] = bytesOfSeven + 1;
    const damaged = join(folder, `text-${at}.sqlite`);
    writeFileSync(damaged, flipped);
    const read = await readOrRefusal(damaged);
    if (read === "refused") corruptCount++;
    else expect(read, `byte ${at}`).toEqual(whole);
  }
  expect(corruptCount).toBeGreaterThanOrEqual(200);
}, 60_000);

for (const [column, change] of [
  ["value", "value = x'00'"],
  ["key", "key = x'00'"],
  ["key to none", "key = NULL"],
  ["append time", "appendTime = appendTime + 1"],
  ["CRC", "crc = crc + 1"],
  ["header where there was none", `headers = '{"traceparent":"trace 7"}'`],
]) {
  test(`a record with another ${column} is Corrupt, and those before it are read`, async () => {
    const log = openChanged(`UPDATE "orders-0" SET ${change} WHERE offset = 7`);
    expect(await log.read(Topic.Orders, 0, 0, 7)).toHaveLength(7);
    await refuses(log.read(Topic.Orders, 0, 0, 8), "Corrupt");
    await refuses(log.follow(Topic.Orders, 0, 5, () => {}).done, "Corrupt");
    await log.close();
  });
}

for (const [name, change] of [
  ["other headers", `headers = '{"traceparent":"trace 11"}'`],
  ["headers lost", "headers = NULL"],
]) {
  test(`a record with ${name} is Corrupt`, async () => {
    const log = openChanged(`UPDATE "orders-0" SET ${change} WHERE offset = 10`);
    expect(await log.read(Topic.Orders, 0, 0, 10)).toHaveLength(10);
    await refuses(log.read(Topic.Orders, 0, 0, 11), "Corrupt");
    await log.close();
  });
}

test("a record that is missing in the middle is Corrupt", async () => {
  const log = openChanged(`DELETE FROM "orders-0" WHERE offset = 7`);
  await refuses(readAll(log, Topic.Orders, 0), "Corrupt");
  await log.close();
});

test("a record at the place of another is Corrupt", async () => {
  const log = openChanged(
    `UPDATE "orders-0" SET offset = 1000 WHERE offset = 7; UPDATE "orders-0" SET offset = 7 WHERE offset = 8; UPDATE "orders-0" SET offset = 8 WHERE offset = 1000`,
  );
  await refuses(readAll(log, Topic.Orders, 0), "Corrupt");
  await log.close();
});

test("a log whose newest records are gone, or whose end was moved, does not open", () => {
  const lost = `DELETE FROM "orders-0" WHERE offset > 90`;
  for (const change of [
    lost,
    `${lost}; UPDATE partitionEnd SET endOffset = 91 WHERE tableIndex = 0`,
    "DELETE FROM partitionEnd WHERE tableIndex = 0",
    "UPDATE identity SET clusterID = 'another'",
    "DELETE FROM identity",
    "PRAGMA user_version = 9",
  ]) {
    expect(() => openChanged(change), change).toThrow(LogError);
  }
});

test("a write-ahead log that is cut or damaged anywhere leaves a whole beginning of the log", async () => {
  const path = join(folder, "live.sqlite");
  const log = openSqliteLog({ path, partitionCount: 1, clock: systemClock });
  for (let count = 0; count < 60; count++) {
    await log.append(Topic.Orders, 0, [{ key: null, value: new Uint8Array(200).fill(count) }]);
  }
  const live = { main: readFileSync(path), wal: readFileSync(`${path}-wal`) };
  await log.close();
  let shorter = 0;
  for (let at = 40; at < live.wal.length; at += 4001) {
    const flipped = Buffer.from(live.wal);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    for (const wal of [live.wal.subarray(0, at), flipped]) {
      const values = await valuesOf(live.main, wal);
      if (values === "refused") continue;
      expect(values).toEqual(values.map((_, index) => index));
      if (values.length < 60) shorter++;
    }
  }
  expect(shorter).toBeGreaterThan(10);
}, 60_000);

test("after a failed commit no append is taken any more", async () => {
  const path = copy();
  const log = openSqliteLog({ path, partitionCount: 1, clock: systemClock });
  const intruder = new Database(path);
  intruder.run(`INSERT INTO "orders-0" VALUES (100, 0, NULL, x'00', 0, NULL)`);
  intruder.close();
  const value = new Uint8Array(1);
  const both = [
    log.append(Topic.Orders, 0, [{ key: null, value }]),
    log.append(Topic.OrderEvents, 0, [{ key: null, value }]),
  ];
  for (const append of both) await refuses(append, "Unavailable");
  await refuses(log.append(Topic.OrderEvents, 0, [{ key: null, value }]), "Unavailable");
  expect(await log.endOffset(Topic.OrderEvents, 0)).toBe(100);
  await log.close();
});

async function makeLog(): Promise<string[]> {
  const log = openSqliteLog({ path: original, partitionCount: 1, clock: systemClock });
  for (const topic of Object.values(Topic)) {
    const isMain = topic === Topic.Orders || topic === Topic.OrderEvents;
    const records = Array.from({ length: isMain ? 100 : 20 }, (_, index) => ({
      key: new TextEncoder().encode("BTC-USD"),
      value: new Uint8Array(100 + index * 3).fill(index),
      ...(index % 10 === 0 ? { headers: { traceparent: `trace ${index}` } } : {}),
    }));
    await log.append(topic, 0, records);
  }
  const all = await contents(log);
  await log.close();
  return all;
}

async function contents(log: Log): Promise<string[]> {
  const topics = Object.values(Topic);
  const records = await Promise.all(topics.map((topic) => readAll(log, topic, 0)));
  const ids = [log.clusterID, ...topics.map((topic) => log.topicID(topic))];
  return [...ids, ...records.flat().map((record) => Bun.hash(JSON.stringify(record)).toString())];
}

async function readOrRefusal(path: string): Promise<string[] | "refused"> {
  let log: Log | null = null;
  try {
    log = openSqliteLog({ path, partitionCount: 1, clock: systemClock, readonly: true });
    return await contents(log);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return "refused";
  } finally {
    await log?.close();
  }
}

async function valuesOf(main: Uint8Array, wal: Uint8Array): Promise<number[] | "refused"> {
  const path = join(folder, `${crypto.randomUUID()}.sqlite`);
  writeFileSync(path, main);
  writeFileSync(`${path}-wal`, wal);
  let log: Log | null = null;
  try {
    log = openSqliteLog({ path, partitionCount: 1, clock: systemClock, readonly: true });
    return (await readAll(log, Topic.Orders, 0)).map(({ value }) => value[0] ?? -1);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return "refused";
  } finally {
    await log?.close();
  }
}

function copy(): string {
  const path = join(folder, `${crypto.randomUUID()}.sqlite`);
  copyFileSync(original, path);
  return path;
}

function openChanged(change: string): Log {
  const path = copy();
  const database = new Database(path);
  for (const statement of change.split(";")) database.run(statement);
  database.close();
  return openSqliteLog({ path, partitionCount: 1, clock: systemClock });
}
