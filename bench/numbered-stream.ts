import { priceMapOf } from "../ops/order-stream-prices.ts";
import { readOrderStream, StreamMessageType } from "../ops/order-stream.ts";
import type { OrderStream } from "../ops/order-stream.ts";

/** A stream whose orders are numbered in order of entry, so that whoever is timed looks nothing up that an engine need not. */
export interface NumberedStream {
  readonly messageCount: number;
  /** A value of StreamMessageType each. */
  readonly types: Uint8Array;
  /** The number of the order that a message is about. */
  readonly orders: Int32Array;
  /** The order's own side, also for cancels: 0 = buy, 1 = sell. */
  readonly sides: Uint8Array;
  readonly iocs: Uint8Array;
  /** 1 to 2^31 - 1; 0 for cancels. */
  readonly prices: Int32Array;
  readonly quantities: Uint32Array;
  /** As many orders are open at once at most, whatever trades. */
  readonly openMax: number;
}

/** The stream in the bytes of a file. Throws OrderStreamError where they hold none, and as numberStream does. */
export function readNumberedStream(bytes: Uint8Array): NumberedStream {
  return numberStream(readOrderStream(bytes));
}

/**
 * An id that never entered gets a number that no order has. Throws where the stream's rules are wider than those that are timed: an id
 * that enters twice, a quantity of 0, a modify that changes the side.
 */
export function numberStream(stream: OrderStream): NumberedStream {
  const { orders, sides, openMax } = numberOrders(stream);
  const prices = priceMapOf(stream);
  return {
    messageCount: stream.messageCount,
    types: stream.types,
    orders,
    sides,
    iocs: stream.iocs,
    prices: Int32Array.from(stream.prices, (ticks, index) =>
      stream.types[index] === StreamMessageType.Cancel ? 0 : prices.toEngine(ticks),
    ),
    quantities: stream.quantities,
    openMax,
  };
}

function numberOrders(stream: OrderStream) {
  const numbers = new Map<bigint, number>();
  const open = new Set<number>();
  const entrySides: number[] = [];
  const orders = new Int32Array(stream.messageCount);
  const sides = new Uint8Array(stream.messageCount);
  let openMax = 0;
  for (let index = 0; index < stream.messageCount; index++) {
    const isNew = stream.types[index] === StreamMessageType.New;
    const orderID = stream.orderIDs[index] ?? 0n;
    const known = numbers.get(orderID);
    if (isNew && known !== undefined) throw new Error(`Order ${orderID} enters twice`);
    const order = known ?? entrySides.push(stream.sides[index] ?? 0) - 1;
    numbers.set(orderID, order);
    orders[index] = order;
    const side = entrySides[order] ?? 0;
    sides[index] = side;
    checkRules(stream, index, side);
    if (stream.types[index] === StreamMessageType.Cancel) open.delete(order);
    else if (isNew && stream.iocs[index] !== 1) open.add(order);
    openMax = Math.max(openMax, open.size);
  }
  return { orders, sides, openMax };
}

function checkRules({ types, quantities, sides }: OrderStream, index: number, side: number): void {
  if (types[index] === StreamMessageType.Cancel) return;
  if (quantities[index] === 0) throw new Error(`Message ${index} has no quantity`);
  if (sides[index] !== side) throw new Error(`Message ${index} changes its order's side`);
}
