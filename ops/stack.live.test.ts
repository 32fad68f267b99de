import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "minio";

import { startClickhouseProcess } from "../ports/analytics/clickhouse-process.ts";
import { kafkaTopicName } from "../ports/log/kafka-topics.ts";
import { liveStore } from "../ports/live-store.ts";
import { Admin } from "../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { partitionOf, symbolHash } from "../schema/hash.ts";
import { Topic } from "../schema/topics.ts";
import { bootstrap } from "./bootstrap.ts";
import type { Cast } from "./bootstrap.ts";
import { openCollector, traceOf } from "./collector.fixture.ts";
import { defaultFolders } from "./services/folders.ts";
import { readConnections } from "./services/services.ts";
import { openStack } from "./stack.ts";
import type { Stack } from "./stack.ts";
import type { StackMember, Stores } from "./stack/stack-environment.ts";
import { VenueClient } from "./venue-client.ts";
import { compareViews } from "./views/compare.ts";

const names = ["KAFKA_BROKERS", "MINIO_URL", "REDIS_URL", "POSTGRES_URL", "CLICKHOUSE_URL"];
const missing = names.filter((name) => liveStore(name, name) === null);

if (missing.length > 0) {
  test.skip(`${missing.join(", ")} missing: start the stores with \`bun run services up\``, () => {});
} else {
  runSuite();
}

const sessionTimeoutMs = 3000;
/** A worker stays dead for so long: others have taken its partitions over by then. */
const restartMs = 12_000;

