import { dirname } from "node:path";

import { defaultFolders } from "./services/folders.ts";
import { buildLibrdkafka } from "./services/librdkafka.ts";
import type { Connections } from "./services/service.ts";
import { readConnections } from "./services/services.ts";
import { runTests } from "./test-run.ts";

/**
 * Runs the live suites against the stores that `bun run services up` started. A suite whose store is not there skips, saying so; with REQUIRE_LIVE=1 it
 * fails. Arguments go on to `bun test`. The last line is plain: `N passed, N failed, N skipped`.
 */
const root = dirname(import.meta.dir);
const folders = defaultFolders(process.env);
const connections = readConnections(folders);
const suites = [...new Bun.Glob("**/*.live.test.ts").scanSync({ cwd: root })]
  .filter((path) => !path.startsWith("node_modules/"))
  .toSorted()
  .map((path) => `./${path}`);
const chosen = process.argv.slice(2);

const { exitCode, summary } = await runTests({
  root,
  args: [
    "--path-ignore-patterns=node_modules/**",
    "--timeout=60000",
    ...(chosen.length > 0 ? chosen : suites),
  ],
  env: { ...process.env, ...(await liveEnvironment(connections)) },
});
console.log(summary);
process.exit(exitCode);

/** Addresses and passwords as the live suites read them. */
async function liveEnvironment(stores: Connections): Promise<Record<string, string>> {
  const { kafka, redis, postgres, minio, clickhouse } = stores;
  return {
    ...(kafka === undefined
      ? {}
      : { KAFKA_BROKERS: kafka.brokers, RDKAFKA_SO: await buildLibrdkafka(folders.cache) }),
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    ...(postgres === undefined ? {} : { POSTGRES_URL: postgres.url }),
    ...(minio === undefined
      ? {}
      : {
          MINIO_URL: minio.endpoint,
          MINIO_ACCESS_KEY: minio.accessKey,
          MINIO_SECRET_KEY: minio.secretKey,
          MINIO_BUCKET: minio.bucket,
        }),
    ...(clickhouse === undefined
      ? {}
      : {
          CLICKHOUSE_URL: clickhouse.url,
          CLICKHOUSE_WRITER: `${clickhouse.writer.user}:${clickhouse.writer.password}`,
          CLICKHOUSE_ANALYST: `${clickhouse.analyst.user}:${clickhouse.analyst.password}`,
        }),
  };
}
