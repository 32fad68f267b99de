import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CancelReason,
  CxlRejReason,
  Decision,
  OrdRejReason,
  OrdType,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { NewOrderList } from "../../schema/generated/new-order-list.ts";
import { listItemCountMax } from "../../schema/order-list.ts";
import { alice, bob, brief, commandID, itemID, orderID, Partition } from "./core.fixture.ts";
import type { WantedItem } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Buy, Sell } = Side;
const refused = (reason: BusinessRejectReason): string[] => [`BusinessMessageReject ${reason}`];
const newOrder = (price: number): WantedItem => ["new", { price }];

describe("rule 33: a batch (SEMANTICS §4a)", () => {
  test("is carried out in its order with nothing between, one result an item", () => {
    const partition = Partition.open();
    partition.order({ price: 98 });
    partition.order({ price: 97 });
    const events = partition.list([
      ["cancel", { orderID: orderID(5) }],
      ["replace", { orderID: orderID(6), price: 99 }],
      newOrder(96),
      ["new", { side: Sell, price: 101 }],
    ]);
    expect(brief(events)).toEqual([
      "ListAccepted",
      `OrderCanceled 5 ${CancelReason.Requested} 10`,
      "OrderReplaced 6 10@99",
      "OrderAccepted",
      "OrderAccepted",
    ]);
    expect(events[0]).toMatchObject({ commandID: commandID(7), accountID: alice, itemCount: 4 });
    expect(partition.book()).toBe("6 10@99, 7 10@96, 7 10@101");
  });

  test("undoes nothing: each item is decided as if it came alone", () => {
    const partition = Partition.open();
    const events = partition.list([
      ["cancel", { orderID: orderID(999) }],
      ["replace", { orderID: orderID(999), price: 99 }],
      ["new", { orderQty: 0 }],
      newOrder(96),
    ]);
    expect(brief(events)).toEqual([
      "ListAccepted",
      `OrderCancelReject ${CxlRejReason.UnknownOrder}`,
      `OrderCancelReject ${CxlRejReason.UnknownOrder}`,
      `OrderRejected ${OrdRejReason.UnsupportedOrderCharacteristic}`,
      "OrderAccepted",
    ]);
  });

  test("frees at once what its cancels free", () => {
    const partition = Partition.open();
    partition.limit({ openOrderCountMax: 1 });
    partition.order();
    const events = partition.list([
      ["cancel", { orderID: orderID(6) }],
      newOrder(99),
      newOrder(98),
    ]);
    expect(brief(events).slice(2)).toEqual([
      "OrderAccepted",
      `OrderRejected ${OrdRejReason.OpenOrderCapReached}`,
    ]);
  });

  test("trades item by item, with the stops of each item's trades before the next item", () => {
    const partition = Partition.open();
    partition.order({ accountID: bob, side: Sell, price: 101, orderQty: 5 });
    const stop = { ordType: OrdType.Stop, price: 0, stopPx: 101, orderQty: 3 };
    partition.order({ ...stop, accountID: bob, side: Buy });
    const events = partition.list([
      ["new", { price: 101, orderQty: 5 }],
      ["new", { side: Sell, price: 102, orderQty: 5 }],
    ]);
    expect(brief(events)).toEqual([
      "ListAccepted",
      "OrderAccepted",
      "Trade 5x7 5@101",
      "OrderTriggered",
      `OrderCanceled 6 ${CancelReason.NoLiquidity} 3`,
      "OrderAccepted",
    ]);
  });

  test("may name orders of several instruments, and expires them in their order", () => {
    const partition = Partition.open();
    partition.defineSecurity({ symbol: "ETH-USD" });
    const untilSoon = { timeInForce: TimeInForce.GTD, expireTime: partition.time + 10 };
    partition.list([
      ["new", { ...untilSoon, symbol: "ETH-USD", orderID: orderID(1, "ETH-USD") }],
      ["new", { ...untilSoon, orderID: orderID(2) }],
    ]);
    const expired = partition.tick(10).filter((event) => event.kind === "OrderCanceled");
    expect(expired.map(({ securityID }) => securityID)).toEqual([1, 2]);
  });

  test("defers no order: an unknown symbol is a refusal", () => {
    const partition = Partition.open();
    const early = { symbol: "LATER", orderID: orderID(1, "LATER") };
    expect(brief(partition.list([["new", early]]))).toEqual([
      "ListAccepted",
      `OrderRejected ${OrdRejReason.UnknownSymbol}`,
    ]);
  });

  test("cancels while the market is halted, and enters nothing", () => {
    const partition = Partition.open();
    partition.order();
    partition.setState(TradingState.Halt);
    expect(brief(partition.list([["cancel", { orderID: orderID(5) }], newOrder(99)]))).toEqual([
      "ListAccepted",
      `OrderCanceled 5 ${CancelReason.Requested} 10`,
      `OrderRejected ${OrdRejReason.ExchangeClosed}`,
    ]);
  });
});