function runSuite(): void {
  const place = new TestPlace();
  const collector = openCollector();
  let stack: Stack;
  let cast: Cast;
  let market: Market;
  const output: string[] = [];

  beforeAll(async () => {
    stack = await openStack({
      dataDir: place.dataDir,
      port: 0,
      prefix: place.prefix,
      stores: await place.open(),
      sessionTimeoutMs,
      restartMs,
      traces: { url: collector.url, sampleRatio: 0 },
      onLine: (line) => output.push(line),
    });
    cast = await bootstrap(stack, join(place.dataDir, "keys"));
    market = new Market(stack, cast);
    await stack.readsReady;
  }, 60_000);

  afterAll(async () => {
    await stack?.close();
    await place.close();
    await collector.close();
  }, 60_000);

  /** Seconds between a kill and the first order of a partition that is answered again. */
  async function outage(symbol: string, strike: () => void): Promise<number> {
    strike();
    const startedAt = performance.now();
    await market.untilAnswered(symbol);
    return performance.now() - startedAt;
  }

  function ownerOf(symbol: string): Promise<StackMember> {
    return owner(stack, partitionOf(symbolHash(symbol), 2));
  }

  describe("the venue as separate processes on the real stores", () => {
    test("trades, and every view has what the log has", async () => {
      await market.trade(40);
      expect(await views(stack, cast, place)).toEqual([]);
    }, 60_000);

    test("answers with the original outcome when a request is repeated", async () => {
      const order = { ...market.order("BTC-USD", "Buy", "1"), clOrdID: "repeated-1" };
      const client = market.clients[0];
      const [first, second] = [
        await client.post("/v1/orders", order),
        await client.post("/v1/orders", order),
      ];
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body["orderID"]).toBe(first.body["orderID"]);
    });

    test("follows one order from its request through Kafka's headers into both projections", async () => {
      const traceID = "4bf92f3577b34da6a3ce929d0e0e4736";
      const traceparent = `00-${traceID}-00f067aa0ba902b7-01`;
      const answer = await fetch(`${stack.url}/v1/orders`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${cast.traders[0]?.token ?? ""}`,
          "content-type": "application/json",
          traceparent,
        },
        body: JSON.stringify(market.order("BTC-USD", "Buy", "1")),
      });
      expect(answer.status).toBe(201);
      const path = ["POST /v1/orders", "orders append", "apply NewOrderSingle"];
      const views = ["Postgres transaction", "ClickHouse block"];
      const trace = await traceOf(collector, traceID, [...path, "order-events append", ...views]);
      const parentOf = (name: string): string | undefined =>
        [...trace.values()].find(({ spanID }) => spanID === trace.get(name)?.parentSpanID)?.name;
      expect(path.map(parentOf)).toEqual([undefined, ...path.slice(0, -1)]);
      expect(parentOf("order-events append")).toBe("apply NewOrderSingle");
      expect(views.map(parentOf)).toEqual(["order-events append", "order-events append"]);
      const services = [...trace.values()].map(({ service }) => service);
      expect(new Set(services)).toEqual(new Set(["gateway", "engine", "projector"]));
    }, 60_000);

    test("serves health and metrics on private listeners, and no metrics on the public one", async () => {
      for (const [member, url] of Object.entries(stack.operations)) {
        expect((await fetch(`${url}/healthz`)).status).toBe(200);
        const text = await (await fetch(`${url}/metrics`)).text();
        expect(text).toContain(`orderbook_${member.replace(/-\d$/, "")}_`);
      }
      expect((await fetch(`${stack.url}/metrics`)).status).toBe(404);
    });

    test("hands a killed worker's partition to the other's warm standby, and loses nothing", async () => {
      const symbol = "BTC-USD";
      const dead = await ownerOf(symbol);
      const survivor = dead === "engine-1" ? "engine-2" : "engine-1";
      const ms = await outage(symbol, () => stack.processes[dead].kill("SIGKILL"));
      expect(await ownerOf(symbol)).toBe(survivor);
      expect(ms).toBeLessThan(15_000);
      const line = output.findLast((text) => text.includes("Partition serves")) ?? "";
      const report = JSON.parse(line.slice(line.indexOf("{"))) as { from: string; ms: number };
      expect(report.from).toBe("standby");
      expect(report.ms).toBeLessThan(2000);
      console.log(
        `Failover after kill -9: ${Math.round(ms)} ms, of which takeover ${report.ms} ms`,
      );
      await market.trade(20);
      expect(await views(stack, cast, place)).toEqual([]);
    }, 60_000);

    test("row 18: a worker that slept through the loss of its partition writes nothing more", async () => {
      await bothServe(stack);
      const symbol = "ETH-USD";
      const zombie = await ownerOf(symbol);
      const startsBefore = stack.processes[zombie].startCount;
      await outage(symbol, () => stack.processes[zombie].kill("SIGSTOP"));
      await market.trade(10);
      stack.processes[zombie].kill("SIGCONT");
      await market.trade(10);
      const isFenced = () =>
        output.some((line) => line.startsWith(zombie) && /lost|took over|fenced/i.test(line));
      await until(() => isFenced() || stack.processes[zombie].startCount > startsBefore);
      expect(await views(stack, cast, place)).toEqual([]);
    }, 60_000);

    test("goes on when projector, query and gateway are killed", async () => {
      for (const member of ["projector", "query", "gateway"] as const) {
        stack.processes[member].kill("SIGKILL");
      }
      await market.untilAnswered("BTC-USD");
      await market.trade(10);
      await until(() => readsServe(stack));
      expect(await views(stack, cast, place)).toEqual([]);
    }, 60_000);
  });
}

/** A folder, a database, a ClickHouse and a prefix of this test's own. */
class TestPlace {
  readonly id = crypto.randomUUID().slice(0, 8);
  readonly prefix = `t-${this.id}-`;
  readonly dataDir = mkdtempSync(join(tmpdir(), "orderbook-stack-"));
  readonly #database = `stack_${this.id}`;
  readonly #stores = readConnections(defaultFolders(process.env)) as Stores;
  #clickhouse: Awaited<ReturnType<typeof startClickhouseProcess>> | null = null;

  async open(): Promise<Stores> {
    const { postgres } = this.#stores;
    await this.#sql(`CREATE DATABASE ${this.#database}`);
    const url = new URL(postgres.url);
    url.pathname = `/${this.#database}`;
    const server = await startClickhouseProcess({ dataDir: join(this.dataDir, "clickhouse") });
    this.#clickhouse = server;
    const { user, password, analyst } = server;
    return {
      ...this.#stores,
      postgres: { url: url.href },
      clickhouse: { url: server.url, writer: { user, password }, analyst },
    };
  }

  get clickhouse() {
    const { url, analyst } = this.#clickhouse ?? {};
    return url === undefined || analyst === undefined ? null : { url, ...analyst };
  }

  async close(): Promise<void> {
    await this.#clickhouse?.close();
    await this.#sql(`DROP DATABASE IF EXISTS ${this.#database} WITH (FORCE)`);
    await this.#removeTopics();
    await this.#removeObjects();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #sql(statement: string): Promise<void> {
    const sql = new Bun.SQL(this.#stores.postgres.url, { max: 1 });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.close();
    }
  }

  async #removeTopics(): Promise<void> {
    const settings = { "bootstrap.servers": this.#stores.kafka.brokers, log_level: "3" };
    const admin = new Admin(openLibrary([process.env["RDKAFKA_SO"] ?? ""]), settings);
    for (const topic of Object.values(Topic)) {
      await admin.deleteTopic(kafkaTopicName(topic, this.prefix));
    }
    admin.close();
  }

  async #removeObjects(): Promise<void> {
    const { endpoint, accessKey, secretKey, bucket } = this.#stores.minio;
    const { hostname, port } = new URL(endpoint);
    const place = { endPoint: hostname, port: Number(port), useSSL: false };
    const client = new Client({ ...place, accessKey, secretKey });
    for await (const { name } of client.listObjects(bucket, this.prefix, true)) {
      await client.removeObject(bucket, String(name));
    }
  }
}

/** Two traders whose orders are all answered or repeated until they are. */
class Market {
  readonly clients: readonly [VenueClient, VenueClient];
  readonly #symbols = ["BTC-USD", "ETH-USD"];
  #count = 0;

  constructor(stack: Stack, cast: Cast) {
    const [alice, bob] = cast.traders.map(({ token }) => new VenueClient(stack.url, token));
    if (alice === undefined || bob === undefined) throw new Error("The cast has two traders");
    this.clients = [alice, bob];
  }

  order(symbol: string, side: "Buy" | "Sell", orderQty: string) {
    return {
      symbol,
      side,
      ordType: "Limit",
      price: "1000",
      orderQty,
      clOrdID: `o-${++this.#count}`,
    };
  }

  /** Orders of both sides in both instruments, some of which meet. */
  async trade(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const symbol = this.#symbols[index % 2] ?? "";
      const [client, side] =
        index % 4 < 2 ? ([this.clients[0], "Buy"] as const) : ([this.clients[1], "Sell"] as const);
      await this.#place(client, this.order(symbol, side, String(1 + (index % 3))));
    }
  }

  async untilAnswered(symbol: string): Promise<void> {
    await this.#place(this.clients[0], this.order(symbol, "Buy", "1"));
  }

  /** The same request until it has its outcome: a venue that was away must not have made two of it. */
  async #place(client: VenueClient, order: object): Promise<void> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const status = await client.post("/v1/orders", order).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 201) return;
      if (performance.now() > deadline) throw new Error(`No outcome, last answer ${status}`);
      await Bun.sleep(50);
    }
  }
}

