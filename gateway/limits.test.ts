import { expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { createMemoryRateLimit } from "../ports/rate-limit/rate-limit-memory.ts";
import { defaultPolicies, Limits, perSecond } from "./limits.ts";
import { ApiProblem } from "./problems.ts";
import { TestVenue } from "./venue.fixture.ts";

const policies = {
  ...defaultPolicies,
  orders: { name: "orders", burst: 2, intervalMs: 60_000 },
  cancels: { name: "cancels", burst: 2, intervalMs: 60_000 },
};

test("an account that sends too much is told when to come again; another one is not held up", async () => {
  const venue = await TestVenue.open({ gateway: { limitPolicies: policies } });
  const first = await venue.order();
  expect(first.headers.get("ratelimit-policy")).toBe('"orders";q=2;w=120');
  expect(first.headers.get("ratelimit")).toBe('"orders";r=1;t=60');
  await venue.order();
  const before = (await venue.commands()).length;
  const { status, body, headers } = await venue.order();
  expect({ status, code: body["code"] }).toEqual({ status: 429, code: "RateLimited" });
  expect(headers.get("ratelimit")).toStartWith('"orders";r=0;t=');
  expect(Number(headers.get("retry-after"))).toBeWithin(55, 61);
  expect((await venue.commands()).length).toBe(before);
  expect((await venue.order({}, { token: venue.bob })).status).toBe(201);
  expect((await venue.request("DELETE", "/v1/orders")).status).toBe(200);
  await venue.close();
});

test("a problem too tells what is left", async () => {
  const venue = await TestVenue.open({ gateway: { limitPolicies: policies } });
  const { status, headers } = await venue.order({ price: "NaN" });
  expect(status).toBe(400);
  expect(headers.get("ratelimit")).toBe('"orders";r=1;t=60');
  await venue.close();
});

test("when the shared limit is away, orders stay limited here and cancels pass", async () => {
  const rateLimit = createMemoryRateLimit(systemClock);
  await rateLimit.close();
  const limits = new Limits({ rateLimit, clock: new ManualClock(), policies });
  const codeOf = async (limitClass: "orders" | "cancels"): Promise<string> => {
    try {
      await limits.take(limitClass, "1001");
      return "ok";
    } catch (error) {
      if (error instanceof ApiProblem) return error.code;
      throw error;
    }
  };
  expect([await codeOf("orders"), await codeOf("orders"), await codeOf("orders")]).toEqual([
    "ok",
    "ok",
    "RateLimited",
  ]);
  for (let count = 0; count < 10; count++) expect(await codeOf("cancels")).toBe("ok");
});

test("a policy of so many a second gives them back evenly", () => {
  expect(perSecond("orders", 200)).toEqual({ name: "orders", burst: 200, intervalMs: 5 });
});
