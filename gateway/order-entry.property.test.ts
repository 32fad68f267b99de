import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";

import { OrderAnswer } from "../schema/http/orders.ts";
import { parseDecimal } from "../schema/units.ts";
import { TestVenue } from "./venue.fixture.ts";

let venue: TestVenue;

beforeAll(async () => {
  venue = await TestVenue.open();
  await venue.order({ side: "Sell", price: "100.10", orderQty: "500" }, { token: venue.bob });
});

afterAll(() => venue.close());

/** Around the grid: mostly on it, off it by a unit or by finer digits at times, at the bounds at times. */
const price = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 4000 }).map((count) => (count * 0.05).toFixed(2)),
  },
  fc.integer({ min: 0, max: 20_000 }).map((units) => (units / 100).toFixed(2)),
  fc.constantFrom(
    "0",
    "0.00",
    "21474836.45",
    "21474836.47",
    "21474836.50",
    "100.125",
    "1000000000",
  ),
);
const quantity = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.integer({ min: 2, max: 900 }).map((count) => (count / 1000).toFixed(3)),
  },
  fc.integer({ min: 0, max: 10_000 }).map((units) => (units / 10_000).toFixed(4)),
  fc.constantFrom("0", "0.001", "0.002", "1000", "1000.001", "0.00000001", "90071992.54740993"),
);

const anyOrder: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    symbol: fc.constant("BTC-USD"),
    side: fc.constantFrom("Buy", "Sell"),
    ordType: fc.constantFrom("Limit", "Limit", "Market"),
    price,
    orderQty: quantity,
    cashOrderQty: quantity,
    timeInForce: fc.constantFrom("GTC", "IOC", "FOK", "GTD"),
    expireTime: fc.constantFrom("2100-01-01T00:00:00Z", "2001-01-01T00:00:00.5Z"),
    postOnly: fc.boolean(),
    selfTradePrevention: fc.constantFrom("CancelNewest", "CancelOldest", "CancelBoth", "Decrement"),
  },
  { requiredKeys: ["symbol", "side", "ordType"] },
);

const edgeCodes = new Set([
  "UnsupportedOrderCharacteristic",
  "PriceOutOfRange",
  "InvalidPriceIncrement",
  "IncorrectQuantity",
]);

function units(text: string): number {
  const parsed = parseDecimal(text, -8);
  if (!parsed.ok) throw new Error(`${text} is ${parsed.reason}`);
  return parsed.value;
}

/** With the fields that go together filled in, or half of all orders would end at the first check. */
function mended(order: Record<string, unknown>): Record<string, unknown> {
  if (order["ordType"] === "Market") {
    const { price: _, postOnly: __, ...market } = order;
    return market;
  }
  const { cashOrderQty: _, ...limit } = order;
  return { price: "100.00", orderQty: "0.01", ...limit };
}

const plain = { symbol: "BTC-USD", side: "Buy", ordType: "Limit" };

/** Whatever chance brings, each way of ending is walked. */
const oneOfEach: [Record<string, unknown>, boolean][] = [
  [plain, true],
  [plain, false],
  [{ ...plain, price: "0" }, true],
  [{ ...plain, price: "100.01" }, true],
  [{ ...plain, orderQty: "0.001" }, true],
];

test("what the edge lets pass the engine does not refuse for its form, and what the edge refuses never reaches it", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anyOrder, fc.boolean(), async (order: Record<string, unknown>, mend) => {
      const before = (await venue.commands()).length;
      const { status, body } = await venue.post(mend ? mended(order) : order);
      const code = status === 201 ? "ok" : String(body["code"]);
      seen.set(code, (seen.get(code) ?? 0) + 1);
      const reached = (await venue.commands()).length - before;
      expect(reached).toBe(edgeCodes.has(code) ? 0 : 1);
      if (status === 201) checkAnswer(OrderAnswer.parse(body));
      else expect(status).toBe(422);
    }),
    { numRuns: 400, examples: oneOfEach },
  );
  for (const code of ["ok", ...edgeCodes]) expect(seen.get(code) ?? 0).toBeGreaterThan(0);
});

/** The reports of an answer add up to what it says of the order. */
function checkAnswer(answer: OrderAnswer): void {
  const { executionReports, cumQty, leavesQty, ordStatus } = answer;
  const traded = executionReports.map(({ lastQty = "0" }) => units(lastQty));
  expect(traded.reduce((total, lastQty) => total + lastQty, 0)).toBe(units(cumQty));
  expect(executionReports.at(-1)).toMatchObject({ cumQty, leavesQty, ordStatus });
  const open = ordStatus === "New" || ordStatus === "PartiallyFilled";
  expect(units(leavesQty) > 0).toBe(open);
}
