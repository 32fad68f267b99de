import { openClickhouse } from "../ports/analytics/analytics-clickhouse.ts";
import { migratingAnalytics } from "../ports/analytics/analytics-migrating.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { openServiceLog } from "../ports/log/service-log.ts";
import { runService } from "../ports/process/service.ts";
import type { OpenService, ServiceContext } from "../ports/process/service.ts";
import { joinedText } from "../ports/telemetry/metric-set.ts";
import { openPostgres } from "../ports/read-db/read-db-postgres.ts";
import { readConfig } from "./config.ts";
import type { ProjectorConfig } from "./config.ts";
import { createProjectorMetrics } from "./metrics.ts";
import { isTransient } from "./pipeline.ts";
import { createProjector } from "./projector.ts";
import type { ProjectorAlarm } from "./projector.ts";
import { untilAvailable } from "./retry.ts";

await runService({ name: "projector", readConfig, open });

async function open(context: ServiceContext<ProjectorConfig>): Promise<OpenService> {
  const { config, logger, tracer, fail } = context;
  const { kafka } = config;
  const watch = {
    service: "projector",
    lagGroup: "orderbook-projector",
    endsOnStall: false,
  } as const;
  const serviceLog = await openServiceLog({ kafka, logger, fail, ...watch });
  const { log } = serviceLog;
  const readDb = openPostgres(config.postgres);
  await untilAvailable(() => readDb.migrate(), {
    clock: systemClock,
    signal: new AbortController().signal,
    isTransient,
  });
  const { clickhouse } = config;
  const analytics = clickhouse === null ? null : migratingAnalytics(openClickhouse(clickhouse));
  const projector = createProjector({
    log,
    readDb,
    analytics,
    clock: systemClock,
    tracer,
    onAlarm: (alarm) => takeAlarm(context, alarm),
  });
  await projector.start();
  const metrics = createProjectorMetrics(projector, { tracer });
  return {
    readiness: () => {
      const { stats } = projector;
      return { ready: stats.every(({ running }) => running), status: "serving", stats };
    },
    metrics: async () => ({
      text: await joinedText([metrics, serviceLog.metrics]),
      contentType: metrics.contentType,
    }),
    close: async () => {
      await projector.stop();
      await Promise.all([readDb.close(), analytics?.close(), serviceLog.close()]);
    },
  };
}

/** Two projectors end each other: the one that is started again finds where the other has come to. */
function takeAlarm({ logger, fail }: ServiceContext<ProjectorConfig>, alarm: ProjectorAlarm): void {
  const { code, store, partition } = alarm;
  if (code === "OtherProjector") return fail(alarm, "Another projector is at work");
  if (code === "Gap") logger.warn({ store, partition, error: alarm }, "A gap in order-events");
  else logger.error({ store, partition, error: alarm }, "A projection has stopped");
}
