import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import type { DrizzleSnapshotJSON } from "drizzle-kit/api";

import * as tables from "./tables.ts";

const folder = join(import.meta.dir, "migrations");

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly tag: string }[];
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), "utf8"));
}

describe("the migrations", () => {
  test("lead to the tables: nothing is left to generate", async () => {
    const { entries } = readJson("meta/_journal.json") as Journal;
    const newest = String(entries.at(-1)?.idx).padStart(4, "0");
    const snapshot = readJson(`meta/${newest}_snapshot.json`) as DrizzleSnapshotJSON;
    const statements = await generateMigration(snapshot, generateDrizzleJson(tables, snapshot.id));
    expect(statements).toEqual([]);
  });

  test("are all named in the journal, in order", () => {
    const { entries } = readJson("meta/_journal.json") as Journal;
    const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
    expect(files.toSorted()).toEqual(entries.map(({ tag }) => `${tag}.sql`));
  });

  test("hold no column that is a float", () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".sql"))) {
      expect(readFileSync(join(folder, name), "utf8")).not.toMatch(/\b(real|double|float)/i);
    }
  });
});
