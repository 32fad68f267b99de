import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";

import { systemClock } from "../ports/clock/clock-system.ts";
import { createMemoryIdempotency } from "../ports/idempotency/idempotency-memory.ts";
import type { Idempotency } from "../ports/idempotency/idempotency.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { TestVenue } from "./venue.fixture.ts";

let venue: TestVenue;

beforeAll(async () => {
  venue = await TestVenue.open();
});

afterAll(() => venue.close());

beforeEach(async () => {
  await venue.request("DELETE", "/v1/orders");
  await venue.request("DELETE", "/v1/orders", { token: venue.bob });
});

const keyed = (key: string): { headers: Record<string, string> } => ({
  headers: { "idempotency-key": key },
});

describe("a clOrdID", () => {
  test("sent again with the same order has the first answer, and nothing happens twice", async () => {
    const first = await venue.order({ clOrdID: "twice" });
    const second = await venue.order({ clOrdID: "twice" });
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    const { body } = await venue.request("DELETE", "/v1/orders");
    expect(body["totalAffectedOrders"]).toBe(1);
  });

  test("sent again many times at once makes one order", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => venue.order({ clOrdID: "flood" })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const { body } = await venue.request("DELETE", "/v1/orders");
    expect(body["totalAffectedOrders"]).toBe(1);
  });

  test("sent again with another order is a conflict", async () => {
    await venue.order({ clOrdID: "reused" });
    const { status, body } = await venue.order({ clOrdID: "reused", price: "99.00" });
    expect({ status, code: body["code"] }).toEqual({ status: 409, code: "IdConflict" });
    expect(body["orderID"]).toBe(orderIDOf(1001, "BTC-USD", "reused"));
  });

  test("of a refused order has the first refusal again", async () => {
    await venue.order({ side: "Sell", price: "101.00" }, { token: venue.bob });
    const order = { price: "101.00", postOnly: true, clOrdID: "crossing" };
    const first = await venue.order(order);
    await venue.request("DELETE", "/v1/orders", { token: venue.bob });
    const second = await venue.order(order);
    expect(second.status).toBe(422);
    expect(second.body).toEqual(first.body);
  });

  test("of a replace that is sent again has the first answer, and one of another replace a conflict", async () => {
    const { body: placed } = await venue.order({ orderQty: "0.03" });
    const path = `/v1/orders/${String(placed["orderID"])}`;
    const change = { orderQty: "0.02", clOrdID: "replace-once" };
    const first = await venue.request("PATCH", path, { body: change });
    const second = await venue.request("PATCH", path, { body: change });
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    const other = await venue.request("PATCH", path, { body: { ...change, orderQty: "0.01" } });
    expect(other.body["code"]).toBe("IdConflict");
  });

  test("of a refused replace has the first refusal again", async () => {
    const nobodys = orderIDOf(1001, "BTC-USD", "never");
    const parts = { body: { price: "90.00", clOrdID: "vain" } };
    const first = await venue.request("PATCH", `/v1/orders/${nobodys}`, parts);
    const second = await venue.request("PATCH", `/v1/orders/${nobodys}`, parts);
    expect(first.body["code"]).toBe("UnknownOrder");
    expect(second.body).toEqual(first.body);
  });
});

