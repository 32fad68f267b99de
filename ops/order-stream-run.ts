import { Engine } from "../engine/core/engine.ts";
import type { CommandBuffer } from "../engine/core/command-buffer.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { bodyHeaderBytes } from "../schema/body.ts";
import { CancelReason } from "../schema/generated/enums.ts";
import { OrderCanceledLayout } from "../schema/generated/order-canceled.ts";
import { headerBytes, templateName } from "../schema/generated/records.ts";
import { TradeLayout } from "../schema/generated/trade.ts";
import { readUint53 } from "../schema/wire.ts";
import { OrderStreamCommands } from "./order-stream-commands.ts";
import { priceMapOf } from "./order-stream-prices.ts";
import type { PriceMap } from "./order-stream-prices.ts";
import { OrderedReportText, ReportType, SortedReportText } from "./order-stream-reports.ts";
import type { ReportText } from "./order-stream-reports.ts";
import { messagesOf, StreamMessageType } from "./order-stream.ts";
import type { OrderStream, StreamMessage } from "./order-stream.ts";

export interface OrderStreamResult {
  readonly messageCount: number;
  readonly tradeCount: number;
  /** Of the canonical text of the reports, hexadecimal. */
  readonly sha256: string;
}

/**
 * Runs a stream through a new engine: a new message becomes a NewOrderSingle (limit, GTC or IOC), a cancel an OrderCancelRequest, a
 * modify an OrderCancelReplaceRequest that loses its priority. Where the stream's rules are wider than the engine's, they are kept here:
 *
 * - an id may come again: it then names the last order that rested under it, and an earlier one stays on the book;
 * - a quantity of 0 is accepted, trades nothing and does not rest; a modify to 0 takes the order off;
 * - a modify may change the side: the order is canceled and enters anew;
 * - prices may be zero, negative or beyond 31 bits: see priceMapOf.
 *
 * Throws where the engine refuses what the stream's rules allow.
 */
export function runOrderStream(stream: OrderStream): OrderStreamResult {
  return new OrderStreamRun(stream).run();
}

/** An order as it was entered into the engine. */
interface StreamOrder {
  /** Its place in the order of entry: what its orderID ends with. */
  readonly number: number;
  readonly streamID: bigint;
  readonly side: number;
  cumQty: number;
  leavesQty: number;
  isResting: boolean;
}

class OrderStreamRun {
  readonly #stream: OrderStream;
  readonly #engine: Engine;
  readonly #out = new EventBuffer();
  readonly #commands = new OrderStreamCommands();
  readonly #prices: PriceMap;
  readonly #text: ReportText;
  readonly #orders: StreamOrder[] = [];
  readonly #lastRested = new Map<bigint, StreamOrder>();
  #sequence = 0n;
  #tradeCount = 0;
  #seqNum = 0;

