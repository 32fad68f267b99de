/** Starts a server on the folder given, prints its pid, and waits to be killed: run by clickhouse-process.test.ts. */
import { startClickhouseProcess } from "./clickhouse-process.ts";

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error("Give the folder");
const server = await startClickhouseProcess({ dataDir });
await Bun.write(Bun.stdout, String(server.pid));
setInterval(() => {}, 1000);