describe("an Idempotency-Key", () => {
  test("replays the answer without a second command", async () => {
    const first = await venue.order({}, keyed("replay"));
    const before = (await venue.commands()).length;
    const second = await venue.order({}, keyed("replay"));
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect(second.headers.get("x-orderbook-position")).toBe(
      first.headers.get("x-orderbook-position"),
    );
    expect((await venue.commands()).length).toBe(before);
  });

  test("replays a refusal of the engine, as a problem", async () => {
    await venue.order({ side: "Sell", price: "101.00" }, { token: venue.bob });
    const first = await venue.order({ price: "101.00", postOnly: true }, keyed("refusal"));
    await venue.request("DELETE", "/v1/orders", { token: venue.bob });
    const second = await venue.order({ price: "101.00", postOnly: true }, keyed("refusal"));
    expect(second.status).toBe(422);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("content-type")).toBe("application/problem+json");
  });

  test("keeps no refusal of the edge: the request may be mended", async () => {
    const bad = await venue.order({ price: "NaN" }, keyed("mended"));
    expect(bad.status).toBe(400);
    expect((await venue.order({}, keyed("mended"))).status).toBe(201);
  });

  test("with another body is refused", async () => {
    await venue.order({}, keyed("other-body"));
    const { status, body } = await venue.order({ price: "99.00" }, keyed("other-body"));
    expect({ status, code: body["code"] }).toEqual({ status: 422, code: "IdempotencyKeyReused" });
  });

  test("of a request that is on its way is refused", async () => {
    const [first, second] = await Promise.all([
      venue.order({}, keyed("racing")),
      venue.order({}, keyed("racing")),
    ]);
    expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([201, 409]);
    const loser = first.status === 409 ? first : second;
    expect(loser.body["code"]).toBe("RequestInFlight");
    expect(loser.headers.get("retry-after")).toBe("1");
  });

  test("gives the clOrdID, so that the engine knows the repeat when the store has forgotten", async () => {
    const first = await venue.order({}, keyed("forgotten"));
    const forgetful = await TestVenue.open();
    const one = await forgetful.order({}, keyed("forgotten"));
    await forgetful.close();
    expect(one.body["clOrdID"]).toBe(first.body["clOrdID"]);
    const { clOrdID } = first.body as { clOrdID: string };
    const again = await venue.order({ clOrdID });
    expect(again.body).toEqual(first.body);
  });

  test("makes a mass cancel and a definition once", async () => {
    await venue.order();
    const cancel = () => venue.request("DELETE", "/v1/orders", keyed("sweep"));
    const swept = await cancel();
    await venue.order();
    expect((await cancel()).body).toEqual(swept.body);
    const define = (name: string) =>
      venue.request("PUT", "/v1/admin/accounts/1009", {
        token: venue.admin,
        body: { name },
        ...keyed("account"),
      });
    const first = await define("nine");
    const before = (await venue.commands()).length;
    expect((await define("nine")).body).toEqual(first.body);
    expect((await define("ten")).body["code"]).toBe("IdempotencyKeyReused");
    expect((await venue.commands()).length).toBe(before);
  });

  test("without its store is still carried out once, by the engine", async () => {
    const idempotency = createMemoryIdempotency(systemClock);
    await idempotency.close();
    const bare = await TestVenue.open({ gateway: { idempotency } });
    const first = await bare.order({}, keyed("storeless"));
    const second = await bare.order({}, keyed("storeless"));
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    const define = () =>
      bare.request("PUT", "/v1/admin/accounts/7", {
        token: bare.admin,
        body: { name: "seven" },
        ...keyed("a"),
      });
    expect([(await define()).status, (await define()).status]).toEqual([200, 200]);
    const sweep = () => bare.request("DELETE", "/v1/orders", keyed("s"));
    expect([
      (await sweep()).body["totalAffectedOrders"],
      (await sweep()).body["totalAffectedOrders"],
    ]).toEqual([1, 1]);
    await bare.close();
  });

  test("is free again when the outcome did not come in time", async () => {
    const released: string[] = [];
    const store = createMemoryIdempotency(systemClock);
    const idempotency: Idempotency = {
      reserve: (...args) => store.reserve(...args),
      complete: (...args) => store.complete(...args),
      release: async (key, hash) => {
        released.push(key);
        await store.release(key, hash);
      },
      close: () => store.close(),
    };
    const slow = await TestVenue.open({ gateway: { idempotency, waitMs: 20 } });
    await slow.hosts[0]?.stop();
    const { status } = await slow.order({}, keyed("late"));
    expect(status).toBe(202);
    expect(released).toEqual(["1001:late"]);
    await slow.close();
  });
});

test("the same PUT without a key is carried out each time", async () => {
  const put = () =>
    venue.request("PUT", "/v1/admin/accounts/1010", { token: venue.admin, body: { name: "ten" } });
  const [first, second] = [await put(), await put()];
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(second.body["position"]).not.toBe(first.body["position"]);
});
