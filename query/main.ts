import { openClickhouse } from "../ports/analytics/analytics-clickhouse.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { openKafkaLog } from "../ports/log/log-kafka.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { serveOptions } from "../ports/process/listener.ts";
import { runService } from "../ports/process/service.ts";
import type { OpenService, ServiceContext } from "../ports/process/service.ts";
import { openPostgres } from "../ports/read-db/read-db-postgres.ts";
import { openMinioSnapshots } from "../ports/snapshot/snapshot-minio.ts";
import { createQuery } from "./app.ts";
import { readConfig } from "./config.ts";
import type { QueryConfig } from "./config.ts";

await runService({ name: "query", readConfig, open });

async function open({ config, logger, fail }: ServiceContext<QueryConfig>): Promise<OpenService> {
  const { kafka } = config;
  const log = await openKafkaLog({
    ...kafka,
    library: openLibrary([kafka.library]),
    onFatal: (error) => fail(error, "The log is lost"),
  });
  const readDb = openPostgres(config.postgres);
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
    metrics: async () => ({ text: await metrics.text(), contentType: metrics.contentType }),
    close: async () => {
      await server.stop(true);
      await query.close();
      await Promise.all([readDb.close(), analytics?.close(), log.close(), snapshots.close()]);
    },
  };
}
