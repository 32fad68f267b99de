import { expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { createProcessLog } from "../ports/telemetry/process-log.ts";
import { RequestLog } from "./request-log.ts";

test("what failed is written ten times a second at most, with how much was left out", () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const logger = createProcessLog({
    service: "gateway",
    level: "debug",
    write: (line) => lines.push(line),
  });
  const log = new RequestLog(logger, clock);
  const fail = (count: number): void => {
    for (let index = 0; index < count; index++)
      log.failed(new Error("away"), {
        server: null,
        route: "POST /v1/orders",
        span: null,
        connectionID: 0,
      });
  };
  fail(60);
  expect(lines.length).toBe(10);
  clock.advance(999);
  fail(5);
  expect(lines.length).toBe(10);
  clock.advance(1);
  fail(2);
  const written = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(written.map(({ leftOutCount }) => leftOutCount).slice(9)).toEqual([
    undefined,
    55,
    undefined,
  ]);
});
