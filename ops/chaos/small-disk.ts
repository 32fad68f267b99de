import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

import type { Folders } from "../services/folders.ts";
import { ServiceError } from "../services/service.ts";

/** Stores whose data can lie on a disk of their own. */
export type DiskStore = "kafka" | "minio" | "postgres";

const ballastName = "ballast";
const mebibyte = 1024 * 1024;
const leastBlock = 4096;

/** A disk in memory that holds a store's data and that can be filled up. */
export class SmallDisk {
  readonly store: DiskStore;
  readonly path: string;
  readonly mebibytes: number;

  private constructor(store: DiskStore, path: string, mebibytes: number) {
    this.store = store;
    this.path = path;
    this.mebibytes = mebibytes;
  }

  /** Before the store's first start. Throws ServiceError where mounting is refused. */
  static mount(store: DiskStore, folders: Folders, brokers: number, mebibytes: number): SmallDisk {
    const path = join(folders.data, store === "kafka" ? `kafka-${brokers}` : store);
    mkdirSync(path, { recursive: true });
    const size = `size=${mebibytes}m,mode=0755`;
    const { exitCode, stderr } = Bun.spawnSync([
      ..."mount -t tmpfs -o".split(" "),
      size,
      "orderbook-chaos",
      path,
    ]);
    if (exitCode !== 0) throw new ServiceError(`No small disk: ${stderr.toString().trim()}`);
    return new SmallDisk(store, path, mebibytes);
  }

  /** Writes until no block is left. */
  fill(): void {
    const file = openSync(join(this.path, ballastName), "w");
    try {
      for (let size = mebibyte; size >= leastBlock; size /= 2) fillWith(file, new Uint8Array(size));
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.path, ballastName), { force: true });
  }

  /** What it holds is lost. */
  unmount(): void {
    const { exitCode, stderr } = Bun.spawnSync(["umount", "--lazy", this.path]);
    if (exitCode !== 0) throw new ServiceError(`${this.path}: ${stderr.toString().trim()}`);
  }
}

/** Why there can be no small disk here; null when there can. */
export function smallDiskRefusal(): string | null {
  if (process.platform !== "linux") return "small disks are Linux's tmpfs";
  if (process.getuid?.() !== 0) return "only root may mount a tmpfs";
  const tried = Bun.spawnSync(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]);
  return tried.exitCode === 0 ? null : `mounting is refused: ${tried.stderr.toString().trim()}`;
}

function fillWith(file: number, block: Uint8Array): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
