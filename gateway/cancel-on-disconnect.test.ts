import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import type { CancelOnDisconnect } from "../schema/generated/cancel-on-disconnect.ts";
import { EntryStanding } from "../schema/http/entry.ts";
import { loginWithinMs } from "./entry-connection.ts";
import { EntryServer, until } from "./entry.fixture.ts";
import type { EntryClient } from "./entry.fixture.ts";
import { restingOrder, TestVenue } from "./venue.fixture.ts";

/** A whole venue whose time stands still unless a test moves it. */
const clock = new ManualClock(Date.now());
let venue: TestVenue;
let server: EntryServer;
let token: string;

beforeAll(async () => {
  venue = await during(TestVenue.open({ clock, partitionCount: 2 }));
  token = venue.alice;
  server = new EntryServer(venue);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await during(venue.close());
});

/** Starting and closing sleep a little; time goes on for them alone. */
async function during<Value>(work: Promise<Value>, stepMs = 1): Promise<Value> {
  let isDone = false;
  const settled = (): void => {
    isDone = true;
  };
  work.then(settled, settled);
  await until(() => {
    if (!isDone) clock.advance(stepMs);
    return isDone;
  });
  return work;
}

function loginWith(timeoutMs: number, connectionID?: number): Promise<EntryClient> {
  const whose = connectionID === undefined ? {} : { connectionID };
  return server.login(token, { cancelOnDisconnect: { timeoutMs, ...whose } });
}

/** What the client's timer says of itself. */
async function standing(
  client: EntryClient,
): Promise<NonNullable<EntryStanding["cancelOnDisconnect"]>> {
  const { body } = await client.ask("ping");
  const { cancelOnDisconnect } = EntryStanding.parse(body);
  if (cancelOnDisconnect === undefined) throw new Error("The connection has no timer");
  return cancelOnDisconnect;
}

async function place(client: EntryClient): Promise<string> {
  const { status, body } = await client.ask("placeOrder", { body: restingOrder });
  expect(status).toBe(201);
  return String(body["orderID"]);
}

/** Log time moves with the command: what is due by now is gone before it looks. */
async function isOpen(orderID: string): Promise<boolean> {
  const body = { orderQty: "0.01" };
  const { status } = await venue.request("PATCH", `/v1/orders/${orderID}`, { body });
  expect([200, 404]).toContain(status);
  return status === 200;
}

async function timersSet(): Promise<readonly CancelOnDisconnect[]> {
  const commands = await venue.commands();
  return commands.filter((command) => command.kind === "CancelOnDisconnect");
}

