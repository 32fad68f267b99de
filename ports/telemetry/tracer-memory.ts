import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

import { systemClock } from "../clock/clock-system.ts";
import type { Clock } from "../clock/clock.ts";
import { OpenTelemetryTracer } from "./tracer-open-telemetry.ts";
import type { Tracer } from "./tracer.ts";

/** A span that has ended, as tests look at it. */
export interface EndedSpan {
  readonly name: string;
  readonly traceID: string;
  readonly spanID: string;
  readonly parentSpanID: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly linkedTraceIDs: readonly string[];
  readonly failure: string | null;
  /** Microseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface MemoryTracer {
  readonly tracer: Tracer;
  /** In the order in which they ended. */
  readonly ended: readonly EndedSpan[];
}

/** The same SDK, with spans kept in this process instead of sent. */
export function createMemoryTracer(
  options: { service?: string; sampleRatio?: number; clock?: Clock } = {},
): MemoryTracer {
  const { service = "test", sampleRatio = 1, clock = systemClock } = options;
  const exporter = new InMemorySpanExporter();
  const tracer = new OpenTelemetryTracer({
    service,
    instance: "memory",
    sampleRatio,
    clock,
    exporter,
    processor: (counted) => new SimpleSpanProcessor({ exporter: counted }),
  });
  return {
    tracer,
    get ended() {
      return exporter.getFinishedSpans().map(endedSpan);
    },
  };
}

function endedSpan(span: ReadableSpan): EndedSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    traceID: traceId,
    spanID: spanId,
    parentSpanID: span.parentSpanContext?.spanId ?? null,
    attributes: span.attributes,
    linkedTraceIDs: span.links.map(({ context }) => context.traceId),
    failure: span.status.code === failed ? (span.status.message ?? "") : null,
    startedAt: microseconds(span.startTime),
    endedAt: microseconds(span.endTime),
  };
}

/** SpanStatusCode.ERROR. */
const failed = 2;

function microseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1e6 + nanoseconds / 1000;
}
