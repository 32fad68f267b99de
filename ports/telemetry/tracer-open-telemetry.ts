import { AsyncLocalStorage } from "node:async_hooks";

import { ROOT_CONTEXT, SpanKind as OtelSpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Span as OtelSpan, Tracer as OtelTracer } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import type { ReadableSpan, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";

import type { Clock } from "../clock/clock.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";
import type { TraceContext } from "./traceparent.ts";
import type { Attributes, Span, SpanOptions, Tracer, TracerStats } from "./tracer.ts";

export interface OpenTelemetryOptions {
  readonly service: string;
  /** Tells processes of one service apart. */
  readonly instance: string;
  /** Share of the requests without a sampled caller that are traced, 0 to 1. */
  readonly sampleRatio: number;
  readonly clock: Clock;
  /** Gets the exporter below, wrapped in what counts. */
  processor(exporter: SpanExporter): SpanProcessor;
  readonly exporter: SpanExporter;
  /** The first time in a row that a batch of spans is lost. */
  onLost?(error: Error | undefined): void;
}

/** Traces that callers ask for, a second: their flag must not be a way to make this process work. */
const askedPerSecondMax = 100;
const limits = {
  attributeValueLengthLimit: 256,
  attributeCountLimit: 32,
  linkCountLimit: 32,
  eventCountLimit: 16,
};

/** The tracer on OpenTelemetry's SDK. */
export class OpenTelemetryTracer implements Tracer {
  readonly #options: OpenTelemetryOptions;
  readonly #provider: TracerProvider;
  readonly #tracer: OtelTracer;
  readonly #exporter: CountingExporter;
  readonly #running = new AsyncLocalStorage<Span>();
  readonly #dice: Dice;
  #second = 0;
  #askedCount = 0;

  constructor(options: OpenTelemetryOptions) {
    this.#options = options;
    this.#exporter = new CountingExporter(options.exporter, options.onLost);
    this.#dice = new Dice(crypto.getRandomValues(new Uint32Array(1))[0] ?? 1);
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        "service.namespace": "orderbook",
        "service.name": options.service,
        "service.instance.id": options.instance,
      }),
      spanLimits: limits,
      spanProcessors: [options.processor(this.#exporter)],
    });
    this.#tracer = this.#provider.getTracer("orderbook");
  }

  startTrace(name: string, traceparent: string | null, options: SpanOptions = {}): Span | null {
    const caller = traceparent === null ? null : parseTraceparent(traceparent);
    if (!this.#samples(caller)) return null;
    return this.#start(name, caller, options);
  }

  startSpan(name: string, traceparent: string | undefined, options: SpanOptions = {}): Span | null {
    if (traceparent === undefined) return null;
    const parent = parseTraceparent(traceparent);
    if (parent === null || !parent.sampled) return null;
    return this.#start(name, parent, options);
  }

  within<Result>(span: Span, work: () => Result): Result {
    return this.#running.run(span, work);
  }

  get current(): Span | null {
    return this.#running.getStore() ?? null;
  }

  get stats(): TracerStats {
    return this.#exporter.stats;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#provider.shutdown()]);
  }

  #samples(caller: TraceContext | null): boolean {
    const { sampleRatio } = this.#options;
    if (caller !== null && !caller.sampled) return false;
    if (caller !== null && this.#mayAsk()) return true;
    return sampleRatio > 0 && this.#dice.next() < sampleRatio;
  }

  #mayAsk(): boolean {
    const second = Math.floor(this.#options.clock.monotonic() / 1000);
    if (second !== this.#second) this.#askedCount = 0;
    this.#second = second;
    return ++this.#askedCount <= askedPerSecondMax;
  }

  #start(name: string, parent: TraceContext | null, options: SpanOptions): Span {
    const { kind = "internal", attributes = {}, links = [] } = options;
    const context =
      parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, otelContext(parent));
    const linked = links.map(parseTraceparent).filter((link) => link !== null);
    const span = this.#tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        attributes,
        root: parent === null,
        links: linked.map((link) => ({ context: otelContext(link) })),
      },
      context,
    );
    return new RecordedSpan(span);
  }
}

const kinds = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
} as const;

function otelContext({ traceID, spanID, sampled }: TraceContext) {
  return { traceId: traceID, spanId: spanID, traceFlags: sampled ? 1 : 0, isRemote: true };
}

class RecordedSpan implements Span {
  readonly traceID: string;
  readonly traceparent: string;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan) {
    const { traceId, spanId } = span.spanContext();
    this.#span = span;
    this.traceID = traceId;
    this.traceparent = formatTraceparent({ traceID: traceId, spanID: spanId, sampled: true });
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  fail(reason: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }

  end(): void {
    this.#span.end();
  }
}

class CountingExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #onLost: ((error: Error | undefined) => void) | undefined;
  #exportedCount = 0;
  #lostCount = 0;
  #losing = false;

  constructor(inner: SpanExporter, onLost: ((error: Error | undefined) => void) | undefined) {
    this.#inner = inner;
    this.#onLost = onLost;
  }

  get stats(): TracerStats {
    return { exportedCount: this.#exportedCount, lostCount: this.#lostCount };
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter["export"]>[1]): void {
    this.#inner.export(spans, (result) => {
      const lost = result.code !== exportSucceeded;
      if (lost) this.#lostCount += spans.length;
      else this.#exportedCount += spans.length;
      if (lost && !this.#losing) this.#onLost?.(result.error);
      this.#losing = lost;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }
}

/** ExportResultCode.SUCCESS. */
const exportSucceeded = 0;

/** xorshift32: which requests are traced is no secret, and the drawing must cost next to nothing. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed === 0 ? 1 : seed;
  }

  /** From 0 up to 1. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 2 ** 32;
  }
}
