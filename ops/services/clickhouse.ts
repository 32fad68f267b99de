import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { portsAt } from "./ports.ts";
import type { Connections, Service, ServiceOptions } from "./service.ts";

type ClickhouseConnection = NonNullable<Connections["clickhouse"]>;

/** ClickHouse out of the npm package `chdb`, under a keeper that starts it again when it dies. */
export function clickhouse({ folders, portOffset }: ServiceOptions): Service {
  const home = join(folders.data, "clickhouse");
  const connectionFile = join(home, "connection.json");
  return {
    name: "clickhouse",
    version: "26.7",
    provision: () => Promise.resolve(),
    prepare: () => {
      mkdirSync(home, { recursive: true, mode: 0o700 });
      return Promise.resolve([
        {
          process: "clickhouse",
          command: [
            process.execPath,
            join(import.meta.dirname, "clickhouse-keeper.ts"),
            join(home, "data"),
            connectionFile,
            String(portsAt(portOffset).clickhouse),
          ],
          cwd: home,
          beforeLaunch: () => rmSync(connectionFile, { force: true }),
          healthy: () => answers(connectionFile),
        },
      ]);
    },
    finish: () => Promise.resolve(),
    connection: () => {
      const connection = readConnection(connectionFile);
      return connection === null ? {} : { clickhouse: connection };
    },
  };
}

/** Null until the keeper has written it. */
function readConnection(path: string): ClickhouseConnection | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ClickhouseConnection;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function answers(connectionFile: string): Promise<boolean> {
  const connection = readConnection(connectionFile);
  if (connection === null) return false;
  try {
    return (await fetch(`${connection.url}/ping`)).ok;
  } catch {
    // A refused connection is the answer "not yet".
    return false;
  }
}
