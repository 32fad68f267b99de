import { LogError } from "../ports/log/log.ts";
import { MetricSet } from "../ports/telemetry/metric-set.ts";
import type { Projector } from "./projector.ts";

const labels = ["store", "partition"];

/** What a projector counts, in Prometheus' text format. */
export function createProjectorMetrics(projector: Projector): MetricSet {
  const metrics = new MetricSet("projector");
  metrics.gauge({ name: "seqnum", help: "Last outcome whose rows stand", labels }, (set) => {
    for (const { store, partition, position } of projector.stats)
      if (position !== null) set(position.seqNum, { store, partition });
  });
  metrics.gauge({ name: "running", help: "0 once an alarm has stopped it", labels }, (set) => {
    for (const { store, partition, running } of projector.stats)
      set(running ? 1 : 0, { store, partition });
  });
  metrics.counter({ name: "bodies_total", help: "Outcomes folded", labels }, (set) => {
    for (const { store, partition, bodyCount } of projector.stats)
      set(bodyCount, { store, partition });
  });
  metrics.gauge(
    { name: "lag_records", help: "Records that Postgres has not folded", labels: ["partition"] },
    async (set) => {
      try {
        for (const [partition, lag] of (await projector.lag()).entries()) set(lag, { partition });
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
      }
    },
  );
  return metrics;
}
