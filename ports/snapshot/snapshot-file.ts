import { mkdirSync } from "node:fs";
import { link, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { checkObject, newestFirst, snapshotsKeptMin } from "./snapshot-check.ts";
import type { SnapshotPlace } from "./snapshot-check.ts";
import { formatManifest, parseManifest } from "./snapshot-manifest.ts";
import { SnapshotError } from "./snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "./snapshot.ts";

/**
 * Snapshots as files of one folder: `<partition>-<seqNum>-<epoch>-<sha256>.object` and, last, `<partition>-<seqNum>-<epoch>.manifest`.
 * Each is written beside, synced and linked in under its name, never written over. Throws SnapshotError `Unavailable` when the
 * folder cannot be made.
 */
export function openFileSnapshots(folder: string): SnapshotStore {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unavailable(error);
  }
  return new FileSnapshots(folder);
}

class FileSnapshots implements SnapshotStore {
  readonly #folder: string;
  #closed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  put(manifest: SnapshotManifest, object: Uint8Array): Promise<void> {
    return this.#run(async () => {
      if (await this.#stands(manifestName(manifest))) throw exists(manifest);
      await this.#putObject(manifest, object);
      const written = new TextEncoder().encode(formatManifest(manifest));
      if (!(await this.#create(manifestName(manifest), written))) throw exists(manifest);
    });
  }

  list(partition: number): Promise<readonly SnapshotManifest[]> {
    return this.#run(() => this.#list(partition));
  }

  get(manifest: SnapshotManifest): Promise<Uint8Array> {
    return this.#run(async () => {
      const path = join(this.#folder, objectName(manifest));
      try {
        const { size } = await stat(path);
        // A file of another length is not worth its memory.
        if (size !== manifest.objectBytes) throw corrupt(manifest, `${size} bytes`);
        const object = new Uint8Array(await readFile(path));
        checkObject(manifest, object);
        return object;
      } catch (error) {
        if (!isCode(error, "ENOENT")) throw error;
        throw new SnapshotError("Missing", `There is no ${objectName(manifest)}`, { cause: error });
      }
    });
  }

  /** Takes along what crashes have left behind: objects without a manifest, unfinished files. */
  prune(partition: number, keep: number): Promise<void> {
    return this.#run(async () => {
      const kept = (await this.#list(partition)).slice(0, Math.max(keep, snapshotsKeptMin));
      const oldest = kept.at(-1);
      if (oldest === undefined || kept.length < snapshotsKeptMin) return;
      for (const { name, place } of await this.#files(partition)) {
        if (newestFirst(oldest, place) < 0) await rm(join(this.#folder, name), { force: true });
      }
      await this.#syncFolder();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #list(partition: number): Promise<SnapshotManifest[]> {
    const manifests: SnapshotManifest[] = [];
    for (const { name } of await this.#files(partition)) {
      if (!name.endsWith(".manifest")) continue;
      const manifest = parseManifest(await this.#readText(name));
      if (manifest !== null && manifestName(manifest) === name) manifests.push(manifest);
    }
    return manifests.sort(newestFirst);
  }

  /** Our files of a partition, oldest first; of one snapshot the manifest first, so that it never stands alone. */
  async #files(partition: number): Promise<{ name: string; place: SnapshotPlace }[]> {
    const files: { name: string; place: SnapshotPlace }[] = [];
    for (const name of (await readdir(this.#folder)).sort()) {
      const place = placeOf(name);
      if (place !== null && place.partition === partition) files.push({ name, place });
    }
    const rank = (name: string): number => (name.endsWith(".manifest") ? 0 : 1);
    return files.sort((a, b) => newestFirst(b.place, a.place) || rank(a.name) - rank(b.name));
  }

  /** An object without a manifest is what a crash left: it stands if its bytes are right, and is replaced if not. */
  async #putObject(manifest: SnapshotManifest, object: Uint8Array): Promise<void> {
    const name = objectName(manifest);
    if (await this.#create(name, object)) return;
    try {
      checkObject(manifest, new Uint8Array(await readFile(join(this.#folder, name))));
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      await rename(await this.#writeBeside(name, object), join(this.#folder, name));
      await this.#syncFolder();
    }
  }

  /** False when the name stands already. True once name and bytes would outlive a power cut. */
  async #create(name: string, bytes: Uint8Array): Promise<boolean> {
    const beside = await this.#writeBeside(name, bytes);
    try {
      await link(beside, join(this.#folder, name));
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
      return false;
    } finally {
      await rm(beside, { force: true });
    }
    await this.#syncFolder();
    return true;
  }

  async #writeBeside(name: string, bytes: Uint8Array): Promise<string> {
    const path = join(this.#folder, `${name}.${crypto.randomUUID()}.part`);
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #stands(name: string): Promise<boolean> {
    return (await readdir(this.#folder)).includes(name);
  }

  /** Empty when it has just been pruned. */
  async #readText(name: string): Promise<string> {
    try {
      return await readFile(join(this.#folder, name), "utf8");
    } catch (error) {
      if (isCode(error, "ENOENT")) return "";
      throw error;
    }
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new SnapshotError("Unavailable", "The snapshot store is closed");
    try {
      return await work();
    } catch (error) {
      throw error instanceof SnapshotError ? error : unavailable(error);
    }
  }
}

function manifestName({ partition, seqNum, epoch }: SnapshotPlace): string {
  return `${partition}-${seqNum}-${epoch}.manifest`;
}

function objectName({ partition, seqNum, epoch, objectSha256 }: SnapshotManifest): string {
  return `${partition}-${seqNum}-${epoch}-${objectSha256}.object`;
}

/** Null for a foreign file. */
function placeOf(name: string): SnapshotPlace | null {
  const match =
    /^(\d{1,16})-(\d{1,16})-(\d{1,16})(\.manifest|-[0-9a-f]{64}\.object)(\.[0-9a-f-]{36}\.part)?$/.exec(
      name,
    );
  if (match === null) return null;
  return { partition: Number(match[1]), seqNum: Number(match[2]), epoch: Number(match[3]) };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

function exists({ partition, epoch, seqNum }: SnapshotManifest): SnapshotError {
  return new SnapshotError("Exists", `Snapshot ${partition}/${epoch}/${seqNum} stands already`);
}

function corrupt(manifest: SnapshotManifest, found: string): SnapshotError {
  const wanted = `${manifest.objectBytes} bytes`;
  return new SnapshotError("Corrupt", `${objectName(manifest)} has ${found} instead of ${wanted}`);
}

function unavailable(error: unknown): SnapshotError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SnapshotError("Unavailable", `The snapshot folder: ${reason}`, { cause: error });
}
