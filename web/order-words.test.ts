import { expect, test } from "bun:test";

import { isWaiting, outcomeText, priceText, statusText } from "./order-words.ts";

const listing = { priceDecimals: 2, qtyDecimals: 3 };
const open = {
  orderID: "8f0c",
  clOrdID: "",
  symbol: "BTC-USD",
  side: "Buy",
  ordType: "StopLimit",
  timeInForce: "GTC",
  price: "65000.00",
  stopPx: "64000.00",
  postOnly: false,
  ordStatus: "New",
  cumQty: "0.00000000",
  leavesQty: "0.50000000",
  avgPx: "0",
  entryTime: "2026-11-25T18:00:00.000Z",
  transactTime: "2026-11-25T18:00:00.000Z",
  mdEntryID: 1,
  firstSeqNum: 1,
  seqNum: 1,
} as const;

test("a stop waits until it is triggered, and says for what", () => {
  expect(isWaiting(open)).toBe(true);
  expect(priceText(open, listing)).toBe("64\u2009000.00 → 65\u2009000.00");
  expect(statusText(open, listing)).toBe("New, waits for its stop");
  expect(statusText({ ...open, pegOffsetValue: "250.00" }, listing)).toBe("New, trails by 250.00");
  const triggered = { ...open, triggeredTime: "2026-11-25T18:00:01.000Z" };
  expect(isWaiting(triggered)).toBe(false);
  expect(priceText(triggered, listing)).toBe("65\u2009000.00");
  expect(statusText(triggered, listing)).toBe("New");
});

test("an iceberg says what it shows, a market stop that it has no price", () => {
  const iceberg = { ...open, ordType: "Limit", displayQty: "0.10000000", postOnly: true } as const;
  expect(statusText(iceberg, listing)).toBe("New, post only, shows 0.100");
  const { price: _, ...stop } = { ...open, ordType: "Stop" } as const;
  expect(priceText(stop, listing)).toBe("64\u2009000.00 → market");
});

test("an answer says whether the order waits, rests, shows a part, or was triggered at once", () => {
  const answer = (changes: object): string =>
    outcomeText({ ...open, executionReports: [{ execType: "New" }], ...changes }, 1.25, listing);
  expect(answer({})).toBe("New in 1.3 ms. Waits for a trade at 64000.00.");
  expect(answer({ ordType: "Limit" })).toBe("New in 1.3 ms. 0.500 rests.");
  expect(answer({ ordType: "Limit", displayQty: "0.10000000" })).toBe(
    "New in 1.3 ms. 0.500 rests, shows 0.100 at a time.",
  );
  const executionReports = [{ execType: "New" }, { execType: "Triggered" }];
  expect(answer({ executionReports })).toBe("New in 1.3 ms. Triggered at once. 0.500 rests.");
});
