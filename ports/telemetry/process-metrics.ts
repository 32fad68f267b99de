import { monitorEventLoopDelay } from "node:perf_hooks";

import type { MetricSet } from "./metric-set.ts";
import type { Tracer } from "./tracer.ts";

const resolutionMs = 10;

/**
 * How the process, or this thread of it, is. Bun tells no times of its garbage collector: its pauses are in the delay of the event
 * loop, and its cycles are counted by what they sweep away.
 */
export function addProcessMetrics(set: MetricSet): void {
  addMemory(set);
  addEventLoop(set);
  set.counter({ name: "cpu_seconds_total", help: "CPU time of the process" }, (setValue) => {
    const { user, system } = process.cpuUsage();
    setValue((user + system) / 1e6);
  });
  set.gauge({ name: "uptime_seconds", help: "Since the process began" }, (setValue) =>
    setValue(process.uptime()),
  );
}

/** What became of the spans that ended here. */
export function addTracerMetrics(set: MetricSet, tracer: Tracer): void {
  const labels = ["outcome"];
  set.counter(
    { name: "spans_total", help: "Spans, by what became of them", labels },
    (setValue) => {
      const { exportedCount, lostCount } = tracer.stats;
      setValue(exportedCount, { outcome: "exported" });
      setValue(lostCount, { outcome: "lost" });
    },
  );
}

function addMemory(set: MetricSet): void {
  set.gauge({ name: "resident_memory_bytes", help: "Memory of the process" }, (setValue) =>
    setValue(process.memoryUsage.rss()),
  );
  set.gauge({ name: "heap_bytes", help: "JavaScript heap of the thread" }, (setValue) =>
    setValue(process.memoryUsage().heapUsed),
  );
  const collections = countCollections();
  set.counter({ name: "gc_cycles_total", help: "Garbage collections noticed" }, (setValue) =>
    setValue(collections()),
  );
}

function addEventLoop(set: MetricSet): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const name = "event_loop_delay_seconds";
  const help = "How late timers came since the last scrape, by quantile";
  set.gauge({ name, help, labels: ["quantile"] }, (setValue) => {
    for (const quantile of [0.5, 0.99, 1]) {
      const ns = delay.count === 0 ? 0 : delay.percentile(quantile * 100);
      setValue(ns / 1e9, { quantile });
    }
    delay.reset();
  });
}

/** Counts how often an object that nobody holds is swept away, once for each collection that sweeps. */
function countCollections(): () => number {
  let count = 0;
  const registry = new FinalizationRegistry<null>(() => {
    count++;
    registry.register({}, null);
  });
  registry.register({}, null);
  return () => count;
}
