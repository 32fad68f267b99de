import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";

import { systemClock } from "../ports/clock/clock-system.ts";
import { createMemoryIdempotency } from "../ports/idempotency/idempotency-memory.ts";
import type { Idempotency } from "../ports/idempotency/idempotency.ts";
import type { Log } from "../ports/log/log.ts";
import { OrderAnswer } from "../schema/http/orders.ts";
import { pendingCountMax } from "./entry-connection.ts";
import { EntryServer, until } from "./entry.fixture.ts";
import { perSecond, defaultPolicies } from "./limits.ts";
import { restingOrder, TestVenue } from "./venue.fixture.ts";

let venue: TestVenue;
let server: EntryServer;
/** While it stands, no command reaches the log. */
let gate: Promise<void> | null = null;

beforeAll(async () => {
  venue = await TestVenue.open({
    partitionCount: 2,
    wrapLog: held,
    gateway: {
      idempotency: slowIdempotency(),
      allowedOrigins: ["https://friend.example"],
      limitPolicies: { ...defaultPolicies, stream: perSecond("stream", 300) },
    },
  });
  server = new EntryServer(venue);
});

afterEach(() => {
  gate = null;
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await venue.close();
});

/** Takes its time, as one that is not in this process. */
function slowIdempotency(): Idempotency {
  const store = createMemoryIdempotency(systemClock);
  return {
    reserve: async (...parts) => {
      await new Promise((resolve) => setImmediate(resolve));
      return store.reserve(...parts);
    },
    complete: (...parts) => store.complete(...parts),
    release: (...parts) => store.release(...parts),
    close: () => store.close(),
  };
}

