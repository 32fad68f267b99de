import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { openClickhouse } from "./analytics-clickhouse.ts";
import { describeAnalytics, failureOf } from "./analytics.conformance.ts";
import { clickhouseMissing, startTestClickhouse } from "./clickhouse.fixture.ts";
import type { ClickhouseProcess } from "./clickhouse-process.ts";

const missing = clickhouseMissing();

if (missing !== null) test.skip(`ClickHouse: ${missing}`, () => {});
else {
  let server: ClickhouseProcess;
  beforeAll(async () => {
    server = await startTestClickhouse();
  }, 60_000);
  afterAll(() => server.close());

  describeAnalytics("ClickHouse as a child process", async () => openClickhouse(server));

  describe("the connection that people get", () => {
    test("is the analyst's, not the writer's", async () => {
      const analytics = openClickhouse(server);
      expect(analytics.connection).toEqual({ url: server.url, ...server.analyst });
      await analytics.close();
    });
  });
}

describe("a ClickHouse that is not there", () => {
  test("is Unavailable", async () => {
    const gone = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
    const url = `http://127.0.0.1:${gone.port}`;
    gone.stop(true);
    const analyst = { user: "analyst", password: "" };
    const analytics = openClickhouse({ url, user: "writer", password: "", analyst });
    expect(await failureOf(analytics.ping())).toMatchObject({ code: "Unavailable" });
    await analytics.close();
  });

  const answers: readonly [string, number, string, string][] = [
    ["too many parts", 500, "252", "Unavailable"],
    ["no space", 500, "243", "Unavailable"],
    ["a table that is read-only", 500, "242", "Unavailable"],
    ["a syntax error", 400, "62", "Rejected"],
  ];
  for (const [what, status, code, expected] of answers) {
    test(`answers ${what} as ${expected}`, async () => {
      const server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: () =>
          new Response(`Code: ${code}. DB::Exception: No. (SOME_NAME) (version 26.7.2.1)`, {
            status,
            headers: { "x-clickhouse-exception-code": code },
          }),
      });
      const analyst = { user: "analyst", password: "" };
      const url = `http://127.0.0.1:${server.port}`;
      const analytics = openClickhouse({ url, user: "writer", password: "", analyst });
      const insert = analytics.insert({ table: "t", deduplicationToken: "x", rows: [{ a: 1 }] });
      expect(await failureOf(insert)).toMatchObject({ code: expected });
      await analytics.close();
      await server.stop(true);
    });
  }
});