  constructor(stream: OrderStream) {
    this.#stream = stream;
    this.#prices = priceMapOf(stream);
    this.#text = isOrdered(stream) ? new OrderedReportText() : new SortedReportText();
    // Each command comes a millisecond after the one before: the id window holds resting orders and little else.
    this.#engine = new Engine({
      orderCountMax: stream.messageCount + 1,
      idWindowEntryMax: 4 * (stream.messageCount + 16),
      idWindowMs: 1,
    });
  }

  run(): OrderStreamResult {
    for (const opening of this.#commands.opening()) this.#apply(opening);
    for (const message of messagesOf(this.#stream)) {
      this.#sequence = message.sequence;
      if (message.type === StreamMessageType.New) this.#enter(message);
      else if (message.type === StreamMessageType.Cancel) this.#cancel(message);
      else this.#modify(message);
    }
    const { messageCount } = this.#stream;
    return { messageCount, tradeCount: this.#tradeCount, sha256: this.#text.digest() };
  }

  #enter(message: StreamMessage): void {
    const { side, orderID, price, quantity } = message;
    this.#report(ReportType.Accepted, `${side},${orderID},${price},${quantity}`);
    if (quantity !== 0) this.#submit(message, message.isIoc);
  }

  #cancel({ orderID }: StreamMessage): void {
    const order = this.#resting(orderID);
    if (order === undefined) return this.#report(ReportType.CancelRejected, `${orderID}`);
    this.#takeOff(order);
  }

  /** A modify enters anew without condition, whatever its ioc byte says. */
  #modify(message: StreamMessage): void {
    const { side, orderID, price, quantity } = message;
    const order = this.#resting(orderID);
    if (order === undefined) return this.#report(ReportType.ModifyRejected, `${orderID}`);
    if (quantity !== 0 && side === order.side) this.#replace(order, message);
    else this.#reenter(order, message);
    this.#report(ReportType.Modified, `${side},${orderID},${price},${quantity}`);
  }

  #submit({ side, orderID, price, quantity }: StreamMessage, isIoc: boolean): void {
    const order = {
      number: this.#orders.length,
      streamID: orderID,
      side,
      cumQty: 0,
      leavesQty: quantity,
      isResting: false,
    };
    this.#orders.push(order);
    const enginePrice = this.#prices.toEngine(price);
    this.#apply(this.#commands.newOrder(order.number, side, enginePrice, quantity, isIoc));
    if (!isIoc) this.#settle(order);
  }

  #replace(order: StreamOrder, { price, quantity }: StreamMessage): void {
    const { number, side, cumQty } = order;
    order.leavesQty = quantity;
    const enginePrice = this.#prices.toEngine(price);
    this.#apply(this.#commands.replace(number, side, enginePrice, cumQty + quantity));
    this.#settle(order);
  }

  /** What the engine cannot replace: off the book without a report, then in again as another order. */
  #reenter(order: StreamOrder, message: StreamMessage): void {
    order.isResting = false;
    this.#apply(this.#commands.cancel(order.number, order.side));
    if (message.quantity !== 0) this.#submit(message, false);
  }

  #takeOff(order: StreamOrder): void {
    this.#apply(this.#commands.cancel(order.number, order.side));
    order.isResting = false;
  }

  #settle(order: StreamOrder): void {
    order.isResting = order.leavesQty > 0;
    if (order.isResting) this.#lastRested.set(order.streamID, order);
  }

  #resting(streamID: bigint): StreamOrder | undefined {
    const order = this.#lastRested.get(streamID);
    return order?.isResting === true ? order : undefined;
  }

  #apply(command: CommandBuffer): void {
    this.#seqNum += 1;
    this.#out.reset();
    const appendTime = this.#commands.time(this.#seqNum);
    this.#engine.apply(command, 0, this.#seqNum, appendTime, this.#seqNum, this.#out);
    const { view, length } = this.#out;
    for (let at = bodyHeaderBytes; at < length; at += headerBytes + view.getUint16(at, true)) {
      this.#observe(view.getUint16(at + 2, true), view, at + headerBytes);
    }
  }

  #observe(templateId: number, view: DataView, block: number): void {
    if (templateId === TradeLayout.templateId) return this.#trade(view, block);
    if (templateId === OrderCanceledLayout.templateId) return this.#canceled(view, block);
    const name = templateName(templateId);
    if (name !== null && withoutReport.has(name)) return;
    throw new Error(`The engine answers the message of sequence ${this.#sequence} with ${name}`);
  }

  #trade(view: DataView, block: number): void {
    const maker = this.#orderAt(view, block + TradeLayout.makerOrderID);
    const taker = this.#orderAt(view, block + TradeLayout.takerOrderID);
    const lastQty = readUint53(view, block + TradeLayout.lastQty);
    const ticks = this.#prices.toTicks(view.getInt32(block + TradeLayout.lastPx, true));
    this.#tradeCount += 1;
    for (const order of [maker, taker]) {
      order.cumQty += lastQty;
      order.leavesQty -= lastQty;
    }
    if (maker.leavesQty === 0) maker.isResting = false;
    this.#report(ReportType.Trade, `${ticks},${lastQty},${maker.streamID},${taker.streamID}`);
  }

  /** A resting order that a cancel takes off, or what an IOC order leaves; but not the first half of a modify. */
  #canceled(view: DataView, block: number): void {
    const { side, streamID, isResting } = this.#orderAt(view, block + OrderCanceledLayout.orderID);
    const ticks = this.#prices.toTicks(view.getInt32(block + OrderCanceledLayout.price, true));
    const isRest =
      view.getUint16(block + OrderCanceledLayout.cancelReason, true) !== CancelReason.Requested;
    if (isResting || isRest) this.#report(ReportType.Canceled, `${side},${streamID},${ticks}`);
  }

  #orderAt(view: DataView, at: number): StreamOrder {
    const order = this.#orders[this.#commands.numberAt(view, at)];
    if (order === undefined) throw new Error("The engine names an order that it was not given");
    return order;
  }

  #report(reportType: ReportType, rest: string): void {
    this.#text.add(reportType, this.#sequence, rest);
  }
}

const withoutReport: ReadonlySet<string> = new Set([
  "OrderAccepted",
  "OrderReplaced",
  "AccountDefined",
  "SecurityDefined",
]);

function isOrdered({ sequences }: OrderStream): boolean {
  return sequences.every(
    (sequence, index) => index === 0 || sequence > (sequences[index - 1] ?? 0n),
  );
}
