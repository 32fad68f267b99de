import { systemClock } from "../clock/clock-system.ts";
import type { Logger } from "./logger.ts";
import { noTracer } from "./tracer.ts";
import type { Tracer } from "./tracer.ts";

export interface TracerOptions {
  readonly service: string;
  /** Tells processes of one service apart. */
  readonly instance: string;
  /** OTLP/HTTP endpoint of traces (`http://host:4318/v1/traces`); empty: nothing is traced, and OpenTelemetry is not loaded. */
  readonly url: string;
  /** Share of the requests without a sampled caller that are traced, 0 to 1; of meaning where requests come in. */
  readonly sampleRatio: number;
  readonly logger?: Pick<Logger, "warn">;
}

const exportEveryMs = 1000;
const exportTimeoutMs = 5000;

/** The tracer that a configuration asks for. */
export async function openTracer(options: TracerOptions): Promise<Tracer> {
  const { service, instance, url, sampleRatio, logger } = options;
  if (url === "") return noTracer;
  const [{ OpenTelemetryTracer }, { BatchSpanProcessor }, { OTLPTraceExporter }] =
    await Promise.all([
      import("./tracer-open-telemetry.ts"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/exporter-trace-otlp-http"),
    ]);
  return new OpenTelemetryTracer({
    service,
    instance,
    sampleRatio,
    clock: systemClock,
    exporter: new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs }),
    processor: (exporter) =>
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: exportEveryMs,
        exportTimeoutMillis: exportTimeoutMs,
      }),
    onLost: (error) => logger?.warn({ error }, "Spans are lost: the collector does not take them"),
  });
}
