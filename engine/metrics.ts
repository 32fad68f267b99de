import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import { MetricSet } from "../ports/telemetry/metric-set.ts";
import type { SetValue } from "../ports/telemetry/metric-set.ts";
import { addTracerMetrics } from "../ports/telemetry/process-metrics.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { DeadReasonName } from "../schema/generated/enums.ts";
import { Topic } from "../schema/topics.ts";
import type { OwnerStats } from "./owner.ts";
import type { Worker } from "./worker.ts";

export interface EngineMetricsSources {
  readonly log: Log;
  /** Whose partitions they are; a worker is one. */
  readonly worker: Pick<Worker, "hosts" | "standbys" | "roles">;
  readonly tracer?: Tracer;
  /** False where another set of this thread tells of the process. */
  readonly process?: boolean;
}

const labels = ["partition"];

/** What owners and standbys of partitions count, in Prometheus' text format. */
export function createEngineMetrics(sources: EngineMetricsSources): MetricSet {
  const metrics = new MetricSet("engine", { process: sources.process !== false });
  const owned = (): OwnerStats[] =>
    sources.worker.hosts.flatMap(({ stats }) => (stats === null ? [] : [stats]));
  addRoles(metrics, sources);
  addProgress(metrics, sources, owned);
  addState(metrics, owned);
  addOutcomes(metrics, owned);
  addSnapshots(metrics, owned);
  if (sources.tracer !== undefined) addTracerMetrics(metrics, sources.tracer);
  return metrics;
}

function addRoles(metrics: MetricSet, { worker }: EngineMetricsSources): void {
  metrics.gauge(
    {
      name: "role",
      help: "1 for what this process is to a partition",
      labels: [...labels, "role"],
    },
    (set) => {
      for (const [partition, role] of worker.roles.entries()) set(1, { partition, role });
    },
  );
}

function addProgress(
  metrics: MetricSet,
  { log, worker }: EngineMetricsSources,
  owned: () => OwnerStats[],
): void {
  metrics.gauge({ name: "seqnum", help: "Of the last command applied", labels }, (set) => {
    for (const { partition, seqNum } of owned()) set(seqNum, { partition });
    for (const { stats } of worker.standbys)
      if (stats !== null) set(stats.seqNum, { partition: stats.partition });
  });
  metrics.gauge({ name: "lag_records", help: "Commands that are not applied yet", labels }, (set) =>
    measureLag(set, log, worker),
  );
  metrics.gauge({ name: "unfolded_records", help: "Outcomes not folded yet", labels }, (set) => {
    for (const { partition, seqNum, foldedSeqNum } of owned())
      set(seqNum - foldedSeqNum, { partition });
  });
  metrics.gauge({ name: "appends_in_flight", help: "Appends not acked yet", labels }, (set) => {
    for (const { partition, inFlightCount } of owned()) set(inFlightCount, { partition });
  });
}

function addState(metrics: MetricSet, owned: () => OwnerStats[]): void {
  metrics.gauge(
    { name: "semantics_version", help: "By which the next command is decided", labels },
    (set) => {
      for (const { partition, semanticsVersion } of owned()) set(semanticsVersion, { partition });
    },
  );
  metrics.gauge({ name: "open_orders", help: "Orders that are open", labels }, (set) => {
    for (const { partition, orderCount } of owned()) set(orderCount, { partition });
  });
  metrics.gauge(
    { name: "id_window_entries", help: "Requests whose ids are remembered", labels },
    (set) => {
      for (const { partition, idWindowEntryCount } of owned())
        set(idWindowEntryCount, { partition });
    },
  );
}

function addOutcomes(metrics: MetricSet, owned: () => OwnerStats[]): void {
  metrics.counter({ name: "commands_total", help: "Commands applied as owner", labels }, (set) => {
    for (const { partition, commandCount } of owned()) set(commandCount, { partition });
  });
  const kinds = [...labels, "kind"];
  metrics.counter(
    { name: "events_total", help: "Events of them, by kind", labels: kinds },
    (set) => {
      for (const { partition, events } of owned())
        for (const { kind, count } of events.kinds) set(count, { partition, kind });
    },
  );
  const reasons = [...kinds, "reason"];
  metrics.counter({ name: "rejects_total", help: "Commands refused", labels: reasons }, (set) => {
    for (const { partition, events } of owned())
      for (const { kind, reason, count } of events.rejects) set(count, { partition, kind, reason });
  });
  metrics.counter(
    {
      name: "dead_letters_total",
      help: "Records written to orders.dlq, a takeover's copies too",
      labels: [...labels, "reason"],
    },
    (set) => {
      // Told from 0 on: a series that begins with its first letter would show no increase.
      for (const { partition, relay } of owned())
        for (const { reason, count } of relay.deadLetters)
          set(count, { partition, reason: DeadReasonName[reason] });
    },
  );
  metrics.recorded(
    { name: "apply_seconds", help: "Time to make one command's records, per command" },
    (set) => {
      for (const { partition, applyNs } of owned()) set(applyNs, { partition });
    },
  );
}

function addSnapshots(metrics: MetricSet, owned: () => OwnerStats[]): void {
  metrics.gauge({ name: "snapshot_age_seconds", help: "Of the newest snapshot", labels }, (set) => {
    for (const { partition, snapshot } of owned())
      if (snapshot.ageMs !== null) set(snapshot.ageMs / 1000, { partition });
  });
  metrics.gauge(
    { name: "snapshot_behind_records", help: "Commands since the newest snapshot", labels },
    (set) => {
      for (const { partition, seqNum, snapshot } of owned())
        set(seqNum - snapshot.seqNum, { partition });
    },
  );
  metrics.gauge({ name: "snapshot_seconds", help: "What the last one took", labels }, (set) => {
    for (const { partition, snapshot } of owned()) set(snapshot.lastMs / 1000, { partition });
  });
  metrics.counter({ name: "snapshots_total", help: "Snapshots taken", labels }, (set) => {
    for (const { partition, snapshot } of owned()) set(snapshot.takenCount, { partition });
  });
  metrics.counter(
    { name: "snapshot_failures_total", help: "Snapshots that failed", labels },
    (set) => {
      for (const { partition, snapshot } of owned()) set(snapshot.failedCount, { partition });
    },
  );
}

/** Without the log there is no lag to tell: the series are gone for that long. */
async function measureLag(
  set: SetValue,
  log: Log,
  worker: EngineMetricsSources["worker"],
): Promise<void> {
  for (const { stats } of [...worker.hosts, ...worker.standbys]) {
    if (stats === null) continue;
    const { partition, commandOffset } = stats;
    try {
      const end = await log.endOffset(Topic.Orders, partition);
      set(Math.max(0, end - commandOffset - 1), { partition });
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
    }
  }
}
