import { parentPort } from "node:worker_threads";

import { packSnapshot } from "../ports/snapshot/snapshot-object.ts";
import type { PackedSnapshot } from "../ports/snapshot/snapshot-object.ts";
import type { EngineCapture } from "./core/engine.ts";
import { serialiseCapture } from "./core/snapshot.ts";

/** What the Worker answers to an EngineCapture. */
export type SnapshotWorkerReport =
  | { readonly kind: "Packed"; readonly packed: PackedSnapshot }
  | { readonly kind: "Failed"; readonly message: string };

parentPort?.on("message", (capture: EngineCapture) => {
  const report = pack(capture);
  const transfer = report.kind === "Packed" ? [report.packed.object.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(report, transfer);
});

/** The thread has nobody above it to throw to: what fails is reported. */
function pack(capture: EngineCapture): SnapshotWorkerReport {
  try {
    return { kind: "Packed", packed: packSnapshot(serialiseCapture(capture)) };
  } catch (error) {
    return { kind: "Failed", message: error instanceof Error ? error.message : String(error) };
  }
}
