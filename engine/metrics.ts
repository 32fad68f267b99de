import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import { MetricSet } from "../ports/telemetry/metric-set.ts";
import type { SetValue } from "../ports/telemetry/metric-set.ts";
import { Topic } from "../schema/topics.ts";
import type { Worker } from "./worker.ts";

const labels = ["partition"];

/** What a worker counts, in Prometheus' text format. */
export function createEngineMetrics({ log, worker }: { log: Log; worker: Worker }): MetricSet {
  const metrics = new MetricSet("engine");
  const owned = () => worker.hosts.map(({ stats }) => stats).filter((stats) => stats !== null);
  metrics.gauge(
    { name: "owner", help: "1 for partitions that this worker serves", labels },
    (set) => {
      for (const [partition, role] of worker.roles.entries())
        set(role === "Owner" ? 1 : 0, { partition });
    },
  );
  metrics.gauge({ name: "seqnum", help: "Of the last command applied", labels }, (set) => {
    for (const { partition, seqNum } of owned()) set(seqNum, { partition });
    for (const { stats } of worker.standbys)
      if (stats !== null) set(stats.seqNum, { partition: stats.partition });
  });
  metrics.gauge({ name: "lag_records", help: "Commands that are not applied yet", labels }, (set) =>
    measureLag(set, log, worker),
  );
  metrics.gauge({ name: "appends_in_flight", help: "Appends not acked yet", labels }, (set) => {
    for (const { partition, inFlightCount } of owned()) set(inFlightCount, { partition });
  });
  metrics.counter({ name: "commands_total", help: "Commands applied as owner", labels }, (set) => {
    for (const { partition, commandCount } of owned()) set(commandCount, { partition });
  });
  metrics.counter({ name: "events_total", help: "Events of those commands", labels }, (set) => {
    for (const { partition, eventCount } of owned()) set(eventCount, { partition });
  });
  metrics.gauge(
    {
      name: "apply_seconds",
      help: "Time to make one command's records",
      labels: [...labels, "quantile"],
    },
    (set) => {
      for (const { partition, applyNs } of owned())
        for (const quantile of [0.5, 0.99, 0.999])
          set(applyNs.percentile(quantile * 100) / 1e9, { partition, quantile });
    },
  );
  metrics.gauge(
    { name: "snapshot_age_seconds", help: "Since the newest snapshot was taken", labels },
    (set) => {
      for (const { partition, snapshot } of owned())
        if (snapshot.ageMs !== null) set(snapshot.ageMs / 1000, { partition });
    },
  );
  return metrics;
}

async function measureLag(set: SetValue, log: Log, worker: Worker): Promise<void> {
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
