import { afterAll, afterEach, describe, expect, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { foldPositions } from "../../schema/postgres/tables.ts";
import { openPglite } from "./read-db-pglite.ts";
import { describeReadDb, failureOf } from "./read-db.conformance.ts";
import type { ReadDb } from "./read-db.ts";

describeReadDb("PGlite in memory", () => openPglite());

const originalFolder = mkdtempSync(join(tmpdir(), "orderbook-pglite-"));
let original: string | null = null;
afterAll(() => rmSync(originalFolder, { recursive: true }));

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "orderbook-pglite-"));
  folders.push(folder);
  return join(folder, "postgres");
}

const position = { partition: 0, offset: 7, epoch: 1, seqNum: 3, bodyHash: "00000000000000ab" };

/** A folder with one row in it, closed in good order. Making one takes seconds, so tests get copies. */
async function filledFolder(): Promise<string> {
  original ??= await fillFolder();
  const dataDir = newFolder();
  cpSync(original, dataDir, { recursive: true });
  return dataDir;
}

async function fillFolder(): Promise<string> {
  const dataDir = join(originalFolder, "postgres");
  const readDb = await openPglite({ dataDir });
  await readDb.migrate();
  await readDb.run((db) => db.insert(foldPositions).values(position));
  await readDb.close();
  return dataDir;
}

async function reopen(dataDir: string): Promise<{ readDb: ReadDb; reasons: string[] }> {
  const reasons: string[] = [];
  const readDb = await openPglite({ dataDir, onRebuilt: (reason) => reasons.push(reason) });
  await readDb.migrate();
  return { readDb, reasons };
}

async function rowsAndClose(readDb: ReadDb): Promise<unknown> {
  const rows = await readDb.run((db) => db.select().from(foldPositions));
  await readDb.close();
  return rows;
}

describe("PGlite in a folder", () => {
  test("holds its rows over a restart in good order and says nothing of a rebuild", async () => {
    const { readDb, reasons } = await reopen(await filledFolder());
    expect(await rowsAndClose(readDb)).toEqual([position]);
    expect(reasons).toEqual([]);
  }, 60_000);

  test("holds its rows when the process was killed on a machine that stayed up", async () => {
    const dataDir = newFolder();
    const killed = Bun.spawn(
      [process.execPath, join(import.meta.dir, "pglite-killed.fixture.ts"), dataDir],
      { stdout: "pipe", stderr: "inherit" },
    );
    const { value } = await killed.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe("written");
    killed.kill("SIGKILL");
    await killed.exited;
    expect(existsSync(`${dataDir}.in-use`)).toBe(true);
    const { readDb, reasons } = await reopen(dataDir);
    expect(await rowsAndClose(readDb)).toEqual([position]);
    expect(reasons).toEqual([]);
  }, 60_000);

  test("is made anew when the machine went down while it was in use", async () => {
    const dataDir = await filledFolder();
    writeFileSync(`${dataDir}.in-use`, "another boot");
    const { readDb, reasons } = await reopen(dataDir);
    expect(await rowsAndClose(readDb)).toEqual([]);
    expect(reasons).toEqual(["the machine went down while it was in use"]);
    const again = await reopen(dataDir);
    expect(again.reasons).toEqual([]);
    await again.readDb.close();
  }, 60_000);

  const damages: readonly [string, (dataDir: string) => void][] = [
    ["a cut control file", (dataDir) => truncateSync(join(dataDir, "global/pg_control"), 10)],
    ["no PG_VERSION", (dataDir) => rmSync(join(dataDir, "PG_VERSION"))],
    ["overwritten tables", overwriteTables],
    [
      "a file in place of the folder",
      (dataDir) => {
        rmSync(dataDir, { recursive: true });
        writeFileSync(dataDir, "no folder");
      },
    ],
  ];
  for (const [damage, inflict] of damages) {
    test(`is made anew after ${damage}`, async () => {
      const dataDir = await filledFolder();
      inflict(dataDir);
      const { readDb, reasons } = await reopen(dataDir);
      expect(await rowsAndClose(readDb)).toEqual([]);
      expect(reasons).toHaveLength(1);
    }, 60_000);
  }

  test("answers Unavailable once it is closed", async () => {
    const { readDb } = await reopen(await filledFolder());
    await readDb.close();
    expect(await failureOf(readDb.ping())).toMatchObject({ code: "Unavailable" });
  }, 60_000);
});

function overwriteTables(dataDir: string): void {
  const folder = join(dataDir, "base/5");
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(statSync(path).size, 7));
  }
}
