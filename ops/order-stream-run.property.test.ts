import { expect, test } from "bun:test";

import fc from "fast-check";

import { runOrderStream } from "./order-stream-run.ts";
import { messagesOf, StreamMessageType } from "./order-stream.ts";
import type { OrderStream, StreamMessage } from "./order-stream.ts";

interface PlainOrder {
  readonly orderID: bigint;
  readonly side: number;
  readonly price: bigint;
  quantity: number;
}

test("any stream gives the reports of a plain book that was written from the rules alone", () => {
  const message = fc.record({
    type: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat(2) }),
    side: fc.nat(1),
    isIoc: fc.oneof(
      { weight: 6, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    quantity: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 1, max: 9 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 2 ** 32 - 1) },
    ),
    orderID: fc.bigInt({ min: 1n, max: 30n }),
    price: fc.bigInt({ min: -3n, max: 6n }),
  });
  const streams = fc.tuple(
    fc.array(message, { maxLength: 150, size: "max" }),
    fc.constantFrom(4n, 10_000n, 2n ** 31n - 7n, 2n ** 40n),
    fc.boolean(),
  );
  fc.assert(
    fc.property(streams, ([messages, centre, areIdsUnique]) => {
      const stream = columns(
        messages.map((one, index) => ({
          ...one,
          price: one.price + centre,
          sequence: BigInt(index),
          orderID: areIdsUnique && one.type === StreamMessageType.New ? BigInt(index) : one.orderID,
        })),
      );
      const lines = plainReports(stream);
      expect(runOrderStream(stream)).toEqual({
        messageCount: messages.length,
        tradeCount: lines.filter((line) => line.startsWith("1,")).length,
        sha256: new Bun.CryptoHasher("sha256").update(lines.join("\n")).digest("hex"),
      });
    }),
    { numRuns: 300 },
  );
});

/** One list of orders in order of arrival, searched from the start for every trade. */
function plainReports(stream: OrderStream): string[] {
  const lines: string[] = [];
  let resting: PlainOrder[] = [];
  const named = new Map<bigint, PlainOrder>();

  const find = (orderID: bigint): PlainOrder | undefined => {
    const order = named.get(orderID);
    return order !== undefined && resting.includes(order) ? order : undefined;
  };
  const enter = (
    { sequence, side, orderID, price, quantity }: StreamMessage,
    mayRest: boolean,
  ): number => {
    let left = quantity;
    for (;;) {
      const maker = bestFor(side, price, resting);
      if (maker === undefined || left === 0) break;
      const traded = Math.min(left, maker.quantity);
      left -= traded;
      maker.quantity -= traded;
      if (maker.quantity === 0) resting = resting.filter((other) => other !== maker);
      lines.push(`1,${sequence},${maker.price},${traded},${maker.orderID},${orderID}`);
    }
    if (left === 0 || !mayRest) return left;
    const order = { orderID, side, price, quantity: left };
    resting.push(order);
    named.set(orderID, order);
    return left;
  };

  for (const message of messagesOf(stream)) {
    const { type, sequence, side, orderID, price, quantity, isIoc } = message;
    const order = find(orderID);
    if (type === StreamMessageType.New) {
      lines.push(`0,${sequence},${side},${orderID},${price},${quantity}`);
      if (enter(message, !isIoc) > 0 && isIoc)
        lines.push(`2,${sequence},${side},${orderID},${price}`);
    } else if (order === undefined) {
      lines.push(`${type === StreamMessageType.Cancel ? 4 : 5},${sequence},${orderID}`);
    } else {
      resting = resting.filter((other) => other !== order);
      if (type === StreamMessageType.Cancel)
        lines.push(`2,${sequence},${order.side},${orderID},${order.price}`);
      else enter(message, true);
      if (type === StreamMessageType.Modify)
        lines.push(`3,${sequence},${side},${orderID},${price},${quantity}`);
    }
  }
  return lines;
}

/** The first of the best orders that a taker may trade with. */
function bestFor(
  side: number,
  limit: bigint,
  resting: readonly PlainOrder[],
): PlainOrder | undefined {
  const sign = side === 0 ? 1n : -1n;
  const within = resting.filter(
    (order) => order.side !== side && (limit - order.price) * sign >= 0n,
  );
  return within.toSorted((a, b) => Number((a.price - b.price) * sign))[0];
}

function columns(messages: readonly StreamMessage[]): OrderStream {
  return {
    messageCount: messages.length,
    types: Uint8Array.from(messages, ({ type }) => type),
    sides: Uint8Array.from(messages, ({ side }) => side),
    iocs: Uint8Array.from(messages, ({ isIoc }) => Number(isIoc)),
    quantities: Uint32Array.from(messages, ({ quantity }) => quantity),
    sequences: BigUint64Array.from(messages, ({ sequence }) => sequence),
    orderIDs: BigUint64Array.from(messages, ({ orderID }) => orderID),
    prices: BigInt64Array.from(messages, ({ price }) => price),
  };
}
