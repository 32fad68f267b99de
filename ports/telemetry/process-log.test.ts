import { expect, test } from "bun:test";

import { createProcessLog } from "./process-log.ts";
import type { Logger, LogLevel } from "./logger.ts";

const canary = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMDAxIn0.c2lnbmF0dXJlLWNhbmFyeQ";
const password = `canary-"quoted"-password`;

interface Written {
  readonly logger: Logger;
  readonly lines: string[];
  last(): Record<string, unknown>;
}

function openLog(level: LogLevel = "debug"): Written {
  const lines: string[] = [];
  const secrets = [password, "", "short"];
  const write = (line: string): number => lines.push(line);
  const logger = createProcessLog({ service: "test", level, secrets, write });
  return {
    logger,
    lines,
    last: () => JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>,
  };
}

test("a line is one JSON object with its level, time, service, fields and message", () => {
  const { logger, lines, last } = openLog();
  logger.warn({ clOrdID: "a-1", partition: 0, offset: 17, traceID: null, gone: undefined }, "Held");
  expect(lines[0]?.endsWith("}\n")).toBe(true);
  const { time, ...rest } = last();
  expect(Date.parse(String(time))).toBeGreaterThan(0);
  expect(rest).toEqual({
    level: "warn",
    service: "test",
    pid: process.pid,
    clOrdID: "a-1",
    partition: 0,
    offset: 17,
    traceID: null,
    msg: "Held",
  });
});

test("lines below the level are not written", () => {
  const { logger, lines } = openLog("info");
  logger.debug({}, "no");
  logger.info({}, "yes");
  expect(lines).toHaveLength(1);
});

test("no credential gets into a line, wherever it stands", () => {
  const { logger, lines } = openLog();
  const url = `postgres://orderbook:${encodeURIComponent("hunter2hunter2")}@db:5432/x`;
  const pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEICanary\n-----END PRIVATE KEY-----";
  const cause = new Error(`cause ${password}`);
  const error = new Error(`Authorization: Bearer ${canary}`, { cause });
  const nested = { headers: { authorization: "opaque-credential", text: canary }, big: 2n };
  logger.error({ error, nested, url, pem, list: [canary] }, `Refused ${canary} and ${password}`);
  logger.info({ token: "opaque-credential", adminToken: "opaque-credential", password: 1 }, "x");
  logger.info({ long: "x".repeat(1020) + password, longer: "x".repeat(1010) + canary }, "cut");
  const written = lines.join("");
  for (const secret of ["eyJ", "c2lnbmF0", "canary-", "opaque", "hunter2", "MC4CAQ"]) {
    expect(written).not.toContain(secret);
  }
  expect(written).toContain("[token]");
  expect(written).toContain("[private key]");
});

test("control, direction and invisible characters are escaped, in values, names and messages", () => {
  const { logger, lines, last } = openLog();
  const evil = 'a\r\n{"level":"error"}\u001b[2J\u009b31m\u0000\u2028\u202e\u200b\ufeff\ud800';
  logger.info({ clOrdID: evil, [evil]: 1 }, evil);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).toMatch(/^[\u0020-\u007e]+$/);
  expect(last()["clOrdID"]).toBe(evil);
  expect(last()["msg"]).toBe(evil);
});

test("a long value is cut", () => {
  const { logger, lines } = openLog();
  logger.info(
    { clOrdID: "x".repeat(100_000), deep: { a: ["y".repeat(100_000)] } },
    "z".repeat(1e5),
  );
  expect(lines[0]?.length).toBeLessThan(4000);
});

test("an error is written with its code and its causes", () => {
  const { logger, last } = openLog();
  const cause = Object.assign(new Error("disk"), { code: "ENOSPC" });
  logger.error({ error: new TypeError("append", { cause }) }, "Failed");
  expect(last()["error"]).toMatchObject({
    name: "TypeError",
    message: "append",
    cause: { message: "disk", code: "ENOSPC" },
  });
});
