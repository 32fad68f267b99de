import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Topic } from "../../schema/topics.ts";
import { systemClock } from "../clock/clock-system.ts";
import { LogError } from "./log.ts";
import type { LogErrorCode } from "./log.ts";
import { openSqliteLog } from "./log-sqlite.ts";
import { logConformance } from "./log.conformance.ts";
import { collect, readAll, record, refuses, text } from "./log.probe.ts";

logConformance("The SQLite log", {
  persistent: true,
  stampsByClock: true,
  create: async () => {
    const folder = newFolder();
    return {
      open: async (partitionCount, clock) =>
        openSqliteLog({ path: join(folder, "log.sqlite"), partitionCount, clock }),
      dispose: async () => rmSync(folder, { recursive: true }),
    };
  },
});

test("a second writer is refused, a reader is not", async () => {
  await inFolder(async (options) => {
    const writer = openSqliteLog(options);
    expect(openError(options)).toBe("Locked");
    const reader = openSqliteLog({ ...options, readonly: true });
    expect(openError(options)).toBe("Locked");
    await reader.close();
    expect(openError(options)).toBe("Locked");
    await writer.close();
    await openSqliteLog(options).close();
  });
});

test("a reader does not keep a writer from opening", async () => {
  await inFolder(async (options) => {
    await openSqliteLog(options).close();
    const reader = openSqliteLog({ ...options, readonly: true });
    const seen = collect(reader, Topic.Orders, 0, 0, 1);
    const writer = openSqliteLog(options);
    await writer.append(Topic.Orders, 0, [record("a")]);
    expect((await seen).map(text)).toEqual(["a"]);
    await writer.close();
    await reader.close();
  });
});

test("another number of partitions than it was made with is refused", async () => {
  await inFolder(async (options) => {
    await openSqliteLog(options).close();
    expect(openError({ ...options, partitionCount: 3 })).toBe("UnknownPartition");
    expect(openError({ ...options, partitionCount: 1 })).toBe("UnknownPartition");
    expect(openError({ ...options, partitionCount: 3, readonly: true })).toBe("UnknownPartition");
    expect(openError({ ...options, partitionCount: 0 })).toBe("UnknownPartition");
    // A refused open leaves no lock behind.
    await openSqliteLog(options).close();
  });
});

test("a file that is no log of ours is Corrupt, one that is not there Unavailable", async () => {
  await inFolder(async (options) => {
    expect(openError({ ...options, readonly: true })).toBe("Unavailable");
    writeFileSync(
      options.path,
      "these are somebody's notes, and not at all a database".repeat(100),
    );
    expect(openError(options)).toBe("Corrupt");
    expect(openError({ ...options, readonly: true })).toBe("Corrupt");
    expect(openError({ ...options, path: join(options.path, "log.sqlite") })).toBe("Unavailable");
  });
});

test("nobody but the owner may read its files", async () => {
  await inFolder(async (options) => {
    writeFileSync(options.path, "", { mode: 0o644 });
    const log = openSqliteLog(options);
    await log.append(Topic.Orders, 0, [record("a")]);
    const modes = readdirSync(join(options.path, "..")).map((name) => {
      const { mode } = statSync(join(options.path, "..", name));
      return `${name} ${(mode & 0o777).toString(8)}`;
    });
    expect(modes.sort()).toEqual([
      "log.sqlite 600",
      "log.sqlite-shm 600",
      "log.sqlite-wal 600",
      "log.sqlite.lock 600",
    ]);
    await log.close();
  });
});

test("records that no longer stand in memory are read from the file", async () => {
  await inFolder(async (options) => {
    const log = openSqliteLog(options);
    const names = Array.from({ length: 12_000 }, (_, index) => `${index}`);
    for (let at = 0; at < names.length; at += 1000) {
      await log.append(Topic.Orders, 1, names.slice(at, at + 1000).map(record));
    }
    expect((await readAll(log, Topic.Orders, 1)).map(text)).toEqual(names);
    expect((await collect(log, Topic.Orders, 1, 5, 11_995)).map(text)).toEqual(names.slice(5));
    await log.close();
  });
});

test("a reader reads and follows but does not append", async () => {
  await inFolder(async (options) => {
    const writer = openSqliteLog(options);
    await writer.append(Topic.Orders, 0, ["a", "b"].map(record));
    const reader = openSqliteLog({ ...options, readonly: true });
    expect((await readAll(reader, Topic.Orders, 0)).map(text)).toEqual(["a", "b"]);
    expect(await reader.endOffset(Topic.Orders, 0)).toBe(2);
    expect(reader.clusterID).toBe(writer.clusterID);
    await refuses(reader.append(Topic.Orders, 0, [record("c")]), "Unavailable");
    await reader.close();
    await writer.close();
  });
});

interface Options {
  readonly path: string;
  readonly partitionCount: number;
  readonly clock: typeof systemClock;
  readonly readonly?: boolean;
}

async function inFolder(work: (options: Options) => Promise<void>): Promise<void> {
  const folder = newFolder();
  try {
    await work({ path: join(folder, "log.sqlite"), partitionCount: 2, clock: systemClock });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "orderbook-log-"));
}

function openError(options: Options): LogErrorCode {
  try {
    openSqliteLog(options);
  } catch (error) {
    if (error instanceof LogError) return error.code;
    throw error;
  }
  throw new Error("The log opened, and must not have");
}
