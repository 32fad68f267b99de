import { systemClock } from "../ports/clock/clock-system.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import type { Log } from "../ports/log/log.ts";
import { openFileSnapshots } from "../ports/snapshot/snapshot-file.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { openReadSide } from "./read-side.ts";
import type { AnalyticsConnection, ReadSide } from "./read-side.ts";

/** First message to the Worker. */
export interface ReadSideRequest {
  readonly logPath: string;
  readonly partitionCount: number;
  readonly snapshotFolder: string;
  readonly dataDir: string;
  readonly analytics: boolean;
  readonly secret: string;
}

/** Messages from the Worker. */
export type ReadSideReport =
  | { readonly kind: "Notice"; readonly line: string }
  | { readonly kind: "Analytics"; readonly connection: AnalyticsConnection | null }
  | { readonly kind: "Ready"; readonly url: string }
  | { readonly kind: "Failed"; readonly message: string }
  | { readonly kind: "Closed" };

declare const self: Worker;

/** What is to be closed, once it is open; the log and the snapshots last. */
let readSide: Promise<ReadSide> | null = null;
let stores: { readonly log: Log; readonly snapshots: SnapshotStore } | null = null;

self.onmessage = (event: MessageEvent<ReadSideRequest | "close">): void => {
  if (event.data === "close") void close();
  else void open(event.data);
};

async function open(request: ReadSideRequest): Promise<void> {
  try {
    const snapshots = openFileSnapshots(request.snapshotFolder);
    const log = openSqliteLog({
      path: request.logPath,
      partitionCount: request.partitionCount,
      clock: systemClock,
      readonly: true,
    });
    stores = { log, snapshots };
    readSide = openReadSide({
      log,
      snapshots,
      clock: systemClock,
      dataDir: request.dataDir,
      analytics: request.analytics,
      secret: request.secret,
      onNotice: (line) => report({ kind: "Notice", line }),
      onAnalytics: (connection) => report({ kind: "Analytics", connection }),
    });
    report({ kind: "Ready", url: (await readSide).url });
  } catch (error) {
    report({
      kind: "Failed",
      message: error instanceof Error ? `${error.message}` : String(error),
    });
  }
}

async function close(): Promise<void> {
  await (await readSide)?.close();
  await stores?.log.close();
  await stores?.snapshots.close();
  report({ kind: "Closed" });
}

function report(message: ReadSideReport): void {
  self.postMessage(message);
}
