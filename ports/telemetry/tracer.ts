export type Attributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** W3C `traceparent`s of spans that this one has to do with, its parent aside. */
  readonly links?: readonly string[];
}

/** Work that is being traced. What is not sampled has no span, so that it costs nothing. */
export interface Span {
  /** 32 hex digits, the same for every span of a trace. */
  readonly traceID: string;
  /** W3C `traceparent` of this span: what its children name, in an HTTP header or beside a record. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** The work did not come to what it should. */
  fail(reason: string): void;
  end(): void;
}

/** Traces sampled work across processes. Whether something is traced is decided where it comes in, and nowhere else. */
export interface Tracer {
  /**
   * Where a request comes in: null unless it is sampled. A caller's `traceparent` decides where it has one (a bounded number a second),
   * the tracer's ratio where not.
   */
  startTrace(name: string, traceparent: string | null, options?: SpanOptions): Span | null;
  /** Below a span of this process or another; null where there is no sampled one. */
  startSpan(name: string, traceparent: string | undefined, options?: SpanOptions): Span | null;
  /** Runs the work so that `current` is this span in all of it, across awaits. */
  within<Result>(span: Span, work: () => Result): Result;
  /** The span that the running work is part of. */
  readonly current: Span | null;
  readonly stats: TracerStats;
  /** Sends what has ended. Never rejects: a trace is nobody's reason to fail. */
  close(): Promise<void>;
}

export interface TracerStats {
  readonly exportedCount: number;
  /** Spans that no collector took. */
  readonly lostCount: number;
}

/** Traces nothing. */
export const noTracer: Tracer = {
  startTrace: () => null,
  startSpan: () => null,
  within: (_, work) => work(),
  current: null,
  stats: { exportedCount: 0, lostCount: 0 },
  close: () => Promise.resolve(),
};

/** Ends the span when the work has settled. */
export async function endAfter<Result>(span: Span | null, work: Promise<Result>): Promise<Result> {
  if (span === null) return work;
  try {
    return await work;
  } catch (error) {
    span.fail(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    throw error;
  } finally {
    span.end();
  }
}

/** The name of the header, of HTTP and of records alike. */
export const traceparentHeader = "traceparent";
