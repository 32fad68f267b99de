import { Counter, Gauge, Histogram, Registry } from "prom-client";

import { Topic } from "../schema/topics.ts";
import type { Log } from "../ports/log/log.ts";
import { LogError } from "../ports/log/log.ts";
import type { FoldStanding } from "./outcomes.ts";

export interface MetricsSources {
  readonly log: Log;
  standings(): readonly FoldStanding[];
  inFlight(): number;
  streamCount(): number;
}

/** What the gateway counts, in Prometheus' text format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter("requests_total", "HTTP requests answered", [
    "route",
    "status",
  ]);
  readonly #seconds = this.#histogram("request_seconds", "Time to answer an HTTP request", [
    "route",
  ]);
  readonly #outcomes = this.#histogram(
    "command_seconds",
    "From the append of a command to its folded outcome",
    [],
  );
  readonly #refusals = this.#counter("refusals_total", "Problems answered, by code", ["code"]);
  readonly #gaps = this.#counter("fold_gaps_total", "Gaps seen in order-events", []);
  readonly #failures = this.#counter("internal_errors_total", "Answers 500", []);

  constructor(sources: MetricsSources) {
    this.#gauge("commands_in_flight", "Commands that wait for their outcome", [], (gauge) =>
      gauge.set(sources.inFlight()),
    );
    this.#gauge("streams", "Open WebSocket streams", [], (gauge) =>
      gauge.set(sources.streamCount()),
    );
    this.#gauge("resident_memory_bytes", "Memory of the process", [], (gauge) =>
      gauge.set(process.memoryUsage.rss()),
    );
    this.#gauge("fold_seqnum", "Last outcome folded", ["partition"], (gauge) => {
      for (const { partition, seqNum } of sources.standings()) gauge.set({ partition }, seqNum);
    });
    this.#gauge(
      "fold_lag_records",
      "Commands whose outcome is not folded yet",
      ["partition"],
      (gauge) => measureLag(gauge, sources),
    );
  }

  answered(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status });
    this.#seconds.observe({ route }, seconds);
  }

  outcome(seconds: number): void {
    this.#outcomes.observe(seconds);
  }

  refused(code: string): void {
    this.#refusals.inc({ code });
  }

  gap(): void {
    this.#gaps.inc();
  }

  failed(): void {
    this.#failures.inc();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: prefix + name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
  ): Histogram<Label> {
    const registers = [this.#registry];
    return new Histogram({ name: prefix + name, help, labelNames, buckets, registers });
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    collect: (gauge: Gauge<Label>) => void | Promise<void>,
  ): void {
    const registers = [this.#registry];
    const gauge: Gauge<Label> = new Gauge({
      name: prefix + name,
      help,
      labelNames,
      registers,
      collect: () => collect(gauge),
    });
  }
}

const prefix = "orderbook_gateway_";
const buckets = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2,
];

async function measureLag(
  gauge: Gauge<"partition">,
  { log, standings }: MetricsSources,
): Promise<void> {
  for (const { partition, commandOffset } of standings()) {
    try {
      const end = await log.endOffset(Topic.Orders, partition);
      gauge.set({ partition }, Math.max(0, end - commandOffset - 1));
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      gauge.remove({ partition });
    }
  }
}