describe("rule 32: cancel on disconnect", () => {
  test("a connection that breaks takes its orders along once its time is out; those of another one of the account stay", async () => {
    const breaking = await loginWith(5_000);
    const living = await loginWith(5_000);
    const free = await server.login(token);
    const [gone, kept, untied] = [await place(breaking), await place(living), await place(free)];
    breaking.break();
    free.break();
    for (let second = 1; second <= 6; second++) {
      clock.advance(1_000);
      expect((await living.ask("ping")).status).toBe(200);
      expect(await isOpen(gone)).toBe(second < 5);
    }
    expect(await isOpen(kept)).toBe(true);
    expect(await isOpen(untied)).toBe(true);
    living.break();
    clock.advance(5_000);
    expect(await isOpen(kept)).toBe(false);
  });

  test("a client that closes with code 1000 disarms the timer behind all that it has sent", async () => {
    const client = await loginWith(3_000);
    const orderID = await place(client);
    client.close(1000);
    await until(async () => (await timersSet()).at(-1)?.timeoutMs === 0);
    clock.advance(60_000);
    expect(await isOpen(orderID)).toBe(true);
  });

  test("one that goes away with another code does not", async () => {
    const client = await loginWith(3_000);
    const orderID = await place(client);
    client.close(4000);
    await client.closed;
    clock.advance(3_000);
    expect(await isOpen(orderID)).toBe(false);
  });

  test("one that goes silent loses its orders with its connection still open, and may go on", async () => {
    const client = await loginWith(3_000);
    const orderID = await place(client);
    clock.advance(3_000);
    expect(await isOpen(orderID)).toBe(false);
    const first = await client.ask("placeOrder", { body: restingOrder });
    expect(first.status).toBe(201);
  });

  test("signs of life move the timer, but not more often than is of use", async () => {
    const client = await loginWith(9_000);
    for (let tenth = 0; tenth < 100; tenth++) {
      clock.advance(100);
      await client.ask("ping");
    }
    const { timeoutMs, connectionID, deadline = "" } = await standing(client);
    const sent = (await timersSet()).filter((command) => command.connectionID === connectionID);
    // The login, and one each three seconds, in both partitions.
    expect(sent).toHaveLength(2 * (1 + 3));
    expect(timeoutMs).toBe(9_000);
    expect(Date.parse(deadline)).toBeGreaterThan(clock.now());
  });

  test("a gateway that dies leaves the timer to the engine", async () => {
    const second = await during(TestVenue.open({ clock, over: venue }));
    const other = new EntryServer(second);
    const client = await other.login(token, { cancelOnDisconnect: { timeoutMs: 3_000 } });
    const orderID = await place(client);
    await other[Symbol.asyncDispose]();
    await during(second.gateway.close());
    clock.advance(3_000);
    expect(await isOpen(orderID)).toBe(false);
  });

  test("a client that comes back in time takes the broken connection over, orders and all", async () => {
    const broken = await loginWith(3_000);
    const orderID = await place(broken);
    const { connectionID } = await standing(broken);
    broken.break();
    clock.advance(2_000);
    const again = await loginWith(3_000, connectionID);
    clock.advance(2_000);
    expect(await isOpen(orderID)).toBe(true);
    expect((await standing(again)).connectionID).toBe(connectionID);
    again.break();
    clock.advance(3_000);
    expect(await isOpen(orderID)).toBe(false);
  });

  test("the account's other connections are told of it", async () => {
    const broken = await loginWith(3_000);
    const listening = await server.login(token);
    await listening.ask("subscribe", { channel: "reports" });
    const orderID = await place(broken);
    broken.break();
    clock.advance(3_000);
    const told = () => listening.reports.flatMap(({ reports }) => reports);
    await until(() => told().some(({ cancelReason }) => cancelReason === "DeadManTimer"));
    expect(told().at(-1)).toMatchObject({ orderID, execType: "Canceled", ordStatus: "Canceled" });
  });

  test("each connection has a number of its own, and the orders of a list have it too", async () => {
    const first = await loginWith(3_000);
    const second = await loginWith(3_000);
    const ids = [await standing(first), await standing(second)];
    expect(new Set(ids.map(({ connectionID }) => connectionID)).size).toBe(2);
    const body = { newOrders: [restingOrder] };
    const listed = await first.ask("placeOrderList", { body });
    expect(listed.status).toBe(200);
    const { newOrders } = listed.body as { newOrders: { body: { orderID: string } }[] };
    const orderID = newOrders[0]?.body.orderID ?? "";
    expect(await isOpen(orderID)).toBe(true);
    first.break();
    clock.advance(3_000);
    expect(await isOpen(orderID)).toBe(false);
  });

  test("the same order again over another connection is a repeat, and stays with the first", async () => {
    const first = await loginWith(3_000);
    const second = await loginWith(60_000);
    const body = { ...restingOrder, clOrdID: `again-${clock.now()}` };
    const placed = await first.ask("placeOrder", { body });
    const repeated = await second.ask("placeOrder", { body });
    expect(repeated.body["orderID"]).toBe(placed.body["orderID"]);
    expect(repeated.status).toBe(201);
    first.break();
    clock.advance(3_000);
    expect(await isOpen(String(placed.body["orderID"]))).toBe(false);
  });
});

test("a connection over which nobody logs in ends after three seconds", async () => {
  const silent = await server.connect();
  const start = clock.now();
  expect(await during(silent.closed, 100)).toBe(4401);
  expect(clock.now() - start).toBeGreaterThanOrEqual(loginWithinMs);
});
