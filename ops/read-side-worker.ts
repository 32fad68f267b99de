import { systemClock } from "../ports/clock/clock-system.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import { openReadSide } from "./read-side.ts";
import type { AnalyticsConnection, ReadSide } from "./read-side.ts";

/** First message to the Worker. */
export interface ReadSideRequest {
  readonly logPath: string;
  readonly partitionCount: number;
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

let readSide: Promise<ReadSide> | null = null;

self.onmessage = (event: MessageEvent<ReadSideRequest | "close">): void => {
  if (event.data === "close") void close();
  else void open(event.data);
};

async function open(request: ReadSideRequest): Promise<void> {
  try {
    const log = openSqliteLog({
      path: request.logPath,
      partitionCount: request.partitionCount,
      clock: systemClock,
      readonly: true,
    });
    readSide = openReadSide({
      log,
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
  report({ kind: "Closed" });
}

function report(message: ReadSideReport): void {
  self.postMessage(message);
}
