import { checkObject, newestFirst, snapshotsKeptMin } from "./snapshot-check.ts";
import { SnapshotError } from "./snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "./snapshot.ts";

interface Held {
  readonly manifest: SnapshotManifest;
  readonly object: Uint8Array;
}

/** Snapshots that live as long as the process. Bytes are copied in and out. */
export function createMemorySnapshots(): SnapshotStore {
  return new MemorySnapshots();
}

class MemorySnapshots implements SnapshotStore {
  #held: readonly Held[] = [];
  #closed = false;

  async put(manifest: SnapshotManifest, object: Uint8Array): Promise<void> {
    this.#checkOpen();
    if (this.#find(manifest) !== undefined) {
      const { partition, epoch, seqNum } = manifest;
      throw new SnapshotError("Exists", `Snapshot ${partition}/${epoch}/${seqNum} stands already`);
    }
    this.#held = [...this.#held, { manifest: structuredClone(manifest), object: object.slice() }];
  }

  async list(partition: number): Promise<readonly SnapshotManifest[]> {
    this.#checkOpen();
    const manifests = this.#held.map(({ manifest }) => manifest);
    return manifests.filter((manifest) => manifest.partition === partition).sort(newestFirst);
  }

  async get(manifest: SnapshotManifest): Promise<Uint8Array> {
    this.#checkOpen();
    const held = this.#find(manifest);
    if (held === undefined) throw new SnapshotError("Missing", "There is no such snapshot");
    checkObject(manifest, held.object);
    return held.object.slice();
  }

  async prune(partition: number, keep: number): Promise<void> {
    const kept = new Set((await this.list(partition)).slice(0, Math.max(keep, snapshotsKeptMin)));
    this.#held = this.#held.filter(
      ({ manifest }) => manifest.partition !== partition || kept.has(manifest),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #find(wanted: SnapshotManifest): Held | undefined {
    return this.#held.find(
      ({ manifest }) =>
        manifest.partition === wanted.partition &&
        manifest.epoch === wanted.epoch &&
        manifest.seqNum === wanted.seqNum,
    );
  }

  #checkOpen(): void {
    if (this.#closed) throw new SnapshotError("Unavailable", "The snapshot store is closed");
  }
}
