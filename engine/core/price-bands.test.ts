import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CancelReason,
  CxlRejReason,
  OrdRejReason,
  OrdType,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { alice, bob, brief, orderID, Partition } from "./core.fixture.ts";

const { Buy, Sell } = Side;
const outside = [`OrderRejected ${OrdRejReason.PriceExceedsCurrentPriceBand}`];

/** One percent around 1000. */
const banded = (bands: { priceBandBps?: number; takerBandBps?: number }) =>
  Partition.open({}, { referencePrice: 1_000, ...bands });

describe("a price band at entry (SEMANTICS §5b)", () => {
  test("has its ends included", () => {
    const partition = banded({ priceBandBps: 100 });
    expect(brief(partition.order({ price: 989 }))).toEqual(outside);
    expect(brief(partition.order({ price: 990 }))).toEqual(["OrderAccepted"]);
    expect(brief(partition.order({ side: Sell, price: 1_011 }))).toEqual(outside);
    expect(brief(partition.order({ side: Sell, price: 1_010 }))).toEqual(["OrderAccepted"]);
  });

  test("follows the last trade, and holds for a replace with a price", () => {
    const partition = banded({ priceBandBps: 100 });
    partition.order({ price: 990 });
    partition.order({ price: 1_010, orderQty: 1 });
    partition.order({ accountID: bob, side: Sell, price: 1_010, orderQty: 1 });
    expect(brief(partition.order({ price: 990 }))).toEqual(outside);
    expect(brief(partition.replace({ orderID: orderID(5), price: 991 }))).toEqual([
      `OrderCancelReject ${CxlRejReason.PriceExceedsCurrentPriceBand}`,
    ]);
    expect(brief(partition.replace({ orderID: orderID(5), orderQty: 4 }))).toEqual([
      "OrderReplaced 5 4@990",
    ]);
  });

  test("of a stop-limit stands around its stopPx", () => {
    const partition = banded({ priceBandBps: 100 });
    const stop = { side: Sell, ordType: OrdType.StopLimit, stopPx: 800 };
    expect(brief(partition.order({ ...stop, price: 792 }))).toEqual(["OrderAccepted"]);
    expect(brief(partition.order({ ...stop, price: 791 }))).toEqual(outside);
  });
});

describe("the band of a taker (SEMANTICS §5b)", () => {
  const offered = (): Partition => {
    const partition = banded({ takerBandBps: 100 });
    for (const price of [1_005, 1_010, 1_011]) {
      partition.order({ accountID: bob, side: Sell, price, orderQty: 1 });
    }
    return partition;
  };
  const canceled = `OrderCanceled 8 ${CancelReason.TakerPriceBand}`;

  test("rule 11: ends a limit order, which does not rest, and a market order", () => {
    const trades = ["OrderAccepted", "Trade 5x8 1@1005", "Trade 6x8 1@1010"];
    expect(brief(offered().order({ price: 1_020, orderQty: 3 }))).toEqual([
      ...trades,
      `${canceled} 1`,
    ]);
    expect(brief(offered().market({ accountID: alice, orderQty: 5 }))).toEqual([
      ...trades,
      `${canceled} 3`,
    ]);
  });

  test("lets a taker rest that its own limit ends", () => {
    expect(brief(offered().order({ price: 1_010, orderQty: 3 }))).toEqual([
      "OrderAccepted",
      "Trade 5x8 1@1005",
      "Trade 6x8 1@1010",
    ]);
  });

  test("rule 14: bounds what FOK counts", () => {
    const order = { price: 1_020, orderQty: 3, timeInForce: TimeInForce.FOK };
    expect(brief(offered().order(order))).toEqual([
      "OrderAccepted",
      `OrderCanceled 8 ${CancelReason.FillOrKill} 3`,
    ]);
  });

  test("holds for a replaced order, and stands anew around the last trade for a stop that is triggered", () => {
    const partition = offered();
    partition.order({ price: 900 });
    expect(brief(partition.replace({ orderID: orderID(8), price: 1_011 })).at(-1)).toBe(
      `${canceled} 8`,
    );
    const other = offered();
    other.order({ ordType: OrdType.Stop, price: 0, stopPx: 1_005 });
    const [, , triggered, trade, end] = brief(
      other.order({ accountID: 1003, side: Buy, price: 1_005, orderQty: 1 }),
    );
    expect([triggered, trade]).toEqual(["OrderTriggered", "Trade 6x8 1@1010"]);
    expect(end).toBe(`Trade 7x8 1@1011`);
  });
});

test("a definition's bands are at most a hundred times the reference price, which is not negative", () => {
  const invalid = [`BusinessMessageReject ${BusinessRejectReason.InvalidDefinition}`];
  for (const fields of [
    { priceBandBps: 1_000_001 },
    { takerBandBps: 1_000_001 },
    { referencePrice: -1 },
  ]) {
    expect(brief(new Partition().defineSecurity(fields))).toEqual(invalid);
  }
  expect(brief(new Partition().defineSecurity({ priceBandBps: 1_000_000 }))).toEqual([
    "SecurityDefined",
  ]);
});