async function views(stack: Stack, cast: Cast, place: TestPlace): Promise<readonly string[]> {
  const { equal, report } = await compareViews({
    dataDir: place.dataDir,
    url: stack.url,
    venue: { accounts: cast.traders, clickhouse: place.clickhouse },
  });
  return equal ? [] : report;
}

async function readsServe(stack: Stack): Promise<boolean> {
  const answer = await fetch(`${stack.url}/readyz`);
  return ((await answer.json()) as { reads?: boolean }).reads === true;
}

async function rolesOf(stack: Stack, member: "engine-1" | "engine-2"): Promise<string[]> {
  try {
    const answer = await fetch(`${stack.operations[member]}/readyz`);
    return ((await answer.json()) as { roles?: string[] }).roles ?? [];
  } catch {
    // It is dead or starting: it owns nothing.
    return [];
  }
}

/** Orders are answered a moment before the new owner calls itself one. */
async function owner(stack: Stack, partition: number): Promise<StackMember> {
  let found: StackMember | null = null;
  await until(async () => {
    for (const member of ["engine-1", "engine-2"] as const) {
      const { running } = stack.processes[member];
      if (running && (await rolesOf(stack, member))[partition] === "Owner") found = member;
    }
    return found !== null;
  });
  if (found === null) throw new Error(`Nobody owns partition ${partition}`);
  return found;
}

async function bothServe(stack: Stack): Promise<void> {
  await until(async () => {
    const roles = [await rolesOf(stack, "engine-1"), await rolesOf(stack, "engine-2")];
    return roles.every((list) => list.filter((role) => role === "Owner").length === 1);
  });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in time");
    await Bun.sleep(20);
  }
}
