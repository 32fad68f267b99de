import { Topic } from "../schema/topics.ts";
import type { Log } from "../ports/log/log.ts";
import { LogError } from "../ports/log/log.ts";
import { joinedText, MetricSet } from "../ports/telemetry/metric-set.ts";
import type { SetValue } from "../ports/telemetry/metric-set.ts";
import { addTracerMetrics } from "../ports/telemetry/process-metrics.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import type { FoldStanding } from "./outcomes.ts";

export interface MetricsSources {
  readonly log: Log;
  readonly tracer: Tracer;
  standings(): readonly FoldStanding[];
  /** Milliseconds on the clock of the standings. */
  monotonic(): number;
  inFlight(): number;
  streamCount(): number;
  /** Connections for order entry. */
  entryCount(): number;
  /** What else this process has to tell. */
  readonly others: readonly { text(): Promise<string> }[];
}

/** What the gateway counts, in Prometheus' text format. */
export class Metrics {
  readonly #set = new MetricSet("gateway");
  readonly #others: MetricsSources["others"];
  readonly #requests = this.#set.tally({
    name: "requests_total",
    help: "HTTP requests answered",
    labels: ["route", "status"],
  });
  readonly #seconds = this.#set.histogram({
    name: "request_seconds",
    help: "Time to answer an HTTP request",
    labels: ["route"],
  });
  readonly #outcomes = this.#set.histogram({
    name: "command_seconds",
    help: "From the append of a command to its folded outcome",
  });
  readonly #refusals = this.#set.tally({
    name: "refusals_total",
    help: "Problems answered, by code",
    labels: ["code"],
  });
  readonly #gaps = this.#set.tally({
    name: "fold_gaps_total",
    help: "Gaps seen in order-events",
  });
  readonly #failures = this.#set.tally({ name: "internal_errors_total", help: "Answers 500" });

  constructor(sources: MetricsSources) {
    this.#others = sources.others;
    this.#set.gauge(
      { name: "commands_in_flight", help: "Commands that wait for their outcome" },
      (set) => set(sources.inFlight()),
    );
    this.#set.gauge({ name: "streams", help: "Open WebSocket streams" }, (set) =>
      set(sources.streamCount()),
    );
    this.#set.gauge(
      { name: "entry_connections", help: "Open WebSocket connections for order entry" },
      (set) => set(sources.entryCount()),
    );
    addFold(this.#set, sources);
    addTracerMetrics(this.#set, sources.tracer);
  }

  answered(route: string, status: number, seconds: number): void {
    this.#requests({ route, status });
    this.#seconds(seconds, { route });
  }

  outcome(seconds: number): void {
    this.#outcomes(seconds);
  }

  refused(code: string): void {
    this.#refusals({ code });
  }

  gap(): void {
    this.#gaps();
  }

  failed(): void {
    this.#failures();
  }

  get contentType(): string {
    return this.#set.contentType;
  }

  text(): Promise<string> {
    return joinedText([this.#set, ...this.#others]);
  }
}

const labels = ["partition"];

function addFold(metrics: MetricSet, sources: MetricsSources): void {
  metrics.gauge({ name: "fold_seqnum", help: "Last outcome folded", labels }, (set) => {
    for (const { partition, seqNum } of sources.standings()) set(seqNum, { partition });
  });
  metrics.gauge(
    { name: "fold_lag_records", help: "Commands whose outcome is not folded yet", labels },
    (set) => measureLag(set, sources),
  );
  metrics.gauge(
    { name: "fold_age_seconds", help: "Since an outcome was folded; an owner ticks", labels },
    (set) => {
      const now = sources.monotonic();
      for (const { partition, foldedAt } of sources.standings())
        set((now - foldedAt) / 1000, { partition });
    },
  );
  metrics.gauge(
    { name: "fold_failed", help: "1 once an alarm has ended the fold", labels },
    (set) => {
      for (const { partition, failure } of sources.standings())
        set(failure === null ? 0 : 1, { partition });
    },
  );
}

/** Without the log there is no lag to tell: the series are gone for that long. */
async function measureLag(set: SetValue, { log, standings }: MetricsSources): Promise<void> {
  for (const { partition, commandOffset } of standings()) {
    try {
      const end = await log.endOffset(Topic.Orders, partition);
      set(Math.max(0, end - commandOffset - 1), { partition });
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
    }
  }
}
