import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openClickhouse } from "./analytics-clickhouse.ts";
import { failureOf, tradeOf } from "./analytics.conformance.ts";
import { AnalyticsError } from "./analytics.ts";
import type { Analytics } from "./analytics.ts";
import { clickhouseMissing } from "./clickhouse.fixture.ts";
import { clickhouseLibrary } from "./clickhouse-library.ts";
import { startClickhouseProcess } from "./clickhouse-process.ts";
import type { ClickhouseProcess } from "./clickhouse-process.ts";

const missing = clickhouseMissing();
const runs = missing === null ? describe : describe.skip;
const dataDir = mkdtempSync(join(tmpdir(), "orderbook-clickhouse-process-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(10);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

const tradeCount = "SELECT count() AS n FROM orderbook.trades";

describe("the ClickHouse library", () => {
  test("is Missing on a platform that the package does not serve, or where it is not installed", () => {
    for (const platform of ["win32-x64", "darwin-arm64", "linux-arm64"]) {
      if (platform === `${process.platform}-${process.arch}`) continue;
      const failure = thrownBy(() => clickhouseLibrary(platform));
      expect(failure).toBeInstanceOf(AnalyticsError);
      expect(failure).toMatchObject({ code: "Missing" });
    }
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

runs(`the ClickHouse process${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let server: ClickhouseProcess;
  let analytics: Analytics;
  beforeAll(async () => {
    server = await startClickhouseProcess({ dataDir });
    analytics = openClickhouse(server);
    await analytics.migrate();
    const rows = [tradeOf(1)];
    await analytics.insert({ table: "trades", deduplicationToken: "first", rows });
  }, 60_000);
  afterAll(async () => {
    await analytics.close();
    await server.close();
  });

  test("keeps its folder and its files to its owner", () => {
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    for (const name of ["credentials.json", "users.xml", "config.xml"]) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
    }
  });

  test("holds no password in the users file, and none among its arguments", () => {
    const secrets = [server.password, server.analyst.password];
    const users = readFileSync(join(dataDir, "users.xml"), "utf8");
    for (const secret of secrets) {
      expect(secret).toMatch(/^[\w-]{24}$/);
      expect(users).not.toContain(secret);
    }
    if (process.platform !== "linux") return;
    for (const file of ["cmdline", "environ"]) {
      const text = readFileSync(`/proc/${server.pid}/${file}`, "utf8");
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  test("listens on loopback only", async () => {
    expect(new URL(server.url).hostname).toBe("127.0.0.1");
    if (process.platform !== "linux") return;
    const port = Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, "0");
    const listening = readFileSync(`/proc/${server.pid}/net/tcp`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[1] ?? "")
      .filter((address) => address.endsWith(`:${port}`));
    expect(new Set(listening.map((address) => address.slice(0, 8)))).toEqual(new Set(["0100007F"]));
  });

  test("answers nobody who is neither the writer nor the analyst", async () => {
    const attempts: readonly Readonly<Record<string, string>>[] = [
      {},
      { "x-clickhouse-user": "default" },
      { authorization: `Basic ${btoa("default:")}` },
      { "x-clickhouse-user": "writer", "x-clickhouse-key": "guess" },
      { authorization: `Basic ${btoa("analyst:guess")}` },
      { "x-clickhouse-user": "writer", authorization: `Basic ${btoa("default:")}` },
    ];
    for (const headers of attempts) {
      for (const query of ["", "&user=default"]) {
        const response = await fetch(`${server.url}/?query=SELECT%201${query}`, { headers });
        expect(response.ok).toBe(false);
      }
    }
  });

  const beyond: readonly string[] = [
    "SELECT * FROM file('/etc/passwd', LineAsString)",
    "INSERT INTO FUNCTION file('/tmp/orderbook-out', 'CSV', 'a Int32') VALUES (1)",
    "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)",
    "SELECT * FROM executable('id', LineAsString, 'a String')",
    "CREATE TABLE orderbook.x (a Int32) ENGINE = URL('http://127.0.0.1:1/', CSV)",
    "CREATE USER mallory",
    "CREATE DATABASE elsewhere",
    "SYSTEM STOP LISTEN HTTP",
    "SYSTEM SHUTDOWN",
  ];
  for (const sql of beyond) {
    test(`lets neither writer nor analyst do: ${sql}`, async () => {
      const users = [{ user: server.user, password: server.password }, server.analyst];
      for (const { user, password } of users) {
        const response = await fetch(server.url, {
          method: "POST",
          body: sql,
          headers: { "x-clickhouse-user": user, "x-clickhouse-key": password },
        });
        expect(response.ok).toBe(false);
        expect(await response.text()).toMatch(/ACCESS_DENIED|user scripts folder/);
      }
    });
  }

  test("gives a plain HTTP client of the analyst's decimals that are no floats", async () => {
    const { user, password } = server.analyst;
    const authorization = `Basic ${btoa(`${user}:${password}`)}`;
    const query = "SELECT lastPx, rptSeq FROM orderbook.trades FORMAT JSONEachRow";
    const response = await fetch(server.url, {
      method: "POST",
      body: query,
      headers: { authorization },
    });
    expect(await response.json()).toEqual({ lastPx: "64250.5", rptSeq: "1" });
  });

  test("holds the analyst to limits that a query cannot lift", async () => {
    const sql = "SELECT 1 SETTINGS max_execution_time = 1000";
    expect(await failureOf(analytics.query(sql))).toMatchObject({ code: "Rejected" });
    const many = analytics.query("SELECT number FROM numbers(2000000)");
    expect(await failureOf(many)).toMatchObject({ code: "Rejected" });
  });

  test("comes back by itself after kill -9: same address, same users, same rows", async () => {
    const { url, pid } = server;
    process.kill(pid, "SIGKILL");
    await until(() => server.pid !== pid);
    expect(server.url).toBe(url);
    expect(await analytics.query(tradeCount)).toEqual([{ n: "1" }]);
  }, 60_000);

  test("keeps a second one off its folder", async () => {
    const second = await failureOf(startClickhouseProcess({ dataDir }));
    expect(second).toBeInstanceOf(AnalyticsError);
    expect(second).toMatchObject({ code: "Unavailable" });
    expect((second as Error).message).toContain("Cannot lock file");
    expect(await analytics.query(tradeCount)).toEqual([{ n: "1" }]);
  }, 60_000);

  test("keeps port, passwords and rows over a restart", async () => {
    const { url, password, analyst } = server;
    await server.close();
    server = await startClickhouseProcess({ dataDir });
    expect(server.url).toBe(url);
    expect(server.password).toBe(password);
    expect(server.analyst).toEqual(analyst);
    expect(await analytics.query(tradeCount)).toEqual([{ n: "1" }]);
  }, 60_000);

  test("takes another port when its own is taken", async () => {
    const { url } = server;
    await server.close();
    const port = Number(new URL(url).port);
    const squatter = Bun.serve({ hostname: "127.0.0.1", port, fetch: () => new Response("1\n") });
    server = await startClickhouseProcess({ dataDir });
    await squatter.stop(true);
    expect(server.url).not.toBe(url);
    await analytics.close();
    analytics = openClickhouse(server);
    expect(await analytics.query(tradeCount)).toEqual([{ n: "1" }]);
  }, 60_000);

  test("listens where it is told, and is Unavailable while somebody else listens there", async () => {
    await server.close();
    const squatter = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response("1\n"),
    });
    const port = squatter.port ?? 0;
    const refused = await failureOf(startClickhouseProcess({ dataDir, port }));
    expect(refused).toMatchObject({ name: "AnalyticsError", code: "Unavailable" });
    await squatter.stop(true);
    server = await startClickhouseProcess({ dataDir, port });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    await analytics.close();
    analytics = openClickhouse(server);
    expect(await analytics.query(tradeCount)).toEqual([{ n: "1" }]);
  }, 60_000);

  test("dies with the process that started it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "orderbook-clickhouse-parent-"));
    const script = join(import.meta.dir, "clickhouse-parent.fixture.ts");
    const parent = Bun.spawn([process.execPath, script, folder], { stdout: "pipe" });
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await parent.exited;
    await until(() => !isAlive(pid));
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test("starts empty, saying why, when the machine went down while it ran or its data are damaged", async () => {
    await server.close();
    writeFileSync(join(dataDir, "in-use"), "another boot");
    const reasons: string[] = [];
    const onRebuilt = (reason: string): void => void reasons.push(reason);
    server = await startClickhouseProcess({ dataDir, onRebuilt });
    expect(reasons).toEqual(["the machine went down while it was in use"]);
    await analytics.close();
    analytics = openClickhouse(server);
    await analytics.migrate();
    expect(await analytics.query(tradeCount)).toEqual([{ n: "0" }]);
    await server.close();
    overwriteMetadata(join(dataDir, "data", "metadata"));
    server = await startClickhouseProcess({ dataDir, onRebuilt });
    await analytics.migrate();
    expect(reasons).toHaveLength(2);
  }, 60_000);
});

function overwriteMetadata(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isFile()) writeFileSync(path, "no definition");
  }
}
