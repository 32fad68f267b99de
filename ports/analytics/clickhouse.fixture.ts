import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AnalyticsError } from "./analytics.ts";
import { clickhouseLibrary } from "./clickhouse-library.ts";
import { startClickhouseProcess } from "./clickhouse-process.ts";
import type { ClickhouseProcess } from "./clickhouse-process.ts";

/** Why tests against the child process cannot run here; null when they can. */
export function clickhouseMissing(): string | null {
  try {
    clickhouseLibrary();
    return null;
  } catch (error) {
    if (error instanceof AnalyticsError && error.code === "Missing") return error.message;
    throw error;
  }
}

/** A server with a folder of its own; `close` ends the one and removes the other. */
export async function startTestClickhouse(): Promise<ClickhouseProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), "orderbook-clickhouse-"));
  const server = await startClickhouseProcess({ dataDir });
  return {
    get url() {
      return server.url;
    },
    get pid() {
      return server.pid;
    },
    user: server.user,
    password: server.password,
    analyst: server.analyst,
    close: async () => {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
