import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { earlyOrder, everyAttempt } from "../gateway/dead-letters.fixture.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import type { Log } from "../ports/log/log.ts";
import { frame } from "../schema/frame.ts";
import { schemaVersion } from "../schema/generated/records.ts";
import { Topic } from "../schema/topics.ts";
import { bootstrap, defineInstrument } from "./bootstrap.ts";
import { runCli } from "./cli.ts";
import { demoInstruments } from "./demo.ts";
import { VenueClient } from "./venue-client.ts";
import { openVenue } from "./venue.ts";
import type { Venue } from "./venue.ts";

const dataDir = mkdtempSync(join(tmpdir(), "orderbook-cli-"));
const fatal: Error[] = [];
let venue: Venue;
let admin: VenueClient;

/** The whole command side on its own log file, and the venue.json that start writes. */
async function open(): Promise<void> {
  venue = await openVenue({
    dataDir,
    port: 0,
    partitionCount: 1,
    reads: false,
    analytics: false,
    onNotice: () => {},
    onFatal: (error) => fatal.push(error),
  });
  const { adminToken } = await bootstrap(venue, join(dataDir, "keys"));
  admin = new VenueClient(venue.url, adminToken);
  writeFileSync(join(dataDir, "venue.json"), JSON.stringify({ url: venue.url, adminToken }));
}

beforeAll(open, 20_000);

