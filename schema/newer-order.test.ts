import { describe, expect, test } from "bun:test";

import { decodeCommandFrame, decodeFrame, frame } from "./frame.ts";
import {
  isOrdTypeIn,
  isTimeInForceIn,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "./generated/enums.ts";
import type { NewOrderSingle } from "./generated/new-order-single.ts";
import { schemaVersion } from "./generated/records.ts";
import { decodeNewerOrder } from "./newer-order.ts";
import { newestVersionOf, packItems, readItems } from "./order-list.ts";
import { messageSchema } from "./sbe/message-arbitrary.ts";

const plain: NewOrderSingle = {
  kind: "NewOrderSingle",
  sendingTime: 1,
  validUntil: 2,
  orderID: "01234567-89ab-8def-8123-456789abcdef",
  requestHash: "0123456789abcdef",
  accountID: 7,
  attempt: 0,
  side: Side.Sell,
  ordType: OrdType.Limit,
  symbol: "BTC-USD",
  orderQty: 5,
  cashOrderQty: 0n,
  price: 100,
  timeInForce: TimeInForce.GTC,
  selfTradePrevention: SelfTradePrevention.Default,
  execInst: 0,
  expireTime: 0,
  clOrdID: "c-1",
};

const order = messageSchema.messages.find(({ name }) => name === "NewOrderSingle");
const grown = (order?.fields ?? []).flatMap(({ name, type }) => {
  const values = type.kind === "enum" ? type.values : [];
  const newer = values.filter(({ sinceVersion }) => sinceVersion > 0);
  return newer.map(({ value, sinceVersion }) => ({ name, value, sinceVersion, values }));
});

describe("an order with a value that an older reader does not know", () => {
  test("is a newer order to it, not a broken one", () => {
    expect(grown.length).toBeGreaterThanOrEqual(4);
    for (const { name, value, sinceVersion } of grown) {
      const bytes = frame({ ...plain, [name]: value });
      const newest = sinceVersion - 1;
      expect(decodeCommandFrame(bytes, newest)).toEqual({ ok: false, error: "UnknownTemplate" });
      expect(decodeNewerOrder(bytes, newest)).not.toBeNull();
      expect(decodeNewerOrder(bytes, sinceVersion)).toBeNull();
      expect(decodeCommandFrame(bytes, sinceVersion).ok).toBe(true);
    }
  });

  test("is read with values that the reader knows, in every field", () => {
    for (const { name, value, sinceVersion, values } of grown) {
      const bytes = frame({ ...plain, [name]: value });
      for (let newest = 0; newest < sinceVersion; newest++) {
        const read = decodeNewerOrder(bytes, newest);
        const known = values.filter((each) => each.sinceVersion <= newest);
        const standing: unknown = read?.[name as keyof NewOrderSingle];
        expect(known.map((each): unknown => each.value)).toContain(standing);
      }
    }
  });

  test("keeps values that are not new to the reader", () => {
    const stop = { ...plain, ordType: OrdType.StopLimit, timeInForce: TimeInForce.AtTheOpening };
    expect(isOrdTypeIn(stop.ordType, 7) && !isTimeInForceIn(stop.timeInForce, 7)).toBe(true);
    const { ordType, timeInForce } = decodeNewerOrder(frame(stop), 7) ?? plain;
    expect([ordType, timeInForce]).toEqual([OrdType.StopLimit, TimeInForce.GTC]);
  });
});

test("every record reads alike to one who knows all versions up to its own", () => {
  const bytes = frame({ ...plain, displayQty: 1 });
  for (let newest = 2; newest <= schemaVersion; newest++) {
    expect(decodeFrame(bytes, newest)).toEqual({ ok: true, message: { ...plain, displayQty: 1 } });
  }
  expect(decodeFrame(bytes, 1)).toEqual({ ok: false, error: "UnknownTemplate" });
});

test("the items of a list are read up to a version, and tell which is their newest", () => {
  const items = [plain, { ...plain, displayQty: 1 }, plain];
  const bytes = packItems(items);
  expect(newestVersionOf(bytes)).toBe(2);
  expect(readItems(bytes, 2)).toEqual(items);
  expect(readItems(bytes, 1)).toBeNull();
});
