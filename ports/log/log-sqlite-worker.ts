import { LogError } from "./log.ts";
import type { LogErrorCode } from "./log.ts";
import { unpackBatch } from "./log-sqlite-batch.ts";
import { RowWriter } from "./log-sqlite-writer.ts";

/** To the writer's thread: first Open, then batches as packBatch makes them, then Close. */
export type WriterRequest =
  | {
      readonly kind: "Open";
      readonly path: string;
      readonly partitionCount: number;
      /** Followers in other threads listen on this BroadcastChannel. */
      readonly channel: string;
    }
  | { readonly kind: "Commit"; readonly batch: Uint8Array }
  | { readonly kind: "Close" };

/** From it: one Committed a batch, in order. After Failed nothing more is committed. */
export type WriterReport =
  | { readonly kind: "Committed" }
  | { readonly kind: "Failed"; readonly code: LogErrorCode; readonly message: string }
  | { readonly kind: "Closed" };

declare const self: Worker;

interface OpenWriter {
  readonly rows: RowWriter;
  readonly channel: BroadcastChannel;
}

let writer: OpenWriter | "Failed" | null = null;

self.onmessage = (event: MessageEvent<WriterRequest>): void => {
  if (writer === "Failed") return;
  try {
    handle(event.data);
  } catch (error) {
    writer = "Failed";
    if (!(error instanceof LogError)) throw error;
    report({ kind: "Failed", code: error.code, message: error.message });
  }
};

function handle(request: WriterRequest): void {
  if (request.kind === "Open") return open(request);
  if (writer === null || writer === "Failed") throw new Error("The writer opens before it commits");
  if (request.kind === "Close") return close(writer);
  writer.rows.commit(unpackBatch(request.batch));
  report({ kind: "Committed" });
  writer.channel.postMessage("");
  writer.rows.tidy();
}

function open({ path, partitionCount, channel }: WriterRequest & { kind: "Open" }): void {
  writer = {
    rows: new RowWriter(path, partitionCount),
    channel: new BroadcastChannel(channel),
  };
}

function close({ rows, channel }: OpenWriter): void {
  rows.close();
  channel.close();
  report({ kind: "Closed" });
}

function report(message: WriterReport): void {
  self.postMessage(message);
}
