import { LogError } from "../ports/log/log.ts";
import { MetricSet } from "../ports/telemetry/metric-set.ts";
import type { SetValue } from "../ports/telemetry/metric-set.ts";
import { addTracerMetrics } from "../ports/telemetry/process-metrics.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import type { Projector } from "./projector.ts";

const labels = ["store", "partition"];
const stores = ["Postgres", "ClickHouse"] as const;

/** What a projector counts, in Prometheus' text format. With `process: false` another set of this thread tells of the process. */
export function createProjectorMetrics(
  projector: Projector,
  options: { readonly process?: boolean; readonly tracer?: Tracer } = {},
): MetricSet {
  const metrics = new MetricSet("projector", options);
  addProgress(metrics, projector);
  addWrites(metrics, projector);
  if (options.tracer !== undefined) addTracerMetrics(metrics, options.tracer);
  metrics.counter(
    { name: "alarms_total", help: "Gaps, rivals and broken promises", labels: ["store", "code"] },
    (set) => {
      for (const { store, code, count } of projector.alarms) set(count, { store, code });
    },
  );
  return metrics;
}

function addProgress(metrics: MetricSet, projector: Projector): void {
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
  metrics.gauge({ name: "lag_records", help: "Records not folded yet", labels }, (set) =>
    measureLag(set, projector),
  );
  metrics.gauge(
    { name: "block_age_seconds", help: "Age of the oldest outcome that waits in a block", labels },
    (set) => {
      for (const { store, partition, waitingMs } of projector.stats)
        if (store === "ClickHouse") set((waitingMs ?? 0) / 1000, { store, partition });
    },
  );
}

function addWrites(metrics: MetricSet, projector: Projector): void {
  metrics.recorded({ name: "write_seconds", help: "One transaction, or one block" }, (set) => {
    for (const { store, partition, writes } of projector.stats) set(writes, { store, partition });
  });
  metrics.counter({ name: "retries_total", help: "Writes tried again", labels }, (set) => {
    for (const { store, partition, retryCount } of projector.stats)
      set(retryCount, { store, partition });
  });
}

/** Without the log there is no lag to tell: the series are gone for that long. */
async function measureLag(set: SetValue, projector: Projector): Promise<void> {
  try {
    for (const store of stores)
      for (const [partition, lag] of (await projector.lag(store)).entries())
        set(lag, { store, partition });
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
}
