import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "../ports/clock/clock-system.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import { runCli } from "./cli.ts";
import { recordView } from "./cli/record-view.ts";
import { TestVenue } from "../gateway/venue.fixture.ts";

let dataDir = "";
let lines: string[] = [];

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "orderbook-cli-"));
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function run(...args: readonly string[]): Promise<number> {
  lines = [];
  return runCli([...args, "--data", dataDir], (line) => lines.push(line));
}

describe("on a venue that is down", () => {
  test("log tail shows the last records as JSON, one a line", async () => {
    const log = openSqliteLog({
      path: join(dataDir, "log.sqlite"),
      partitionCount: 1,
      clock: systemClock,
    });
    const ticks = [1, 2, 3].map((sendingTime) => frame({ kind: "TimeTick", sendingTime }));
    const values = [...ticks, new Uint8Array([9])];
    await log.append(
      Topic.Orders,
      0,
      values.map((value) => ({ key: null, value })),
    );
    await log.close();
    expect(await run("log", "tail", "--count", "2")).toBe(0);
    const shown = lines.map((line) => JSON.parse(line) as object);
    expect(shown).toMatchObject([
      {
        topic: "orders",
        partition: 0,
        offset: 2,
        kind: "TimeTick",
        sendingTime: "1970-01-01T00:00:00.003Z",
      },
      { offset: 3, error: "Undecodable", bytes: "09" },
    ]);
  });

  test("quarantine writes on its log, once the command is there and undecided", async () => {
    const at = (offset: string) =>
      run("quarantine", "--offset", offset, "--reason", "it breaks the engine");
    expect(await at("7")).toBe(1);
    expect(lines).toEqual(["There is no command at offset 7"]);
    expect(await at("3")).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({ commandOffset: 3, epoch: 0 });
    expect(await run("log", "tail", "--topic", "order-events")).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({ kind: "Quarantine", operator: "cli" });
  });

  test("a wrong command line says how it is to be", async () => {
    expect(await run("quarantine", "--reason", "x")).toBe(2);
    expect(await run("log", "tail", "--topic", "nothing")).toBe(2);
    expect(await run("dlq", "replay", "0:1")).toBe(2);
    expect(lines[0]).toContain("usage: bun ops/cli.ts");
  });
});

describe("on a venue that runs", () => {
  test("dead letters are listed, inspected and discarded over the admin API", async () => {
    const venue = await TestVenue.open();
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => venue.gateway.fetch(request),
    });
    const file = { url: `http://127.0.0.1:${server.port}`, adminToken: venue.admin };
    writeFileSync(join(dataDir, "venue.json"), JSON.stringify(file));
    try {
      await venue.log.append(Topic.Orders, 0, [{ key: null, value: new Uint8Array([1]) }]);
      while ((await run("dlq", "list")) === 0 && lines.length === 0) await Bun.sleep(1);
      const { deadLetterID } = JSON.parse(lines[0]!) as { deadLetterID: string };
      expect(await run("dlq", "inspect", deadLetterID)).toBe(0);
      expect(JSON.parse(lines[0]!)).toMatchObject({ deadReason: "Undecodable", bytes: "AQ==" });
      expect(await run("dlq", "replay", deadLetterID, "--reason", "a try")).toBe(1);
      expect(JSON.parse(lines[0]!)).toMatchObject({ code: "NotReplayable" });
      expect(await run("dlq", "discard", deadLetterID, "--reason", "noise")).toBe(0);
      expect(await run("dlq", "list")).toBe(0);
      expect(lines).toEqual([]);
      expect(await run("dlq", "list", "--all")).toBe(0);
      expect(lines.length).toBe(1);
      expect(await run("quarantine", "--offset", "0", "--reason", "a try")).toBe(1);
      expect(JSON.parse(lines[0]!)).toMatchObject({ code: "CommandDecided" });
    } finally {
      await server.stop(true);
      await venue.close();
      rmSync(join(dataDir, "venue.json"));
    }
  });
});

const golden = join(import.meta.dirname, "../schema/codec.golden");

test.each(readdirSync(golden).filter((name) => name.endsWith(".hex")))(
  "%s has a view as JSON with its codes by name",
  (name) => {
    const value = Uint8Array.fromHex(readFileSync(join(golden, name), "utf8").replaceAll("\n", ""));
    const view = recordView("orders", 0, { offset: 0, appendTime: 0, key: null, value });
    const text = JSON.stringify(view);
    expect(view["error"]).toBeUndefined();
    expect(text).not.toMatch(/"(side|ordType|timeInForce|ordRejReason|deadReason|decision)":\d/);
  },
);
