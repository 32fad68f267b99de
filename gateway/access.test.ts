import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { orderIDOf } from "../schema/identity/order-id.ts";
import { restingOrder, TestVenue } from "./venue.fixture.ts";
import type { Answered } from "./venue.fixture.ts";

let venue: TestVenue;
let readOnly: string;
let adminOfAlice: string;
let query: ReturnType<typeof Bun.serve>;
const asked: { path: string; account: string | null; secret: string | null }[] = [];

beforeAll(async () => {
  query = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      const { headers } = request;
      asked.push({
        path: pathname,
        account: headers.get("x-orderbook-account"),
        secret: headers.get("x-orderbook-secret"),
      });
      return Response.json({ asked: pathname });
    },
  });
  const url = `http://127.0.0.1:${query.port}`;
  venue = await TestVenue.open({ gateway: { query: { url: () => url, secret: "shared" } } });
  readOnly = await venue.token(1001, ["read"]);
  adminOfAlice = await venue.token(1001, ["read", "trade", "admin"]);
});

afterAll(async () => {
  await venue.close();
  await query.stop(true);
});

const nobodys = "1245db69-b84b-807a-ada1-870f44c8d88b";
const instrument = {
  baseCurrency: "E",
  quoteCurrency: "USD",
  priceExponent: -2,
  qtyExponent: -6,
  tickSize: "0.01",
  lotSize: "0.0001",
};
const key = {
  accountID: 1001,
  keyAlgorithm: "EdDSA",
  publicKey: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  scopes: ["read"],
};

