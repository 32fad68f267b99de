import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";

import * as tables from "../../schema/postgres/tables.ts";
import { ReadDbError } from "./read-db.ts";
import type { ReadDatabase, ReadDb } from "./read-db.ts";
import { dropOurTables, migrationsFolder, readDbErrorOf } from "./read-db-statements.ts";
import { UseMarker } from "./use-marker.ts";

export interface PgliteOptions {
  /** Folder of the database; without one it lives in memory. */
  readonly dataDir?: string;
  /** Told why a folder was deleted and made anew, empty. */
  onRebuilt?(reason: string): void;
}

/**
 * Postgres in this process, for the one-process mode. PGlite never syncs, so the folder is a disposable view: where it may have
 * lost writes, or does not open, it is deleted and made anew. Rejects with ReadDbError when even an empty one does not open.
 */
export async function openPglite(options: PgliteOptions = {}): Promise<ReadDb> {
  const { dataDir } = options;
  if (dataDir === undefined) return new PgliteReadDb(await openClient(undefined), null);
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 });
  const marker = new UseMarker(`${dataDir}.in-use`);
  const doubt = folderDoubt(dataDir, marker);
  if (doubt !== null) {
    rmSync(dataDir, { recursive: true, force: true });
    options.onRebuilt?.(doubt);
  }
  marker.set();
  const client = await openOrRebuild(dataDir, options);
  return new PgliteReadDb(client, { dataDir, marker });
}

/** Why the folder's content cannot be trusted; null when it can, or when there is none. */
function folderDoubt(dataDir: string, marker: UseMarker): string | null {
  if (!existsSync(dataDir)) return null;
  if (marker.doubt !== null) return marker.doubt;
  if (!isFolder(dataDir)) return "a file stands in place of the folder";
  const names = readdirSync(dataDir);
  if (names.length > 0 && !existsSync(join(dataDir, "PG_VERSION"))) return "the folder is damaged";
  return null;
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return false;
    throw error;
  }
}

async function openOrRebuild(dataDir: string, options: PgliteOptions): Promise<PGlite> {
  try {
    return await openClient(dataDir);
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    options.onRebuilt?.(`the folder does not open: ${(error as Error).message}`);
    return openClient(dataDir);
  }
}

async function openClient(dataDir: string | undefined): Promise<PGlite> {
  try {
    return await PGlite.create(dataDir === undefined ? {} : { dataDir });
  } catch (error) {
    throw new ReadDbError("Corrupt", `PGlite does not open: ${reasonOf(error)}`, null, {
      cause: error,
    });
  }
}

/** Emscripten throws things that are no Error. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

class PgliteReadDb implements ReadDb {
  #client: PGlite;
  #db: ReadDatabase;
  readonly #folder: { readonly dataDir: string; readonly marker: UseMarker } | null;
  #closed = false;

  constructor(client: PGlite, folder: { dataDir: string; marker: UseMarker } | null) {
    this.#client = client;
    this.#db = drizzle(client, { schema: tables });
    this.#folder = folder;
  }

  get db(): ReadDatabase {
    return this.#db;
  }

  async migrate(): Promise<void> {
    await this.run(() => migrate(drizzle(this.#client, { schema: tables }), { migrationsFolder }));
  }

  /** Takes a new database where the present one is damaged; `db` is another object from then on. */
  async reset(): Promise<void> {
    try {
      await this.run(dropOurTables);
    } catch (error) {
      if (!(error instanceof ReadDbError) || error.code !== "Corrupt") throw error;
      await this.#replaceClient();
    }
    await this.migrate();
  }

  async #replaceClient(): Promise<void> {
    // The damaged instance may not be able to close; its folder goes anyway.
    await this.#client.close().catch(() => {});
    if (this.#folder !== null) rmSync(this.#folder.dataDir, { recursive: true, force: true });
    this.#client = await openClient(this.#folder?.dataDir);
    this.#db = drizzle(this.#client, { schema: tables });
    this.#folder?.marker.set();
  }

  async run<Result>(statements: (db: ReadDatabase) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new ReadDbError("Unavailable", "The read database is closed", null);
    try {
      return await statements(this.#db);
    } catch (error) {
      const failure = readDbErrorOf(error);
      if (failure?.code === "Corrupt") this.#folder?.marker.setDamaged();
      throw failure ?? error;
    }
  }

  async ping(): Promise<void> {
    await this.run((db) => db.execute("select 1"));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#client.close();
    } catch (error) {
      throw new ReadDbError("Corrupt", `PGlite does not close: ${reasonOf(error)}`, null, {
        cause: error,
      });
    }
    this.#folder?.marker.clear();
  }
}
