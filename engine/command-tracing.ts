import type { LogRecord, RecordHeaders } from "../ports/log/log.ts";
import { parseTraceparent } from "../ports/telemetry/traceparent.ts";
import { traceparentHeader } from "../ports/telemetry/tracer.ts";
import type { Span, Tracer } from "../ports/telemetry/tracer.ts";
import { templateName } from "../schema/generated/records.ts";

/**
 * Follows sampled commands through an owner: a span from the record's trace context for what applying took, one for the append of the
 * body, and the latter's context beside the record that completes it. Commands without headers never get here.
 */
export class CommandTracing {
  readonly #tracer: Tracer;
  readonly #partition: number;
  #appending: Span[] = [];

  constructor(tracer: Tracer, partition: number) {
    this.#tracer = tracer;
    this.#partition = partition;
  }

  /** Right before a command is applied. */
  applying({ value, offset, headers }: LogRecord): Span | null {
    const templateId = (value[2] ?? 0) | ((value[3] ?? 0) << 8);
    const command = templateName(templateId) ?? "unknown";
    return this.#tracer.startSpan(`apply ${command}`, headers?.[traceparentHeader], {
      kind: "consumer",
      attributes: { partition: this.#partition, commandOffset: offset },
    });
  }

  /**
   * Right after: what is to stand beside the record that completes the body, if anything. Without a span the command's own context goes on
   * to the next reader.
   */
  applied(
    { headers }: LogRecord,
    span: Span | null,
    body: { readonly seqNum: number; readonly eventCount: number },
  ): RecordHeaders | null {
    const traceparent =
      span === null
        ? sampledContext(headers?.[traceparentHeader])
        : this.#appendingAfter(span, body);
    return traceparent === null ? null : { traceparent };
  }

  /** The spans of what was applied since the last call: they end with the append that carries it. */
  takeAppending(): readonly Span[] {
    if (this.#appending.length === 0) return noSpans;
    const spans = this.#appending;
    this.#appending = [];
    return spans;
  }

  #appendingAfter(
    span: Span,
    { seqNum, eventCount }: { readonly seqNum: number; readonly eventCount: number },
  ): string {
    span.set({ seqNum, eventCount });
    span.end();
    const append = this.#tracer.startSpan("order-events append", span.traceparent, {
      kind: "producer",
      attributes: { partition: this.#partition, seqNum },
    });
    if (append === null) return span.traceparent;
    this.#appending.push(append);
    return append.traceparent;
  }
}

const noSpans: readonly Span[] = [];

function sampledContext(traceparent: string | undefined): string | null {
  if (traceparent === undefined || parseTraceparent(traceparent)?.sampled !== true) return null;
  return traceparent;
}