function held(log: Log): Log {
  const append: Log["append"] = async (...parts) => {
    if (gate !== null) await gate;
    return log.append(...parts);
  };
  return new Proxy(log, {
    get: (target, name) => {
      if (name === "append") return append;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("a request over the connection is the route's own", () => {
  test("an order, a replace and a cancel are answered as over HTTP", async () => {
    const client = await server.login(venue.alice);
    const placed = await client.ask("placeOrder", { body: { ...restingOrder, clOrdID: "ws-1" } });
    expect(placed).toMatchObject({ type: "answer", status: 201 });
    const order = OrderAnswer.parse(placed.body);
    expect(placed.headers).toMatchObject({
      location: `/v1/orders/${order.orderID}`,
      "x-orderbook-position": order.position,
    });
    expect(Object.keys(placed.headers)).toContain("ratelimit");
    const path = { orderID: order.orderID };
    const replaced = await client.ask("replaceOrder", { path, body: { orderQty: "0.02" } });
    expect(replaced).toMatchObject({ status: 200, body: { ordStatus: "New" } });
    const canceled = await client.ask("cancelOrder", { path });
    expect(canceled).toMatchObject({ status: 200, body: { ordStatus: "Canceled" } });
    const again = await venue.request("DELETE", `/v1/orders/${order.orderID}`);
    const same = await client.ask("cancelOrder", { path });
    expect(same.body).toEqual(again.body);
  });

  test("mass cancels, lists and the account's dead-man timer too", async () => {
    const client = await server.login(venue.bob);
    const body = { newOrders: [restingOrder, restingOrder] };
    const listed = await client.ask("placeOrderList", { body });
    expect(listed).toMatchObject({ status: 200 });
    const query = { symbol: "BTC-USD", side: "Buy" };
    const canceled = await client.ask("cancelOrders", { query });
    expect(canceled).toMatchObject({ status: 200, body: { totalAffectedOrders: 2 } });
    const timer = await client.ask("setDeadManTimer", { body: { timeoutMs: 0 } });
    expect(timer.status).toBe(200);
  });

  test("refusals have the same codes, and nothing of them reaches the log", async () => {
    const client = await server.login(venue.alice);
    const before = (await venue.commands()).length;
    const refused: [string, object, number, string][] = [
      ["placeOrder", { body: { ...restingOrder, price: 100 } }, 400, "InvalidRequest"],
      ["placeOrder", { body: { ...restingOrder, symbol: "NONE" } }, 422, "UnknownSymbol"],
      ["placeOrder", { body: { ...restingOrder, price: "0.01" } }, 422, "InvalidPriceIncrement"],
      ["placeOrder", {}, 415, "UnsupportedMediaType"],
      ["cancelOrder", { path: { orderID: "nonsense" } }, 400, "InvalidRequest"],
      ["cancelOrder", {}, 400, "InvalidRequest"],
      ["placeOrder", { path: { orderID: "x" }, body: restingOrder }, 400, "InvalidRequest"],
      ["cancelOrders", { query: { clOrdID: "x" } }, 400, "InvalidRequest"],
      ["cancelOrders", { idempotencyKey: "with a space" }, 400, "InvalidIdempotencyKey"],
    ];
    for (const [op, fields, status, code] of refused) {
      expect(await client.ask(op, fields)).toMatchObject({ status, body: { code } });
    }
    expect((await venue.commands()).length).toBe(before);
  });

  test("an Idempotency-Key is one over both ways", async () => {
    const client = await server.login(venue.alice);
    const idempotencyKey = "both-ways";
    const first = await client.ask("placeOrder", { body: restingOrder, idempotencyKey });
    const headers = { "idempotency-key": idempotencyKey };
    const second = await venue.post(restingOrder, { headers });
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    const third = await client.ask("placeOrder", { body: restingOrder, idempotencyKey });
    expect(third.headers["idempotency-replayed"]).toBe("true");
  });

  test("a foreign order looks like one that never was", async () => {
    const alices = await server.login(venue.alice);
    const bobs = await server.login(venue.bob);
    const { body } = await alices.ask("placeOrder", { body: restingOrder });
    const path = { orderID: String(body["orderID"]) };
    expect(await bobs.ask("cancelOrder", { path })).toMatchObject({
      status: 404,
      body: { code: "UnknownOrder" },
    });
  });
});

describe("many requests at a time", () => {
  test("stand on the log in the order in which they came, with or without a key", async () => {
    const client = await server.login(venue.alice);
    const names = Array.from({ length: 60 }, (_, index) => `row-${index}`);
    const answers = names.map((clOrdID, index) =>
      client.ask("placeOrder", {
        body: { ...restingOrder, clOrdID },
        ...(index % 3 === 0 ? { idempotencyKey: clOrdID } : {}),
      }),
    );
    expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(
      new Set([201]),
    );
    const placed = (await venue.commands()).flatMap((command) =>
      command.kind === "NewOrderSingle" && command.clOrdID.startsWith("row-")
        ? [command.clOrdID]
        : [],
    );
    expect(placed).toEqual(names);
  });

  test("one more than may wait is answered TooManyPending, and not carried out", async () => {
    const client = await server.login(venue.alice);
    const opened = Promise.withResolvers<void>();
    gate = opened.promise;
    const answers = Array.from({ length: pendingCountMax }, (_, index) =>
      client.ask("placeOrder", { body: { ...restingOrder, clOrdID: `held-${index}` } }),
    );
    const more = { ...restingOrder, clOrdID: "one-more" };
    const refused = await client.ask("placeOrder", { body: more });
    expect(refused).toMatchObject({ status: 429, body: { code: "TooManyPending" } });
    opened.resolve();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.every((status) => status === 201)).toBe(true);
    const commands = await venue.commands();
    expect(commands.some((each) => "clOrdID" in each && each.clOrdID === "one-more")).toBe(false);
    expect((await client.ask("placeOrder", { body: more })).status).toBe(201);
  });
});

describe("the connection is refused, or ends,", () => {
  test("for pages of other origins", async () => {
    for (const origin of ["https://evil.example", "null", `http://${server.host}.evil.example`]) {
      const isTaken = await server.connect({ origin }).then(
        () => true,
        () => false,
      );
      expect({ origin, isTaken }).toEqual({ origin, isTaken: false });
    }
    for (const origin of [`http://${server.host}`, "https://friend.example"]) {
      const client = await server.connect({ origin });
      client.close();
    }
  });

  test("without a good token for orders", async () => {
    const expired = await venue.token(1001, ["trade"], "1 minute ago");
    const reader = await venue.token(1001, ["read"]);
    const tokens: [string, number, string][] = [
      [expired, 401, "Unauthorized"],
      ["nonsense", 401, "Unauthorized"],
      [reader, 403, "InsufficientScope"],
      [venue.admin, 403, "InsufficientScope"],
    ];
    for (const [token, status, code] of tokens) {
      const client = await server.connect();
      expect(await client.ask("login", { token })).toMatchObject({ status, body: { code } });
      expect(await client.closed).toBe(4401);
    }
  });

  test("where the first message is no login", async () => {
    const client = await server.connect();
    client.send(JSON.stringify({ op: "placeOrder", id: "1", body: restingOrder }));
    expect(await client.closed).toBe(4401);
  });

  test("when a key is revoked, at the next message", async () => {
    const token = await venue.token(1002, ["trade"]);
    const [asking, pinging] = [await server.login(token), await server.login(token)];
    const body = {
      accountID: 1002,
      keyAlgorithm: "EdDSA",
      publicKey: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
      scopes: ["trade"],
      keyStatus: "Revoked",
    };
    const path = "/v1/admin/keys/account-1002-trade";
    await venue.request("PUT", path, { token: venue.admin, body });
    const unauthorized = { status: 401, body: { code: "Unauthorized" } };
    expect(await asking.ask("placeOrder", { body: restingOrder })).toMatchObject(unauthorized);
    expect(await pinging.ask("ping")).toMatchObject(unauthorized);
    expect([await asking.closed, await pinging.closed]).toEqual([4401, 4401]);
  });

  test("for a frame that is too long, or binary", async () => {
    const codes: number[] = [];
    for (const message of ["a".repeat(17 * 1024), new Uint8Array([1])]) {
      const client = await server.login(venue.alice);
      client.send(message);
      codes.push(await client.closed);
    }
    expect(codes[1]).toBe(1003);
    expect([1006, 1009]).toContain(codes[0] ?? 0);
  });

  test("for messages that are none, when they go on; each is answered first", async () => {
    const client = await server.login(venue.alice);
    client.send('{"op":"placeOrder","id":"1","id":"2"}');
    await until(() => client.others.length > 0);
    expect(client.others[0]).toMatchObject({
      id: null,
      status: 400,
      body: { code: "DuplicateKey" },
    });
    client.send('{"op":"sing","id":"1"}');
    await until(() => client.others.length > 1);
    expect(client.others[1]).toMatchObject({ status: 400, body: { code: "InvalidRequest" } });
    for (let count = 0; count < 600; count++) client.send("[");
    expect(await client.closed).toBe(1008);
  });
});

test("a login comes once", async () => {
  const client = await server.login(venue.bob);
  const twice = await client.ask("login", { token: venue.bob });
  expect(twice).toMatchObject({ status: 400, body: { code: "InvalidRequest" } });
  expect((await client.ask("ping")).body).toEqual({ accountID: 1002 });
});

test("an account has no more connections than it may have; what is closed makes room", async () => {
  const clients = [];
  let refused = 0;
  for (let count = 0; count < 80 && refused === 0; count++) {
    const client = await server.connect();
    const { status, body } = await client.ask("login", { token: venue.bob });
    if (status === 200) clients.push(client);
    else refused += body["code"] === "Overloaded" ? 1 : 100;
  }
  expect(refused).toBe(1);
  clients.shift()?.close();
  await until(async () => {
    const client = await server.connect();
    const { status } = await client.ask("login", { token: venue.bob });
    client.close();
    return status === 200;
  });
  for (const client of clients) client.close();
});