describe("rule 33: a batch is checked as a whole (SEMANTICS §4a)", () => {
  const misshapen: readonly (readonly [string, readonly WantedItem[], Partial<NewOrderList>])[] = [
    ["no items", [], {}],
    ["more items than a list may have", Array(listItemCountMax + 1).fill(newOrder(99)), {}],
    ["another number of items than it says", [newOrder(99)], { itemCount: 2 }],
    ["a replace after a new order", [newOrder(99), ["replace", { price: 98 }]], {}],
    [
      "a cancel after a replace",
      [
        ["replace", { price: 98 }],
        ["cancel", {}],
      ],
      {},
    ],
    ["an item of another account", [newOrder(99), ["new", { accountID: bob }]], {}],
    ["an item with a time of its own", [["new", { validUntil: 9_000_000 }]], {}],
    ["an item that was tried before", [["new", { attempt: 1 }]], {}],
    ["bytes that are no message", [], { itemCount: 1, items: new Uint8Array(64) }],
  ];
  test.each(misshapen)("%s: InvalidList", (_, items, fields) => {
    const partition = Partition.open();
    const events = partition.list(items, fields);
    expect(brief(events)).toEqual(refused(BusinessRejectReason.InvalidList));
    expect(partition.book()).toBe("");
  });

  test("comes too late as a whole, and is refused whole to an unknown account", () => {
    const partition = Partition.open();
    const late = partition.list([newOrder(99)], { validUntil: partition.time - 1 });
    expect(brief(late)).toEqual(refused(BusinessRejectReason.TooLateToEnter));
    const unknown = partition.list([["new", { accountID: 9 }]], { accountID: 9 });
    expect(brief(unknown)).toEqual(refused(BusinessRejectReason.UnknownAccount));
  });

  test("fits into the account's share of the id window, or is refused and forgotten", () => {
    const partition = Partition.open({ idWindowEntryMax: 3 * 4 });
    const items = [newOrder(99), newOrder(98), newOrder(97)];
    expect(brief(partition.list(items))).toEqual(refused(BusinessRejectReason.IdWindowFull));
    expect(brief(partition.list(items.slice(1)))).toHaveLength(3);
  });
});

test.each([0, 1, 2])(
  "rule 33: an item finds the tables as those before it have left them, grown or moving, %i orders before",
  (orderCount) => {
    const partition = Partition.open();
    for (let index = 0; index < orderCount; index++) partition.order();
    // Orders with an expireTime go the long way, which lets tables grow; the others the straight one.
    const untilLater = { timeInForce: TimeInForce.GTD, expireTime: 9e15 };
    for (let price = 1; price < 400; price++) {
      const items = [["new", { price, ...untilLater }], newOrder(price), newOrder(price)] as const;
      expect(brief(partition.list(items))).toEqual([
        "ListAccepted",
        "OrderAccepted",
        "OrderAccepted",
        "OrderAccepted",
      ]);
    }
  },
);

describe("rule 33: ids of a batch (SEMANTICS §2)", () => {
  test("a list that comes again is a repeat, whole", () => {
    const partition = Partition.open();
    const again = { commandID: commandID(77), requestHash: "00000000000000aa" };
    partition.list([newOrder(99)], again);
    const [repeat, ...more] = partition.list([newOrder(99)], again);
    expect(repeat).toMatchObject({ kind: "Duplicate", originalSeqNum: 5, conflict: false });
    expect(repeat).toMatchObject({ decision: Decision.Accepted, refTemplateId: 11 });
    expect(more).toEqual([]);
  });

  test("an item that came before is a repeat by itself, alone or in another list", () => {
    const partition = Partition.open();
    partition.list([newOrder(99)]);
    const first = { orderID: orderID(itemID(5, 0)), price: 99 };
    expect(partition.order(first)[0]).toMatchObject({ kind: "Duplicate", originalSeqNum: 5 });
    expect(brief(partition.list([["new", first], newOrder(98)]))).toEqual([
      "ListAccepted",
      "Duplicate",
      "OrderAccepted",
    ]);
  });

  test("an id whose order an earlier item has closed is a repeat still, however old it is", () => {
    const partition = Partition.open({ idWindowMs: 1_000 });
    partition.order();
    partition.tick(2_000);
    const again = { orderID: orderID(5) };
    expect(
      brief(
        partition.list([
          ["cancel", again],
          ["new", again],
        ]),
      ),
    ).toEqual(["ListAccepted", `OrderCanceled 5 ${CancelReason.Requested} 10`, "Duplicate"]);
    expect(brief(partition.order(again))).toEqual(["OrderAccepted"]);
  });

  test("entries of one list survive a snapshot, held or not, whatever slots they had", () => {
    const partition = Partition.open({ idWindowMs: 1_000 });
    partition.list([newOrder(99), newOrder(98), newOrder(97)]);
    partition.cancel({ orderID: orderID(itemID(5, 1)) });
    for (const ms of [0, 999, 2_000]) {
      partition.tick(ms);
      const bytes = partition.serialise();
      partition.engine = Engine.restore(bytes);
      expect(partition.serialise()).toEqual(bytes);
    }
    expect(partition.state().idWindow.map(({ id }) => id)).toEqual([
      orderID(itemID(5, 0)),
      orderID(itemID(5, 2)),
    ]);
  });
});
