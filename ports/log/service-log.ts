import { systemClock } from "../clock/clock-system.ts";
import type { Logger } from "../telemetry/logger.ts";
import { MetricSet } from "../telemetry/metric-set.ts";
import type { KafkaConfig } from "./kafka-environment.ts";
import { openKafkaLog } from "./log-kafka.ts";
import type { Log } from "./log.ts";
import { openLibrary } from "./rdkafka/library.ts";
import type { Library } from "./rdkafka/library.ts";
import { LoopWatch } from "./rdkafka/loop-watch.ts";
import { Watchdog } from "./rdkafka/watchdog.ts";
import type { Stall } from "./rdkafka/watchdog.ts";

export interface ServiceLogOptions {
  readonly service: string;
  readonly kafka: KafkaConfig;
  readonly logger: Logger;
  /** Group that is told how far this service's folds are, for lag graphs; null where the service has a group of its own. */
  readonly lagGroup: string | null;
  /** A stall of a client ends the process, so that another one takes its partitions; else it is only told. One of the event loop always does. */
  readonly endsOnStall: boolean;
  fail(error: unknown, message: string): void;
}

/** The log of a service's process, with who watches that it goes on. */
export interface ServiceLog {
  readonly log: Log;
  readonly library: Library;
  readonly watchdog: Watchdog;
  readonly metrics: MetricSet;
  /** An answer of the group that a commit for lag graphs was refused. */
  commitFailed(message: string): void;
  /** Finishes what was appended, closes followers, and ends the watch. */
  close(): Promise<void>;
}

/** Rejects with LogError as `openKafkaLog` does. */
export async function openServiceLog(options: ServiceLogOptions): Promise<ServiceLog> {
  const { kafka, logger, fail, lagGroup, service } = options;
  const { stallMs, topicPrefix } = kafka;
  const library = openLibrary([kafka.library]);
  const watchdog = new Watchdog({
    clock: systemClock,
    stallMs,
    onStall: (stall) => takeStall(options, stall),
    onBrokers: (away, name) => tellBrokers(logger, away, name),
  });
  // Whoever's loop stands still answers nobody, and only another start can help.
  const loop = new LoopWatch({ service, stallMs, endsProcess: true });
  let commitFailureCount = 0;
  const commitFailed = (message: string): void => {
    commitFailureCount++;
    logger.debug({ reason: message }, "The group did not take a position");
  };
  const log = await openKafkaLog({
    ...kafka,
    library,
    watchdog,
    ...(lagGroup === null ? {} : { lagGroup: { groupID: topicPrefix + lagGroup, commitFailed } }),
    onFatal: (error) => fail(error, "The log is lost"),
  });
  return {
    log,
    library,
    watchdog,
    metrics: createLogMetrics({ watchdog, loop, commitFailureCount: () => commitFailureCount }),
    commitFailed,
    close: async () => {
      watchdog.close();
      loop.close();
      await log.close();
    },
  };
}

export interface LogMetricsSources {
  readonly watchdog: Pick<Watchdog, "stallCounts" | "brokersAway">;
  readonly loop: Pick<LoopWatch, "stallCount">;
  commitFailureCount(): number;
}

/** The same names in every process; Prometheus' job and instance tell them apart. */
export function createLogMetrics({
  watchdog,
  loop,
  commitFailureCount,
}: LogMetricsSources): MetricSet {
  const metrics = new MetricSet("log", { process: false });
  metrics.counter(
    { name: "stalls_total", help: "What stood still although it could go on", labels: ["kind"] },
    (set) => {
      for (const kind of ["Produce", "Read", "GroupPoll"] as const)
        set(watchdog.stallCounts.get(kind) ?? 0, { kind });
      set(loop.stallCount, { kind: "EventLoop" });
    },
  );
  metrics.gauge(
    { name: "brokers_away", help: "1 while something waits for brokers that do not answer" },
    (set) => set(watchdog.brokersAway ? 1 : 0),
  );
  metrics.counter(
    { name: "commit_failures_total", help: "Positions that a group did not take" },
    (set) => set(commitFailureCount()),
  );
  return metrics;
}

function takeStall({ logger, endsOnStall, fail }: ServiceLogOptions, stall: Stall): void {
  const what = `${stall.kind} of ${stall.name} stands still although the brokers answer`;
  if (endsOnStall) return fail(new Error(`For ${Math.round(stall.forMs)} ms`), what);
  logger.error({ stall }, what);
}

function tellBrokers(logger: Logger, away: boolean, name: string): void {
  if (away)
    logger.warn({ waiting: name }, "All brokers down, or none leads: what waits is no stall");
  else logger.info({}, "The brokers answer again");
}
