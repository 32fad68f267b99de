import { expect, test } from "bun:test";
import fc from "fast-check";

import { symbolHash } from "../hash.ts";
import { isUuid } from "../wire.ts";
import { commandIDOf, orderIDOf, symbolHashOf } from "./order-id.ts";

const symbols = fc.stringMatching(/^[A-Z0-9][A-Z0-9._-]{0,15}$/);
const clOrdIDs = fc.stringMatching(/^[A-Za-z0-9_-]{1,36}$/);
const accountIDs = fc.integer({ min: 1, max: 2 ** 31 - 1 });

test("an orderID never changes: clients and other languages compute it too", () => {
  expect(orderIDOf(1001, "BTC-USD", "first")).toBe(orderIDOf(1001, "BTC-USD", "first"));
  expect(orderIDOf(1001, "BTC-USD", "first")).toBe("1245db69-b84b-807a-ada1-870f44c8d88b");
});

test("an orderID is a UUIDv8 that starts with its symbol's murmur2", () => {
  fc.assert(
    fc.property(accountIDs, symbols, clOrdIDs, (accountID, symbol, clOrdID) => {
      const orderID = orderIDOf(accountID, symbol, clOrdID);
      expect(isUuid(orderID)).toBe(true);
      expect(orderID).toMatch(/^.{14}8.{4}[89ab]/);
      expect(symbolHashOf(orderID)).toBe(symbolHash(symbol));
    }),
  );
});

test("no part of a request can take over a letter of its neighbour", () => {
  expect(orderIDOf(1, "A", "BC").slice(9)).not.toBe(orderIDOf(1, "AB", "C").slice(9));
  expect(orderIDOf(11, "A", "B").slice(9)).not.toBe(orderIDOf(1, "1A", "B").slice(9));
  expect(commandIDOf(["a", "bc"])).not.toBe(commandIDOf(["ab", "c"]));
});

test("a commandID is a UUIDv8", () => {
  expect(commandIDOf(["x"])).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
