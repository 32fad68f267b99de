import { join } from "node:path";

import type { Analytics } from "../ports/analytics/analytics.ts";
import { AnalyticsError } from "../ports/analytics/analytics.ts";
import { openClickhouse } from "../ports/analytics/analytics-clickhouse.ts";
import { startClickhouseProcess } from "../ports/analytics/clickhouse-process.ts";
import type { Clock } from "../ports/clock/clock.ts";
import type { Log } from "../ports/log/log.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { openPglite } from "../ports/read-db/read-db-pglite.ts";
import { createProjectorMetrics } from "../projector/metrics.ts";
import { createProjector } from "../projector/projector.ts";
import { createQuery } from "../query/app.ts";

export interface ReadSideOptions {
  readonly log: Log;
  /** Books start from the newest one. */
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  /** Folder for PGlite and ClickHouse; null keeps Postgres in memory and goes without ClickHouse. */
  readonly dataDir: string | null;
  readonly analytics: boolean;
  /** Shared with the gateway, so that nobody else on loopback reads accounts' data. */
  readonly secret: string;
  readonly tracer: Tracer;
  onNotice(line: string): void;
  onAnalytics(connection: AnalyticsConnection | null): void;
}

export interface AnalyticsConnection {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Projector, stores and query of the one-process mode, in whatever thread this runs. */
export interface ReadSide {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens the stores (building them anew from the log where they are damaged), folds, and serves reads on a loopback port of its own. */
export async function openReadSide(options: ReadSideOptions): Promise<ReadSide> {
  const analytics = await openAnalytics(options);
  options.onAnalytics(analytics === null ? null : analytics.store.connection);
  const readDb = await openPglite(
    options.dataDir === null
      ? {}
      : {
          dataDir: join(options.dataDir, "postgres"),
          onRebuilt: (reason) => options.onNotice(`Postgres view is built anew: ${reason}`),
        },
  );
  await readDb.migrate();
  const { log, snapshots, clock, secret, tracer } = options;
  const store = analytics?.store ?? null;
  const projector = createProjector({
    log,
    readDb,
    analytics: store,
    clock,
    tracer,
    onAlarm: (alarm) => options.onNotice(`Projector stopped: ${alarm.message}`),
  });
  const query = createQuery({
    log,
    readDb,
    analytics: store,
    clock,
    secret,
    snapshots,
    metricsSources: [createProjectorMetrics(projector, { process: false, tracer })],
    onAlarm: (error) => options.onNotice(`Reads: ${error.message}`),
  });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: query.fetch,
    websocket: query.websocket,
  });
  await Promise.all([projector.start(), query.start()]);
  return {
    url: `http://127.0.0.1:${server.port}`,
    close: async () => {
      await server.stop(true);
      await Promise.all([projector.stop(), query.close()]);
      await readDb.close();
      await store?.close();
      await analytics?.process.close();
    },
  };
}

async function openAnalytics(options: ReadSideOptions) {
  if (!options.analytics || options.dataDir === null) return null;
  try {
    const process = await startClickhouseProcess({ dataDir: join(options.dataDir, "clickhouse") });
    const store: Analytics = openClickhouse(process);
    await store.migrate();
    return { process, store };
  } catch (error) {
    if (!(error instanceof AnalyticsError) || error.code !== "Missing") throw error;
    options.onNotice(`No ClickHouse here, so trades and candles answer 503: ${error.message}`);
    return null;
  }
}
