import { LogError } from "./log.ts";
import { packBatch } from "./log-sqlite-batch.ts";
import type { PendingRecord } from "./log-sqlite-batch.ts";
import type { WriterReport, WriterRequest } from "./log-sqlite-worker.ts";

export interface CommitterOptions {
  readonly path: string;
  readonly partitionCount: number;
  readonly channel: string;
  /** Records that have become durable, in the order of their appends; called before their promises resolve. */
  onCommitted(records: readonly PendingRecord[]): void;
}

interface Batch {
  readonly records: PendingRecord[];
  readonly settled: PromiseWithResolvers<void>;
}

/**
 * Group commit: what is appended in one turn, or while the writer's thread is busy, shares a transaction and an fsync. The
 * fsync blocks that thread, never the caller's. After a failure nothing is taken any more: a later record must not land
 * where an earlier one was lost.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #worker: Worker;
  readonly #closed = Promise.withResolvers<void>();
  #gathering: Batch | null = null;
  #underWay: Batch | null = null;
  #flushQueued = false;
  #failure: LogError | null = null;
  #closing = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#worker = new Worker(new URL("./log-sqlite-worker.ts", import.meta.url));
    this.#worker.onmessage = (event: MessageEvent<WriterReport>) => this.#onReport(event.data);
    this.#worker.onerror = (event) => {
      this.#fail(new LogError("Unavailable", `The log's writer crashed: ${event.message}`));
    };
    const { path, partitionCount, channel } = options;
    this.#send({ kind: "Open", path, partitionCount, channel });
  }

  /** Resolves once the records are durable. Takes the records themselves, not copies. */
  commit(records: readonly PendingRecord[]): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#gathering ??= newBatch();
    this.#gathering.records.push(...records);
    this.#queueFlush();
    return this.#gathering.settled.promise;
  }

  /** Finishes what was taken and ends the thread. Never rejects: who appended has been told. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#closeWhenIdle();
    await this.#closed.promise;
    this.#worker.terminate();
  }

  #queueFlush(): void {
    if (this.#flushQueued || this.#underWay !== null) return;
    this.#flushQueued = true;
    queueMicrotask(() => {
      this.#flushQueued = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#underWay !== null || this.#gathering === null) return;
    this.#underWay = this.#gathering;
    this.#gathering = null;
    const batch = packBatch(this.#underWay.records);
    this.#send({ kind: "Commit", batch }, [batch.buffer]);
  }

  #onReport(report: WriterReport): void {
    if (report.kind === "Closed") return this.#closed.resolve();
    if (report.kind === "Failed") return this.#fail(new LogError(report.code, report.message));
    const committed = this.#underWay;
    this.#underWay = null;
    this.#flush();
    if (committed !== null) {
      this.#options.onCommitted(committed.records);
      committed.settled.resolve();
    }
    this.#closeWhenIdle();
  }

  #fail(error: LogError): void {
    this.#failure = error;
    this.#underWay?.settled.reject(error);
    this.#gathering?.settled.reject(error);
    this.#underWay = null;
    this.#gathering = null;
    this.#closed.resolve();
  }

  #closeWhenIdle(): void {
    const idle = this.#underWay === null && this.#gathering === null;
    if (this.#closing && idle && this.#failure === null) this.#send({ kind: "Close" });
  }

  #send(request: WriterRequest, transfer: Bun.Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }
}

function newBatch(): Batch {
  return { records: [], settled: Promise.withResolvers<void>() };
}
