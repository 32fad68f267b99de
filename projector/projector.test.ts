import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";

import { Dice } from "../engine/oracle/dice.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import type { Log } from "../ports/log/log.ts";
import { openPglite } from "../ports/read-db/read-db-pglite.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import type { ReadDatabase, ReadDb } from "../ports/read-db/read-db.ts";
import type { Event } from "../schema/generated/records.ts";
import { EventLog, oracleBodies } from "./event-log.fixture.ts";
import { PostgresFold } from "./postgres.ts";
import { createProjector } from "./projector.ts";
import type { Projector, ProjectorAlarm } from "./projector.ts";
import { dumpPostgres, FlakyReadDb } from "./stores.fixture.ts";

const partitionCount = 2;
let readDb: ReadDb;
/** For what one pass comes to. */
let fresh: ReadDb;
let alarms: ProjectorAlarm[];
let running: Projector[];

beforeAll(async () => {
  [readDb, fresh] = await Promise.all([openPglite(), openPglite()]);
  await readDb.migrate();
}, 60_000);
afterAll(async () => {
  await readDb.close();
  await fresh.close();
});
beforeEach(async () => {
  alarms = [];
  running = [];
  await readDb.reset();
});
afterEach(async () => {
  await Promise.all(running.map((projector) => projector.stop()));
});

async function start(log: Log, into: ReadDb = readDb): Promise<Projector> {
  const projector = createProjector({
    log,
    readDb: into,
    analytics: null,
    clock: systemClock,
    onAlarm: (alarm) => alarms.push(alarm),
  });
  running.push(projector);
  await projector.start();
  return projector;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(2);
}

/** Two partitions, each with instruments of its own. */
async function newLogs(): Promise<{ log: Log; logs: readonly EventLog[] }> {
  const log = createMemoryLog({ partitionCount, clock: systemClock });
  const logs = [new EventLog(log, 0), new EventLog(log, 1)];
  for (const eventLog of logs) await eventLog.claim();
  return { log, logs };
}

type Bodies = readonly { readonly events: readonly Event[]; readonly transactTime: number }[];

/** The oracle's symbols, renamed so that no two partitions share one. */
function bodiesOf(seed: number, commandCount: number, partition: number): Bodies {
  return oracleBodies(seed, commandCount).map(({ events, transactTime }) => ({
    transactTime,
    events: events.map((event) =>
      "symbol" in event ? { ...event, symbol: `${event.symbol.slice(0, 14)}.${partition}` } : event,
    ),
  }));
}

/** What the logs come to in one pass. */
async function onePass(logs: readonly EventLog[]): Promise<Record<string, readonly unknown[]>> {
  await fresh.reset();
  for (const eventLog of logs) {
    const fold = new PostgresFold(fresh, eventLog.partition);
    await fold.load();
    await fold.apply(await eventLog.bodies());
  }
  return dumpPostgres(fresh);
}

async function caughtUp(projector: Projector): Promise<boolean> {
  return alarms.length > 0 || (await projector.lag()).every((records) => records === 0);
}

