import type { AnalyticsConnection } from "./read-side.ts";
import type { ReadSideReport, ReadSideRequest } from "./read-side-worker.ts";

/** The read side as the gateway's process sees it, in whatever thread it runs. */
export interface Reads {
  /** Null until it serves. */
  readonly url: string | null;
  readonly ready: Promise<void>;
  readonly analytics: Promise<AnalyticsConnection | null>;
  close(): Promise<void>;
}

/** Starts the Worker that projects and answers reads, so that neither blocks matching. */
export function startReadSideWorker(
  request: ReadSideRequest,
  onNotice: (line: string) => void,
): Reads {
  const worker = new Worker(new URL("./read-side-worker.ts", import.meta.url));
  const ready = Promise.withResolvers<void>();
  const analytics = Promise.withResolvers<AnalyticsConnection | null>();
  const closed = Promise.withResolvers<void>();
  let url: string | null = null;
  const fail = (message: string): void => {
    analytics.resolve(null);
    ready.reject(new Error(`The read side failed: ${message}`));
    closed.resolve();
  };
  ready.promise.catch((error: Error) => onNotice(error.message));
  worker.onmessage = (event: MessageEvent<ReadSideReport>) => {
    const report = event.data;
    switch (report.kind) {
      case "Notice":
        return onNotice(report.line);
      case "Analytics":
        return analytics.resolve(report.connection);
      case "Ready":
        url = report.url;
        return ready.resolve();
      case "Failed":
        return fail(report.message);
      case "Closed":
        return closed.resolve();
    }
  };
  worker.onerror = (event) => fail(event.message);
  worker.postMessage(request);
  return {
    get url() {
      return url;
    },
    ready: ready.promise,
    analytics: analytics.promise,
    close: async () => {
      worker.postMessage("close");
      await closed.promise;
      worker.terminate();
    },
  };
}
