import { Worker } from "node:worker_threads";

import type { PackedSnapshot } from "../ports/snapshot/snapshot-object.ts";
import type { EngineCapture } from "./core/engine.ts";
import type { SnapshotWorkerReport } from "./snapshot-worker.ts";

/** Serialises, compresses and hashes captures away from matching. */
export interface SnapshotPacker {
  /** One capture at a time. Rejects with Error, also when it is closed before. */
  pack(capture: EngineCapture): Promise<PackedSnapshot>;
  close(): void;
}

/** Packs in a Worker, which starts with the first capture and does not keep the process alive. */
export function createWorkerPacker(): SnapshotPacker {
  return new WorkerPacker();
}

class WorkerPacker implements SnapshotPacker {
  #worker: Worker | null = null;
  #fail: (error: Error) => void = () => {};

  pack(capture: EngineCapture): Promise<PackedSnapshot> {
    const worker = this.#open();
    const { promise, resolve, reject } = Promise.withResolvers<PackedSnapshot>();
    this.#fail = reject;
    worker.once("message", (report: SnapshotWorkerReport) => {
      if (report.kind === "Packed") resolve(report.packed);
      else reject(new Error(report.message));
    });
    worker.postMessage(capture, capture.transfer);
    return promise;
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = null;
    this.#fail(new Error("The Worker that packs snapshots was closed"));
  }

  #open(): Worker {
    if (this.#worker !== null) return this.#worker;
    this.#worker = new Worker(new URL("./snapshot-worker.ts", import.meta.url));
    this.#worker.unref();
    this.#worker.once("error", (error: Error) => {
      this.#fail(error);
      this.close();
    });
    return this.#worker;
  }
}
