import { describe, expect, test } from "bun:test";

import { BusinessRejectReason, Side } from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { alice, bob, brief, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Sell } = Side;

/** alice pays by tier 1 as maker, bob by tier 2 as taker. */
function paying(): Partition {
  const partition = Partition.open();
  partition.pays(alice, 1);
  partition.pays(bob, 2);
  return partition;
}

/** What a trade of so many at 100 between the two says of fees. */
function feesOf(partition: Partition, orderQty: number): Record<string, unknown> {
  partition.order({ orderQty });
  return told(partition.order({ accountID: bob, side: Sell, orderQty }));
}

function told(events: readonly Event[]): Record<string, unknown> {
  const trade = events.find((event) => event.kind === "Trade");
  if (trade?.kind !== "Trade") throw new Error("nothing traded");
  const { makerFee, takerFee, feeSigns } = trade;
  return { makerFee, takerFee, feeSigns };
}

const none = { makerFee: undefined, takerFee: undefined, feeSigns: undefined };

describe("fees (SEMANTICS §5c)", () => {
  test("are millionths of the notional, each side's by its own tier", () => {
    const partition = paying();
    partition.fees({ feeTier: 1, makerFeePpm: 100, takerFeePpm: 9_999 });
    partition.fees({ feeTier: 2, makerFeePpm: 9_999, takerFeePpm: 250 });
    expect(feesOf(partition, 10_000)).toEqual({ ...none, makerFee: 100n, takerFee: 250n });
  });

  test("are rounded up where they are paid, down where they are received", () => {
    const partition = paying();
    partition.fees({ feeTier: 1, makerFeePpm: -150, takerFeePpm: 150 });
    partition.fees({ feeTier: 2, takerFeePpm: 150 });
    expect(feesOf(partition, 110)).toEqual({ makerFee: 1n, takerFee: 2n, feeSigns: 1 });
    expect(feesOf(partition, 10)).toEqual({ ...none, takerFee: 1n });
  });

  test("of an instrument's own schedule go before those of the tier", () => {
    const partition = paying();
    partition.fees({ feeTier: 2, takerFeePpm: 100 });
    partition.fees({ feeTier: 2, takerFeePpm: 300, symbol: "BTC-USD" });
    expect(feesOf(partition, 10_000)).toEqual({ ...none, takerFee: 300n });
    partition.fees({ feeTier: 2, symbol: "BTC-USD" });
    expect(feesOf(partition, 10_000)).toEqual(none);
  });

  test("are none without a tier, and a trade without fees is written as it ever was", () => {
    const partition = Partition.open();
    partition.fees({ takerFeePpm: 300 });
    expect(feesOf(partition, 10_000)).toEqual(none);
  });

  test("hold for instruments that are listed later, and after a restore", () => {
    const partition = paying();
    partition.fees({ feeTier: 2, takerFeePpm: 100 });
    partition.defineSecurity({ symbol: "ETH-USD" });
    partition.engine = Engine.restore(partition.serialise());
    partition.order({ symbol: "ETH-USD", orderQty: 10_000 });
    const sell = { accountID: bob, side: Sell, symbol: "ETH-USD", orderQty: 10_000 };
    expect(told(partition.order(sell))).toEqual({ ...none, takerFee: 100n });
  });

  test("are exact up to the largest notional there is", () => {
    const partition = paying();
    partition.fees({ feeTier: 2, takerFeePpm: 99_999 });
    const [orderQty, price] = [Number.MAX_SAFE_INTEGER, 2 ** 31 - 1];
    partition.order({ orderQty, price });
    const exact = BigInt(orderQty) * BigInt(price) * 99_999n;
    const events = partition.order({ accountID: bob, side: Sell, orderQty, price });
    expect(told(events)).toEqual({ ...none, takerFee: (exact + 999_999n) / 1_000_000n });
  });
});

test("a FeeSchedule has a tier, rates within their bounds, and never pays out more than it takes in", () => {
  const partition = Partition.open({ accountCountMax: 3 });
  const refused = (reason: BusinessRejectReason) => [`BusinessMessageReject ${reason}`];
  for (const fields of [
    { feeTier: 0 },
    { takerFeePpm: 100_001 },
    { makerFeePpm: -10_001, takerFeePpm: 20_000 },
    { makerFeePpm: -2, takerFeePpm: 1 },
  ]) {
    expect(brief(partition.fees(fields))).toEqual(refused(BusinessRejectReason.InvalidDefinition));
  }
  expect(brief(partition.fees({ symbol: "NONE" }))).toEqual(
    refused(BusinessRejectReason.UnknownSymbol),
  );
  for (const feeTier of [1, 2, 3]) partition.fees({ feeTier });
  expect(brief(partition.fees({ feeTier: 4 }))).toEqual(
    refused(BusinessRejectReason.CapacityReached),
  );
  expect(brief(partition.fees({ feeTier: 3, takerFeePpm: 1 }))).toEqual(["FeeScheduleChanged"]);
});