describe("the projector", () => {
  test("folds every partition, records that stand more than once included, over stops and starts", async () => {
    const { log, logs } = await newLogs();
    const dice = new Dice(5);
    const streams = logs.map(({ partition }) => bodiesOf(20 + partition, 600, partition));
    let projector = await start(log);
    for (let at = 0; at < 600; at += 100) {
      for (const [index, eventLog] of logs.entries()) {
        const part = streams[index]?.slice(at, at + 100) ?? [];
        await eventLog.append(part, () => 1 + dice.upTo(2));
      }
      if (dice.chance(0.5)) {
        await projector.stop();
        projector = await start(log);
      }
    }
    await until(() => caughtUp(projector));
    expect(alarms).toEqual([]);
    expect(await dumpPostgres(readDb)).toEqual(await onePass(logs));
    expect(projector.stats.map(({ position }) => position?.seqNum)).toEqual([600, 600]);
  }, 30_000);

  test("tries on in place while Postgres is away, and skips nothing", async () => {
    const { log, logs } = await newLogs();
    for (const [index, eventLog] of logs.entries())
      await eventLog.append(bodiesOf(20 + index, 300, index));
    const projector = await start(log, new FlakyReadDb(readDb, new Dice(9)));
    await until(() => caughtUp(projector));
    expect(alarms).toEqual([]);
    await projector.stop();
    expect(await dumpPostgres(readDb)).toEqual(await onePass(logs));
  }, 30_000);

  test("stops one of two that share a database, with an alarm, and the tables are right", async () => {
    const { log, logs } = await newLogs();
    const stream = bodiesOf(20, 400, 0);
    const projectors = await Promise.all([start(log), start(log)]);
    for (let at = 0; at < 400; at += 20) await logs[0]?.append(stream.slice(at, at + 20));
    await until(() => alarms.length > 0);
    expect(alarms.map(({ code }) => code)).toEqual(["OtherProjector"]);
    expect(alarms[0]).toMatchObject({ store: "Postgres", partition: 0 });
    const isRunning = (projector: Projector): boolean =>
      projector.stats.some(({ partition, running: runs }) => partition === 0 && runs);
    expect(projectors.filter(isRunning)).toHaveLength(1);
    const winner = projectors.find(isRunning);
    await until(async () => winner === undefined || (await winner.lag())[0] === 0);
    expect(await dumpPostgres(readDb)).toEqual(await onePass(logs));
  }, 30_000);

  test("builds the tables anew when what they hold is not on this log", async () => {
    const other = await newLogs();
    for (const eventLog of other.logs) await eventLog.append(bodiesOf(30, 200, eventLog.partition));
    const before = await start(other.log);
    await until(() => caughtUp(before));
    await before.stop();
    const { log, logs } = await newLogs();
    for (const eventLog of logs) await eventLog.append(bodiesOf(31, 100, eventLog.partition));
    const projector = await start(log);
    await until(() => caughtUp(projector));
    expect(alarms).toEqual([]);
    expect(await dumpPostgres(readDb)).toEqual(await onePass(logs));
  }, 30_000);

  test("builds the tables anew when the database turns out damaged, once", async () => {
    const { log, logs } = await newLogs();
    for (const eventLog of logs) await eventLog.append(bodiesOf(31, 300, eventLog.partition));
    const damaged = new DamagedReadDb(readDb);
    const projector = await start(log, damaged);
    await until(() => caughtUp(projector));
    damaged.isDamaged = true;
    for (const eventLog of logs) await eventLog.append([tick]);
    await until(() => damaged.resetCount === 1 && !damaged.isDamaged);
    await until(() => projector.stats.every(({ running: runs }) => runs));
    await until(() => caughtUp(projector));
    expect(alarms).toEqual([]);
    expect(await dumpPostgres(readDb)).toEqual(await onePass(logs));
    damaged.isDamaged = true;
    await logs[0]?.append([tick]);
    await until(() => alarms.length > 0);
    expect(alarms[0]).toMatchObject({ code: "Broken", partition: 0 });
  }, 30_000);

  test("stops the partition at an event that contradicts the tables, and goes on with the others", async () => {
    const { log, logs } = await newLogs();
    const [first, second] = logs;
    await first?.append([
      ...bodiesOf(31, 50, 0),
      {
        transactTime: 1,
        events: [{ kind: "SecurityStatusChanged", rptSeq: 1, securityID: 99, tradingState: 1 }],
      },
      tick,
    ]);
    await second?.append(bodiesOf(32, 50, 1));
    const projector = await start(log);
    await until(() => alarms.length > 0);
    await until(async () => (await projector.lag())[1] === 0);
    expect(alarms.map(({ code, partition }) => [code, partition])).toEqual([["Broken", 0]]);
    expect(alarms[0]?.message).toContain("securityID 99 is unknown");
    const [stopped, going] = projector.stats;
    expect(stopped).toMatchObject({ running: false, position: null });
    expect(going).toMatchObject({ running: true, position: { seqNum: 50 } });
  }, 30_000);

  test("reports a missing seqNum and goes on at the next Claim", async () => {
    const { log, logs } = await newLogs();
    const [first] = logs;
    if (first === undefined) throw new Error("There is a first partition");
    const stream = bodiesOf(31, 60, 0);
    await first.append(stream.slice(0, 30));
    await first.append(stream.slice(30, 31), () => 0);
    await first.append(stream.slice(31, 32));
    const projector = await start(log);
    await until(() => alarms.length > 0);
    expect(alarms.map(({ code }) => code)).toEqual(["Gap"]);
    expect(projector.stats[0]).toMatchObject({ running: true, position: { seqNum: 30 } });
  }, 30_000);
});

const tick: Bodies[number] = {
  transactTime: 2,
  events: [{ kind: "TimeTicked", sendingTime: 2 }],
};

/** Answers as a database with damaged pages does, until it is reset. */
class DamagedReadDb implements ReadDb {
  readonly #readDb: ReadDb;
  isDamaged = false;
  resetCount = 0;

  constructor(inner: ReadDb) {
    this.#readDb = inner;
  }

  get db(): ReadDatabase {
    return this.#readDb.db;
  }

  async run<Result>(statements: (db: ReadDatabase) => Promise<Result>): Promise<Result> {
    if (this.isDamaged) throw new ReadDbError("Corrupt", "invalid page in block 7", "XX001");
    return this.#readDb.run(statements);
  }

  async reset(): Promise<void> {
    await this.#readDb.reset();
    this.resetCount += 1;
    this.isDamaged = false;
  }

  migrate(): Promise<void> {
    return this.#readDb.migrate();
  }
  ping(): Promise<void> {
    return this.#readDb.ping();
  }
  close(): Promise<void> {
    return this.#readDb.close();
  }
}
