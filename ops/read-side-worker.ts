import { systemClock } from "../ports/clock/clock-system.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import type { Log } from "../ports/log/log.ts";
import { openFileSnapshots } from "../ports/snapshot/snapshot-file.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { openTracer } from "../ports/telemetry/tracer-open.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
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
  /** Empty: nothing is traced. */
  readonly tracesUrl: string;
}

/** Messages from the Worker. */
export type ReadSideReport =
  | { readonly kind: "Notice"; readonly line: string }
  | { readonly kind: "Analytics"; readonly connection: AnalyticsConnection | null }
  | { readonly kind: "Ready"; readonly url: string }
  | { readonly kind: "Failed"; readonly message: string }
  | { readonly kind: "Closed" };

declare const self: Worker;

/** What is to be closed, once it is open; the log, the snapshots and the tracer last. */
let readSide: Promise<ReadSide> | null = null;
let stores: { readonly log: Log; readonly snapshots: SnapshotStore } | null = null;
let tracer: Tracer | null = null;

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
    readSide = openTraced(request, { log, snapshots });
    report({ kind: "Ready", url: (await readSide).url });
  } catch (error) {
    report({
      kind: "Failed",
      message: error instanceof Error ? `${error.message}` : String(error),
    });
  }
}

async function openTraced(
  { tracesUrl: url, dataDir, analytics, secret }: ReadSideRequest,
  open: { readonly log: Log; readonly snapshots: SnapshotStore },
): Promise<ReadSide> {
  const who = { service: "venue-reads", instance: String(process.pid) };
  tracer = await openTracer({ ...who, url, sampleRatio: 0 });
  return openReadSide({
    ...open,
    clock: systemClock,
    dataDir,
    analytics,
    secret,
    tracer,
    onNotice: (line) => report({ kind: "Notice", line }),
    onAnalytics: (connection) => report({ kind: "Analytics", connection }),
  });
}

async function close(): Promise<void> {
  await (await readSide)?.close();
  await stores?.log.close();
  await stores?.snapshots.close();
  await tracer?.close();
  report({ kind: "Closed" });
}

function report(message: ReadSideReport): void {
  self.postMessage(message);
}