afterAll(async () => {
  await venue.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs a command line; what it prints is JSON, in one piece or line by line. */
async function run(...args: readonly string[]): Promise<{ exitCode: number; said: unknown[] }> {
  const lines: string[] = [];
  const exitCode = await runCli([...args, "--data", dataDir], (line) => lines.push(line));
  return { exitCode, said: lines.map((line) => JSON.parse(line) as unknown) };
}

async function append(log: Log, ...values: readonly Uint8Array[]): Promise<number> {
  const records = values.map((value) => ({ key: null, value }));
  return (await log.append(Topic.Orders, 0, records)).at(-1)!;
}

interface Listed {
  readonly deadLetterID: string;
  readonly deadReason: string;
  readonly commandOffset: number;
}

/** The open letters, once there are so many. */
async function openLetters(count: number): Promise<readonly Listed[]> {
  for (;;) {
    const { said } = await run("dlq", "list");
    if (said.length === count) return said as Listed[];
    await Bun.sleep(2);
  }
}

async function eventsOf(orderID: string): Promise<readonly string[]> {
  const { said } = await run("log", "tail", "--topic", "order-events", "--count", "10000");
  const events = (said as { body?: { events?: { kind: string; orderID?: string }[] } }[]).flatMap(
    ({ body }) => body?.events ?? [],
  );
  return events.filter((event) => event.orderID === orderID).map(({ kind }) => kind);
}

describe("dlq, over a venue on its own log", () => {
  test("replays a dead order once, discards what cannot be read, and lists what became of each", async () => {
    const order = earlyOrder("SOL-USD", { clOrdID: "early" });
    await append(venue.log, new Uint8Array([7, 7]), ...everyAttempt(order));
    const letters = await openLetters(2);
    const idOf = (wanted: string): string =>
      letters.find(({ deadReason }) => deadReason === wanted)!.deadLetterID;
    const [unread, early] = [idOf("Undecodable"), idOf("UnknownSymbol")];
    await defineInstrument(admin, { ...demoInstruments[0]!, symbol: "SOL-USD" });

    const replayed = await run("dlq", "replay", early, "--reason", "it is listed now");
    expect(replayed).toMatchObject({
      exitCode: 0,
      said: [{ deadLetterID: early, clOrdID: "early", order: { ordStatus: "New" } }],
    });
    expect(await eventsOf(order.orderID)).toContain("OrderAccepted");
    const again = await run("dlq", "replay", early, "--reason", "once more");
    expect(again).toMatchObject({ exitCode: 1, said: [{ code: "DeadLetterResolved" }] });

    expect(await openLetters(1)).toMatchObject([{ deadLetterID: unread }]);
    const discarded = await run("dlq", "discard", unread, "--reason", "noise");
    expect(discarded).toMatchObject({
      exitCode: 0,
      said: [{ deadLetterID: unread, resolved: { resolution: "Discarded", reason: "noise" } }],
    });

    expect(await run("dlq", "list")).toEqual({ exitCode: 0, said: [] });
    const operator = "operator";
    const all = await run("dlq", "list", "--all");
    expect(all.said).toMatchObject([
      { deadLetterID: unread, resolved: { resolution: "Discarded", operator, reason: "noise" } },
      { deadLetterID: early, resolved: { resolution: "Replayed", reason: "it is listed now" } },
    ]);
  }, 20_000);

  test("replays past validUntil with --late only", async () => {
    const order = earlyOrder("ADA-USD", { clOrdID: "late", validForMs: 3_000 });
    await append(venue.log, ...everyAttempt(order));
    const [letter] = await openLetters(1);
    while (Date.now() <= order.validUntil) await Bun.sleep(20);
    await defineInstrument(admin, { ...demoInstruments[0]!, symbol: "ADA-USD" });
    const line = ["dlq", "replay", letter!.deadLetterID, "--reason", "listed at last"];
    expect(await run(...line)).toMatchObject({ exitCode: 1, said: [{ code: "ReplayTooLate" }] });
    expect(await run(...line, "--late")).toMatchObject({
      exitCode: 0,
      said: [{ order: { ordStatus: "New" } }],
    });
  }, 20_000);
});

describe("semantics", () => {
  test("list shows what is active and what the owner has; activate asks for it, and says why not", async () => {
    const owner = { node: expect.any(String), semanticsMax: 1 };
    const listed = { partition: 0, semanticsVersion: 1, schemaVersion, owner };
    expect(await run("semantics", "list")).toMatchObject({ exitCode: 0, said: [listed] });
    const again = await run("semantics", "activate", "--version", "1");
    expect(again).toMatchObject({ exitCode: 0, said: [{ semanticsVersion: 1, schemaVersion }] });
    const unknown = await run("semantics", "activate", "--version", "2");
    expect(unknown).toMatchObject({ exitCode: 1, said: [{ code: "UnknownSemantics" }] });
  });
});

describe("quarantine", () => {
  /** The next owner has refused the command unread: its letter says so, and can be closed. */
  async function expectSetAside(commandOffset: number, orderID: string): Promise<void> {
    const [letter] = await openLetters(1);
    expect(letter).toMatchObject({ deadReason: "Quarantined", commandOffset });
    const id = letter!.deadLetterID;
    const refused = await run("dlq", "replay", id, "--reason", "a try");
    expect(refused).toMatchObject({ exitCode: 1, said: [{ code: "NotReplayable" }] });
    expect((await run("dlq", "discard", id, "--reason", "looked at")).exitCode).toBe(0);
    expect(await eventsOf(orderID)).toEqual([]);
  }

  test("goes over the admin API where the venue answers, though no owner applies anything", async () => {
    await venue.hosts[0]!.stop();
    const order = earlyOrder("BTC-USD", { clOrdID: "breaks-running" });
    const offset = await append(venue.log, frame(order));
    const line = ["quarantine", "--offset", String(offset), "--reason", "every owner breaks"];
    const { exitCode, said } = await run(...line);
    expect([exitCode, said]).toMatchObject([0, [{ partition: 0, commandOffset: offset }]]);
    const { said: events } = await run("log", "tail", "--topic", "order-events", "--count", "1");
    expect(events).toMatchObject([{ kind: "Quarantine", operator: "operator" }]);
    await venue.close();
    await open();
    await expectSetAside(offset, order.orderID);
  }, 20_000);

  test("goes to the log itself where the venue is down, and holds when it comes up", async () => {
    await venue.close();
    const order = earlyOrder("BTC-USD", { clOrdID: "breaks-stopped" });
    const path = join(dataDir, "log.sqlite");
    const log = openSqliteLog({ path, partitionCount: 1, clock: systemClock });
    const offset = await append(log, frame(order));
    await log.close();
    const line = ["quarantine", "--offset", String(offset), "--reason", "it broke all of them"];
    expect(await run(...line)).toMatchObject({ exitCode: 0, said: [{ commandOffset: offset }] });
    const { said } = await run("log", "tail", "--topic", "order-events", "--count", "1");
    expect(said).toMatchObject([{ kind: "Quarantine", operator: "cli" }]);
    await open();
    await expectSetAside(offset, order.orderID);
    expect(fatal).toEqual([]);
  }, 20_000);
});
