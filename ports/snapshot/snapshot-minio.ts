import { Client } from "minio";

import { checkObject, newestFirst, snapshotsKeptMin } from "./snapshot-check.ts";
import { formatManifest, parseManifest } from "./snapshot-manifest.ts";
import { SnapshotError } from "./snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "./snapshot.ts";

export interface MinioOptions {
  /** `http://host:port` or `https://…` of any S3 store that honours If-None-Match on puts. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  /** Stands before every object's name. */
  readonly prefix?: string;
}

/** A put under a name that stands fails with PreconditionFailed. */
const createOnly = { "If-None-Match": "*" };

/**
 * Snapshots in a bucket: `<partition>/<seqNum>-<epoch>-<sha256>.object` and, last, `<partition>/<seqNum>-<epoch>.manifest`. Both are put
 * create-only, so that no zombie writes over a newer one.
 */
export function openMinioSnapshots(options: MinioOptions): SnapshotStore {
  return new MinioSnapshots(options);
}

class MinioSnapshots implements SnapshotStore {
  readonly #client: Client;
  readonly #bucket: string;
  readonly #prefix: string;
  #closed = false;

  constructor({ endpoint, accessKey, secretKey, bucket, prefix }: MinioOptions) {
    const { hostname, port, protocol } = new URL(endpoint);
    const useSSL = protocol === "https:";
    const place = { endPoint: hostname, port: Number(port) || (useSSL ? 443 : 80), useSSL };
    this.#client = new Client({ ...place, accessKey, secretKey });
    this.#bucket = bucket;
    this.#prefix = prefix ?? "";
  }

  put(manifest: SnapshotManifest, object: Uint8Array): Promise<void> {
    return this.#run(async () => {
      if (await this.#stands(this.#manifestName(manifest))) throw exists(manifest);
      await this.#putObject(manifest, object);
      const written = Buffer.from(formatManifest(manifest));
      if (!(await this.#create(this.#manifestName(manifest), written))) throw exists(manifest);
    });
  }

  list(partition: number): Promise<readonly SnapshotManifest[]> {
    return this.#run(() => this.#list(partition));
  }

  get(manifest: SnapshotManifest): Promise<Uint8Array> {
    return this.#run(async () => {
      const object = await this.#read(this.#objectName(manifest));
      if (object === null) {
        throw new SnapshotError("Missing", `There is no ${this.#objectName(manifest)}`);
      }
      checkObject(manifest, object);
      return object;
    });
  }

  /** Manifests go first, so that none ever stands without its object. */
  prune(partition: number, keep: number): Promise<void> {
    return this.#run(async () => {
      const manifests = await this.#list(partition);
      const oldestFirst = manifests.slice(Math.max(keep, snapshotsKeptMin)).toReversed();
      for (const manifest of oldestFirst) {
        await this.#client.removeObject(this.#bucket, this.#manifestName(manifest));
        await this.#client.removeObject(this.#bucket, this.#objectName(manifest));
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #list(partition: number): Promise<SnapshotManifest[]> {
    const manifests: SnapshotManifest[] = [];
    for (const name of await this.#names(`${this.#prefix}${partition}/`)) {
      if (!name.endsWith(".manifest")) continue;
      const bytes = await this.#read(name);
      const manifest = bytes === null ? null : parseManifest(new TextDecoder().decode(bytes));
      if (manifest !== null && this.#manifestName(manifest) === name) manifests.push(manifest);
    }
    return manifests.toSorted(newestFirst);
  }

  async #names(folder: string): Promise<string[]> {
    const names: string[] = [];
    for await (const item of this.#client.listObjectsV2(this.#bucket, folder, true)) {
      const { name } = item as { name?: string };
      if (name !== undefined) names.push(name);
    }
    return names;
  }

  /** An object without a manifest is what a crash left. Its name is its hash: it stands if its bytes are right, and is replaced if not. */
  async #putObject(manifest: SnapshotManifest, object: Uint8Array): Promise<void> {
    const name = this.#objectName(manifest);
    const bytes = Buffer.from(object);
    if (await this.#create(name, bytes)) return;
    try {
      checkObject(manifest, (await this.#read(name)) ?? new Uint8Array(0));
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      await this.#client.putObject(this.#bucket, name, bytes, bytes.length);
    }
  }

  /** False when the name stands already. */
  async #create(name: string, bytes: Buffer): Promise<boolean> {
    try {
      await this.#client.putObject(this.#bucket, name, bytes, bytes.length, createOnly);
      return true;
    } catch (error) {
      if (isCode(error, "PreconditionFailed")) return false;
      throw error;
    }
  }

  async #stands(name: string): Promise<boolean> {
    try {
      await this.#client.statObject(this.#bucket, name);
      return true;
    } catch (error) {
      if (isCode(error, "NotFound") || isCode(error, "NoSuchKey")) return false;
      throw error;
    }
  }

  /** Null when there is no such object. */
  async #read(name: string): Promise<Uint8Array | null> {
    try {
      const parts: Uint8Array[] = [];
      for await (const part of await this.#client.getObject(this.#bucket, name)) {
        parts.push(part as Uint8Array);
      }
      return new Uint8Array(Buffer.concat(parts));
    } catch (error) {
      if (isCode(error, "NoSuchKey")) return null;
      throw error;
    }
  }

  #manifestName({ partition, seqNum, epoch }: SnapshotManifest): string {
    return `${this.#prefix}${partition}/${seqNum}-${epoch}.manifest`;
  }

  #objectName({ partition, seqNum, epoch, objectSha256 }: SnapshotManifest): string {
    return `${this.#prefix}${partition}/${seqNum}-${epoch}-${objectSha256}.object`;
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new SnapshotError("Unavailable", "The snapshot store is closed");
    try {
      return await work();
    } catch (error) {
      if (error instanceof SnapshotError) throw error;
      throw new SnapshotError("Unavailable", `MinIO: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as Error & { code?: unknown }).code === code;
}

function exists({ partition, epoch, seqNum }: SnapshotManifest): SnapshotError {
  return new SnapshotError("Exists", `Snapshot ${partition}/${epoch}/${seqNum} stands already`);
}
