import { renameSync, writeFileSync } from "node:fs";

import { startClickhouseProcess } from "../../ports/analytics/clickhouse-process.ts";

/**
 * Keeps a ClickHouse server until SIGTERM, and tells in a file where it answers: `bun ops/services/clickhouse-keeper.ts DATA
 * CONNECTION_FILE PORT`. The server is its child and dies with it.
 */
const [dataDir, connectionFile, port] = process.argv.slice(2);
if (dataDir === undefined || connectionFile === undefined || port === undefined) {
  throw new Error("Give the data folder, the connection file and the port");
}
const server = await startClickhouseProcess({ dataDir, port: Number(port) });
const connection = {
  url: server.url,
  writer: { user: server.user, password: server.password },
  analyst: server.analyst,
};
writeFileSync(`${connectionFile}.new`, JSON.stringify(connection), { mode: 0o600 });
renameSync(`${connectionFile}.new`, connectionFile);

const stop = (): void => {
  void server.close().then(() => process.exit(0));
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
