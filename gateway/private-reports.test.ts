import { afterAll, beforeAll, expect, test } from "bun:test";

import type { EntryReports, PrivateReport } from "../schema/http/entry-reports.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { checkIntervalMs } from "./connection-reader.ts";
import { EntryServer, until } from "./entry.fixture.ts";
import type { EntryClient } from "./entry.fixture.ts";
import { defaultPolicies, perSecond } from "./limits.ts";
import { restingOrder, TestVenue } from "./venue.fixture.ts";

const heldCountMax = 64;
/** The machine's, and now and then later. */
class LaterClock implements Clock {
  #aheadMs = 0;

  later(ms: number): void {
    this.#aheadMs += ms;
  }

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#aheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }
}

const clock = new LaterClock();
let venue: TestVenue;
let server: EntryServer;

beforeAll(async () => {
  const limitPolicies = { ...defaultPolicies, orders: perSecond("orders", 10_000_000) };
  const gateway = { heldCountMax, clock, limitPolicies };
  venue = await TestVenue.open({ partitionCount: 2, gateway });
  server = new EntryServer(venue);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await venue.close();
});

const sell = { ...restingOrder, side: "Sell" };

async function subscribed(token: string, from?: string): Promise<EntryClient> {
  const client = await server.login(token);
  const where = from === undefined ? {} : { from };
  const { status, body } = await client.ask("subscribe", { channel: "reports", ...where });
  expect({ status, body }).toMatchObject({ status: 200 });
  return client;
}

function toldOf(orderID: unknown, reports: readonly EntryReports[]): PrivateReport[] {
  return reports.flatMap((each) => each.reports).filter((report) => report.orderID === orderID);
}

test("an account is told what becomes of its orders, whoever's command it was", async () => {
  const alice = await subscribed(venue.alice);
  const { body } = await venue.order({ clOrdID: "told", orderQty: "0.05" });
  const { orderID } = body;
  await venue.order({ ...sell, orderQty: "0.02" }, { token: venue.bob });
  await venue.request("PATCH", `/v1/orders/${String(orderID)}`, { body: { orderQty: "0.04" } });
  await venue.request("DELETE", `/v1/orders/${String(orderID)}`);
  await until(() => toldOf(orderID, alice.reports).length >= 4);
  const about = { symbol: "BTC-USD", orderID, side: "Buy" };
  expect(toldOf(orderID, alice.reports)).toMatchObject([
    { ...about, execType: "New", ordStatus: "New", clOrdID: "told", price: "100.00" },
    { ...about, execType: "Trade", ordStatus: "PartiallyFilled", lastLiquidityInd: "Added" },
    { ...about, execType: "Replaced", leavesQty: "0.02000000" },
    { ...about, execType: "Canceled", ordStatus: "Canceled", cancelReason: "Requested" },
  ]);
  const places = alice.reports.map(({ position }) => position);
  expect(new Set(places).size).toBe(places.length);
});

test("a listener whose key is revoked is cut off when there is something to tell", async () => {
  const token = await venue.token(1002, ["trade"]);
  const listener = await subscribed(token);
  const path = "/v1/admin/keys/account-1002-trade";
  const body = {
    accountID: 1002,
    keyAlgorithm: "EdDSA",
    publicKey: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    scopes: ["trade"],
    keyStatus: "Revoked",
  };
  await venue.request("PUT", path, { token: venue.admin, body });
  clock.later(checkIntervalMs);
  await venue.order({ price: "91.00" }, { token: venue.bob });
  expect(await listener.closed).toBe(4401);
});

test("nobody is told of others' orders", async () => {
  const [alice, bob] = [await subscribed(venue.alice), await subscribed(venue.bob)];
  const { body: own } = await venue.order({ price: "90.00" }, { token: venue.bob });
  const { body: others } = await venue.order({ price: "90.00" });
  await until(() => toldOf(others["orderID"], alice.reports).length > 0);
  await until(() => toldOf(own["orderID"], bob.reports).length > 0);
  expect(toldOf(own["orderID"], alice.reports)).toEqual([]);
  expect(toldOf(others["orderID"], bob.reports)).toEqual([]);
});

test("a client that comes back is told what it has missed, once and in order", async () => {
  const first = await subscribed(venue.alice);
  await venue.order({ price: "80.00" });
  await until(() => first.reports.length > 0);
  const from = first.reports.at(-1)?.position ?? "";
  first.break();
  const missed = [await venue.order({ price: "81.00" }), await venue.order({ price: "82.00" })];
  const second = await subscribed(venue.alice, from);
  const next = await venue.order({ price: "83.00" });
  await until(() => toldOf(next.body["orderID"], second.reports).length > 0);
  const told = second.reports.flatMap(({ reports }) => reports.map(({ orderID }) => orderID));
  expect(told).toEqual([...missed, next].map(({ body }) => String(body["orderID"])));
});

test("one that does not read is cut off; it costs no more than what is queued for it by then", async () => {
  const others = await connections();
  const client = await rawClient();
  const login = { op: "login", id: "1", token: venue.bob };
  client.write(unmasked(JSON.stringify(login)));
  await until(async () => (await connections()) > others);
  const subscribe = { op: "subscribe", id: "2", channel: "reports" };
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  received = (text) => {
    if (text.includes('"id":"1"')) client.write(unmasked(JSON.stringify(subscribe)));
    if (text.includes('"id":"2"')) resolve();
  };
  await answered;
  client.pause();
  const newOrders = Array.from({ length: 64 }, () => ({ ...restingOrder, price: "60.00" }));
  await until(async () => {
    const placed = await venue.request("POST", "/v1/order-lists", {
      token: venue.bob,
      body: { newOrders },
    });
    expect(placed.status).toBe(200);
    return (await connections()) === others;
  });
  client.end();
}, 60_000);

async function connections(): Promise<number> {
  const response = await venue.gateway.fetch(new Request("http://venue.test/metrics"));
  const count = /^orderbook_gateway_entry_connections (\d+)$/m.exec(await response.text())?.[1];
  return Number(count);
}

let received: (text: string) => void = () => undefined;

/** A client that speaks just enough WebSocket to stop reading, which Bun's own cannot. */
async function rawClient(): Promise<Bun.Socket> {
  const upgraded = Promise.withResolvers<void>();
  const [hostname = "", port] = server.host.split(":");
  received = () => upgraded.resolve();
  const data = (_: Bun.Socket, bytes: Buffer): void => received(bytes.toString("latin1"));
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data } });
  socket.write(
    "GET /v1/order-entry HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await upgraded.promise;
  return socket;
}

/** A frame of text whose mask changes nothing. */
function unmasked(text: string): Buffer {
  const head = Buffer.from([0x81, 0x80 | 126, text.length >>> 8, text.length & 0xff, 0, 0, 0, 0]);
  return Buffer.concat([head, Buffer.from(text, "latin1")]);
}

test("what is not held any more is gone, and says so", async () => {
  const client = await server.login(venue.alice);
  for (let count = 0; count <= heldCountMax; count++) await venue.order({ price: "70.00" });
  const partition = (await venue.order({ price: "70.00" })).body["position"];
  const from = String(partition).replace(/:.*/, ":1");
  const gone = await client.ask("subscribe", { channel: "reports", from });
  expect(gone).toMatchObject({ status: 410, body: { code: "ReportsGone" } });
  const nonsense = await client.ask("subscribe", { channel: "reports", from: "7:1" });
  expect(nonsense).toMatchObject({ status: 400, body: { code: "InvalidRequest" } });
});
