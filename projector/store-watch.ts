import type { Clock } from "../ports/clock/clock.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import type { RecordHeaders } from "../ports/log/log.ts";
import { BucketCounts } from "../ports/telemetry/bucket-counts.ts";
import { endAfter, traceparentHeader } from "../ports/telemetry/tracer.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";

export interface StoreWatchOptions {
  readonly tracer: Tracer;
  readonly clock: Clock;
  /** What one write is called in a trace: a transaction, a block. */
  readonly writeName: string;
  readonly partition: number;
}

export interface Write {
  /** Of the sampled bodies in it. */
  readonly traceparents: readonly string[];
  readonly end: FoldPosition;
}

/** Spans of one write: a long block of a busy time need not be seen whole. */
const spanCountMax = 256;
const linkCountMax = 16;

/**
 * Times what one partition writes to one store. A write carries many commands: each sampled one gets a span in its own trace, linked to
 * the others'.
 */
export class StoreWatch {
  /** Times of writes, in microseconds; failed attempts count too. */
  readonly writes = new BucketCounts(1e6);
  readonly #options: StoreWatchOptions;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  async during<Result>(write: Write, work: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    try {
      return await this.#traced(write, work);
    } finally {
      this.writes.record((clock.monotonic() - startedAt) * 1000);
    }
  }

  #traced<Result>({ traceparents, end }: Write, work: () => Promise<Result>): Promise<Result> {
    if (traceparents.length === 0) return work();
    const { tracer, writeName, partition } = this.#options;
    const attributes = { partition, seqNum: end.seqNum };
    const spans = traceparents.slice(0, spanCountMax).map((traceparent) =>
      tracer.startSpan(writeName, traceparent, {
        kind: "consumer",
        attributes,
        links: traceparents.filter((other) => other !== traceparent).slice(0, linkCountMax),
      }),
    );
    let result = work();
    for (const span of spans) result = endAfter(span, result);
    return result;
  }
}

/** The trace contexts of sampled bodies. */
export function traceparentsOf(
  bodies: readonly { readonly headers?: RecordHeaders }[],
): readonly string[] {
  let found: string[] | null = null;
  for (const { headers } of bodies) {
    const traceparent = headers?.[traceparentHeader];
    if (traceparent !== undefined) (found ??= []).push(traceparent);
  }
  return found ?? none;
}

const none: readonly string[] = [];
