import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { serialiseCapture } from "../../engine/core/snapshot.ts";
import { Engine } from "../../engine/core/engine.ts";
import { Replica } from "../../engine/replica.ts";
import type { StreamLog } from "./stream-log.ts";

/** What a runtime makes of logs. */
export interface ReplayDigest {
  readonly runtime: string;
  /** SHA-256 of all bodies, one behind the other. */
  readonly bodies: string;
  /** SHA-256 of the snapshots that were taken, and of those of engines that were restored from them. */
  readonly snapshots: string;
  /** By log the hash of each body, 16 hex digits; a body's hash covers all before it. */
  readonly bodyHashes: readonly (readonly string[])[];
}

const snapshotInterval = 100;

/** Run by each runtime as a process of its own, with the name of a file of StreamLogs: nothing here is Bun's or Node's alone. */
if (process.argv[1]?.includes("replay-digest") === true) {
  const logs = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as readonly StreamLog[];
  process.stdout.write(JSON.stringify(digestOf(logs)));
}

function digestOf(logs: readonly StreamLog[]): ReplayDigest {
  const bodies = createHash("sha256");
  const snapshots = createHash("sha256");
  const bodyHashes = logs.map(({ limits, semantics, records }) => {
    const replica = new Replica(limits, semantics);
    return records.map(({ offset, appendTime, value, quarantine }, index) => {
      if (quarantine !== null)
        replica.engine.quarantine(quarantine.commandOffset, quarantine.commandHash);
      const bytes = Uint8Array.from(Buffer.from(value, "base64"));
      bodies.update(replica.apply({ offset, appendTime, value: bytes }));
      if (index % snapshotInterval === 0) {
        const { bytes: snapshot } = serialiseCapture(replica.engine.capture());
        snapshots.update(snapshot);
        const restored = Engine.restore(snapshot, semantics);
        snapshots.update(serialiseCapture(restored.capture()).bytes);
      }
      return replica.bodyHash;
    });
  });
  const runtime = process.versions["bun"] === undefined ? "Node" : "Bun";
  const version = process.versions["bun"] ?? process.versions.node;
  return {
    runtime: `${runtime} ${version}`,
    bodies: bodies.digest("hex"),
    snapshots: snapshots.digest("hex"),
    bodyHashes,
  };
}
