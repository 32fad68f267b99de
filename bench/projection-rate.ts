import { join } from "node:path";

import { SQL } from "bun";

import { openClickhouse } from "../ports/analytics/analytics-clickhouse.ts";
import { startClickhouseProcess } from "../ports/analytics/clickhouse-process.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { openPostgres } from "../ports/read-db/read-db-postgres.ts";
import { createProjector } from "../projector/projector.ts";
import type { PipelineStats, Projector, StoreName } from "../projector/projector.ts";
import { childOptions, finish } from "./child-run.ts";
import { openBenchLog } from "./pipeline-place.ts";
import type { PipelinePlace } from "./pipeline-place.ts";

export interface ProjectionOptions {
  readonly place: PipelinePlace;
  readonly postgresUrl: string;
  /** Outcomes on the log. */
  readonly seqNum: number;
}

export interface ProjectionRates {
  readonly postgresPerSecond: number;
  readonly clickhousePerSecond: number;
}

const pollMs = 10;

if (import.meta.main) finish(await run(childOptions<ProjectionOptions>()));

/** Folds what stands on order-events, and the ticks of an owner that end ClickHouse's blocks, into an empty database of a real PostgreSQL and an empty ClickHouse, both at once. */
async function run({ place, postgresUrl, seqNum }: ProjectionOptions): Promise<ProjectionRates> {
  const database = `bench_${process.pid}`;
  const server = new SQL(postgresUrl, { max: 1 });
  await server.unsafe(`CREATE DATABASE ${database}`);
  const own = new URL(postgresUrl);
  own.pathname = `/${database}`;
  const readDb = openPostgres({ url: own.href });
  const clickhouse = await startClickhouseProcess({ dataDir: join(place.folder, "clickhouse") });
  const analytics = openClickhouse(clickhouse);
  try {
    await readDb.migrate();
    await analytics.migrate();
    const log = await openBenchLog(place);
    const fail = (error: Error): never => {
      throw error;
    };
    const projector = createProjector({
      log,
      readDb,
      analytics,
      clock: systemClock,
      onAlarm: fail,
    });
    const startedAt = performance.now();
    await projector.start();
    const [postgresAt, clickhouseAt] = await Promise.all([
      reached(projector, "Postgres", seqNum),
      reached(projector, "ClickHouse", seqNum),
    ]);
    await projector.stop();
    await log.close();
    const perSecond = (at: number): number => (seqNum / (at - startedAt)) * 1000;
    return {
      postgresPerSecond: perSecond(postgresAt),
      clickhousePerSecond: perSecond(clickhouseAt),
    };
  } finally {
    await Promise.all([readDb.close(), analytics.close()]);
    await clickhouse.close();
    await server.unsafe(`DROP DATABASE ${database} WITH (FORCE)`);
    await server.close();
  }
}

/** When a store has come so far. */
async function reached(projector: Projector, store: StoreName, seqNum: number): Promise<number> {
  const isThere = (stats: PipelineStats): boolean =>
    stats.store === store && (stats.position?.seqNum ?? 0) >= seqNum;
  while (!projector.stats.some(isThere)) await Bun.sleep(pollMs);
  return performance.now();
}
