import type { Environment, Variable } from "../process/environment.ts";

/** Where traces go (OTLP over HTTP; empty: nowhere), and the share of requests that are traced. */
export interface TracesConfig {
  readonly url: string;
  readonly sampleRatio: number;
}

export const tracesVariables = {
  tracesUrl: {
    name: "ORDERBOOK_TRACES_URL",
    meaning:
      "OpenTelemetry collector for traces, `http://host:4318/v1/traces`; without it nothing is traced",
    fallback: "",
  },
  traceRatio: {
    name: "ORDERBOOK_TRACE_RATIO",
    meaning: "share of the requests that are traced, 0 to 1; the gateway's decides",
    fallback: "0.01",
  },
} as const satisfies Record<string, Variable>;

export function readTraces(environment: Environment): TracesConfig {
  return {
    url: environment.url(tracesVariables.tracesUrl, ["http:", "https:"]),
    sampleRatio: environment.ratio(tracesVariables.traceRatio),
  };
}