/** Every route, with what it answers to nobody, a reader, a trader and the operator. */
const matrix: [
  string,
  string,
  object | null,
  { none: number; read: number; trade: number; admin: number },
][] = [
  ["POST", "/v1/orders", restingOrder, { none: 401, read: 403, trade: 201, admin: 403 }],
  [
    "PATCH",
    `/v1/orders/${nobodys}`,
    { price: "1" },
    { none: 401, read: 403, trade: 404, admin: 403 },
  ],
  ["DELETE", `/v1/orders/${nobodys}`, null, { none: 401, read: 403, trade: 404, admin: 403 }],
  ["DELETE", "/v1/orders", null, { none: 401, read: 403, trade: 200, admin: 403 }],
  [
    "POST",
    "/v1/order-lists",
    { newOrders: [restingOrder] },
    { none: 401, read: 403, trade: 200, admin: 403 },
  ],
  ["PUT", "/v1/dead-man-timer", { timeoutMs: 0 }, { none: 401, read: 403, trade: 200, admin: 403 }],
  ["GET", `/v1/orders/${nobodys}`, null, { none: 401, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/orders", null, { none: 401, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/fills", null, { none: 401, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/positions", null, { none: 401, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/instruments", null, { none: 200, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/instruments/BTC-USD", null, { none: 200, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/instruments/BTC-USD/book", null, { none: 200, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/instruments/BTC-USD/trades", null, { none: 200, read: 200, trade: 200, admin: 200 }],
  [
    "GET",
    "/v1/instruments/BTC-USD/candles",
    null,
    { none: 200, read: 200, trade: 200, admin: 200 },
  ],
  ["GET", "/v1/admin/instruments", null, { none: 401, read: 403, trade: 403, admin: 200 }],
  ["GET", "/v1/admin/accounts", null, { none: 401, read: 403, trade: 403, admin: 200 }],
  ["GET", "/v1/admin/partitions", null, { none: 401, read: 403, trade: 403, admin: 200 }],
  ["GET", "/v1/admin/keys", null, { none: 401, read: 403, trade: 403, admin: 200 }],
  [
    "PUT",
    "/v1/admin/instruments/E-USD",
    instrument,
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  [
    "PUT",
    "/v1/admin/instruments/BTC-USD/status",
    { tradingState: "Open" },
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  [
    "PUT",
    "/v1/admin/accounts/1003",
    { name: "carol" },
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  [
    "PUT",
    "/v1/admin/semantics",
    { semanticsVersion: 1 },
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  ["GET", "/v1/admin/fees", null, { none: 401, read: 403, trade: 403, admin: 200 }],
  [
    "PUT",
    "/v1/admin/fees/9",
    { makerFeePpm: 0, takerFeePpm: 0 },
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  [
    "PUT",
    "/v1/admin/fees/9/BTC-USD",
    { makerFeePpm: 0, takerFeePpm: 0 },
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  ["GET", "/v1/admin/limits", null, { none: 401, read: 403, trade: 403, admin: 200 }],
  [
    "PUT",
    "/v1/admin/accounts/1001/limits",
    { openOrderCountMax: 0 },
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  [
    "PUT",
    "/v1/admin/accounts/1001/limits/BTC-USD",
    { openNotionalMax: "0" },
    { none: 401, read: 403, trade: 403, admin: 200 },
  ],
  ["PUT", "/v1/admin/keys/carol-1", key, { none: 401, read: 403, trade: 403, admin: 200 }],
  ["GET", "/v1/admin/dead-letters", null, { none: 401, read: 403, trade: 403, admin: 200 }],
  ["GET", "/v1/admin/dead-letters/0:9999", null, { none: 401, read: 403, trade: 403, admin: 404 }],
  [
    "POST",
    "/v1/admin/dead-letters/0:9999/replay",
    { reason: "a try" },
    { none: 401, read: 403, trade: 403, admin: 404 },
  ],
  [
    "POST",
    "/v1/admin/dead-letters/0:9999/discard",
    { reason: "a try" },
    { none: 401, read: 403, trade: 403, admin: 404 },
  ],
  [
    "POST",
    "/v1/admin/quarantines",
    { partition: 0, commandOffset: 999_999, reason: "a try" },
    { none: 401, read: 403, trade: 403, admin: 404 },
  ],
  ["GET", "/healthz", null, { none: 200, read: 200, trade: 200, admin: 200 }],
  ["GET", "/readyz", null, { none: 200, read: 200, trade: 200, admin: 200 }],
  ["GET", "/openapi.json", null, { none: 200, read: 200, trade: 200, admin: 200 }],
  ["GET", "/v1/stream", null, { none: 426, read: 426, trade: 426, admin: 426 }],
  ["GET", "/v1/order-entry", null, { none: 426, read: 426, trade: 426, admin: 426 }],
];

describe("what each scope may do:", () => {
  test.each(matrix)("%s %s", async (method, path, body, expected) => {
    const by = async (token: string | null): Promise<number> => {
      const parts = { token, ...(body === null ? {} : { body }) };
      return (await venue.request(method, path, parts)).status;
    };
    const before = (await venue.commands()).length;
    const refused = { none: await by(null), read: await by(readOnly) };
    if (refused.none >= 400 && refused.read >= 400) {
      expect((await venue.commands()).length).toBe(before);
    }
    expect({ ...refused, trade: await by(venue.alice), admin: await by(venue.admin) }).toEqual(
      expected,
    );
  });

  test("no route is left out of the matrix", async () => {
    const { body } = await venue.request("GET", "/openapi.json", { token: null });
    const documented = Object.entries(body["paths"] as Record<string, object>).flatMap(
      ([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tried = matrix.map(
      ([method, path]) =>
        `${method} ${path
          .replace(nobodys, "{orderID}")
          .replace(/\/accounts\/[^/]+/, "/accounts/{accountID}")
          .replace(/\/limits\/.+/, "/limits/{symbol}")
          .replace(/\/fees\/9/, "/fees/{feeTier}")
          .replace("{feeTier}/BTC-USD", "{feeTier}/{symbol}")
          .replace(/\/dead-letters\/[^/]+/, "/dead-letters/{deadLetterID}")
          .replace(/\/keys\/.+/, "/keys/{keyID}")
          .replace(/\/instruments\/[^/]+/, "/instruments/{symbol}")}`,
    );
    expect(documented.toSorted()).toEqual([...tried, "GET /metrics"].toSorted());
  });

  test("the scope admin is had by the key, whoever's account it is", async () => {
    const { status } = await venue.request("GET", "/v1/admin/keys", { token: adminOfAlice });
    expect(status).toBe(200);
  });
});

describe("the orders of others", () => {
  /** What an answer says, less the id that was asked for and the limits, which count the asking. */
  function told({ status, headers, body }: Answered, orderID: string): string {
    const kept = [...headers].filter(([name]) => name !== "ratelimit");
    return JSON.stringify({ status, kept, body }).replaceAll(orderID, "ID");
  }

  test("are answered exactly like ones that never were", async () => {
    const { body: placed } = await venue.order({ clOrdID: "alices" });
    const orderID = String(placed["orderID"]);
    const unknown = orderIDOf(1001, "BTC-USD", "never-sent");
    const elsewhere = "00000000-0000-8000-8000-000000000000";
    const token = venue.bob;
    const canceled = await venue.request("DELETE", `/v1/orders/${orderID}`, { token });
    const body = { price: "99.00" };
    const replaced = await venue.request("PATCH", `/v1/orders/${orderID}`, { token, body });
    for (const id of [unknown, elsewhere]) {
      const cancel = await venue.request("DELETE", `/v1/orders/${id}`, { token });
      expect(told(cancel, id)).toBe(told(canceled, orderID));
      const replace = await venue.request("PATCH", `/v1/orders/${id}`, { token, body });
      expect(told(replace, id)).toBe(told(replaced, orderID));
    }
    expect(canceled.body).toMatchObject({ status: 404, code: "UnknownOrder" });
    expect(replaced.body).toMatchObject({ status: 404, code: "UnknownOrder" });
    const own = await venue.request("DELETE", `/v1/orders/${orderID}`);
    expect(own.status).toBe(200);
  });

  test("are out of a mass cancel's reach, and of a cancel by clOrdID", async () => {
    await venue.order({ clOrdID: "kept" });
    const all = await venue.request("DELETE", "/v1/orders", { token: venue.bob });
    expect(all.body["totalAffectedOrders"]).toBe(0);
    const path = "/v1/orders?symbol=BTC-USD&clOrdID=kept";
    expect((await venue.request("DELETE", path, { token: venue.bob })).status).toBe(404);
    expect((await venue.request("DELETE", path)).status).toBe(200);
  });

  test("do not stand in the way of the same clOrdID or Idempotency-Key", async () => {
    const headers = { "idempotency-key": "shared-by-chance" };
    const alices = await venue.order({ clOrdID: "same" }, { headers });
    const bobs = await venue.order({ clOrdID: "same" }, { headers, token: venue.bob });
    expect([alices.status, bobs.status]).toEqual([201, 201]);
    expect(bobs.body["orderID"]).not.toBe(alices.body["orderID"]);
    expect(bobs.headers.get("idempotency-replayed")).toBeNull();
  });
});

test("query is told the token's account, and none for market data", async () => {
  asked.length = 0;
  await venue.request("GET", "/v1/orders?open=true", { token: venue.bob });
  await venue.request("GET", "/v1/instruments", { token: venue.bob });
  await venue.request("GET", "/v1/fills", { headers: { "x-orderbook-account": "1002" } });
  expect(asked).toEqual([
    { path: "/v1/orders", account: "1002", secret: "shared" },
    { path: "/v1/instruments", account: null, secret: "shared" },
    { path: "/v1/fills", account: "1001", secret: "shared" },
  ]);
});

test("a key that is revoked stops at once", async () => {
  const token = await venue.token(1002, ["trade"]);
  expect((await venue.request("DELETE", "/v1/orders", { token })).status).toBe(200);
  const body = { ...key, accountID: 1002, keyStatus: "Revoked" };
  await venue.request("PUT", "/v1/admin/keys/account-1002-trade", { token: venue.admin, body });
  expect((await venue.request("DELETE", "/v1/orders", { token })).status).toBe(401);
});

test("a disabled account may cancel and nothing else", async () => {
  const path = "/v1/admin/accounts/1002";
  const { body: placed } = await venue.order({}, { token: venue.bob });
  const disabled = { name: "bob", accountStatus: "Disabled" };
  await venue.request("PUT", path, { token: venue.admin, body: disabled });
  const refused = await venue.order({}, { token: venue.bob });
  expect(refused.body).toMatchObject({ status: 422, code: "AccountDisabled" });
  const cancel = `/v1/orders/${String(placed["orderID"])}`;
  expect((await venue.request("DELETE", cancel, { token: venue.bob })).status).toBe(200);
  await venue.request("PUT", path, { token: venue.admin, body: { name: "bob" } });
});
