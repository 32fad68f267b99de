import { openClickhouse } from "../ports/analytics/analytics-clickhouse.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { openServiceLog } from "../ports/log/service-log.ts";
import { serveOptions } from "../ports/process/listener.ts";
import { runService } from "../ports/process/service.ts";
import type { OpenService, ServiceContext } from "../ports/process/service.ts";
import { openPostgres } from "../ports/read-db/read-db-postgres.ts";
import { openMinioSnapshots } from "../ports/snapshot/snapshot-minio.ts";
import { joinedText } from "../ports/telemetry/metric-set.ts";
import { createQuery } from "./app.ts";
import { readConfig } from "./config.ts";
import type { QueryConfig } from "./config.ts";

/** Less than a gateway waits, so that it hands on the reason. */
const answerMsMax = 5000;

await runService({ name: "query", readConfig, open });

async function open({ config, logger, fail }: ServiceContext<QueryConfig>): Promise<OpenService> {
  const { kafka } = config;
  const watch = { service: "query", lagGroup: "orderbook-query", endsOnStall: false } as const;
  const serviceLog = await openServiceLog({ kafka, logger, fail, ...watch });
  const { log } = serviceLog;
  const readDb = openPostgres({ ...config.postgres, answerMsMax });
  const snapshots = openMinioSnapshots(config.minio);
  const analytics = config.clickhouse === null ? null : openClickhouse(config.clickhouse);
  const query = createQuery({
    log,
    readDb,
    analytics,
    clock: systemClock,
    secret: config.secret,
    snapshots,
    onAlarm: (error) => logger.error({ error }, "A read failed, or a book stopped"),
  });
  const server = Bun.serve({
    ...serveOptions(config.listener),
    fetch: query.fetch,
    websocket: query.websocket,
  });
  logger.info({ url: server.url.origin }, "Listening");
  await query.start();
  const { metrics } = query;
  return {
    readiness: () => ({ ready: true, status: "serving" }),
    metrics: async () => ({
      text: await joinedText([metrics, serviceLog.metrics]),
      contentType: metrics.contentType,
    }),
    close: async () => {
      await server.stop(true);
      await query.close();
      await Promise.all([
        readDb.close(),
        analytics?.close(),
        serviceLog.close(),
        snapshots.close(),
      ]);
    },
  };
}
