import { Engine } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { bodyHeaderBytes } from "../schema/body.ts";
import { OrderCanceledLayout } from "../schema/generated/order-canceled.ts";
import { headerBytes, templateName } from "../schema/generated/records.ts";
import { TradeLayout } from "../schema/generated/trade.ts";
import { readUint53 } from "../schema/wire.ts";
import { OrderStreamCommands } from "./order-stream-commands.ts";
import { priceMapOf } from "./order-stream-prices.ts";
import type { PriceMap } from "./order-stream-prices.ts";
import { OrderedReportText, ReportType, SortedReportText } from "./order-stream-reports.ts";
import type { ReportText } from "./order-stream-reports.ts";
import { StreamMessageType } from "./order-stream.ts";
import type { OrderStream } from "./order-stream.ts";

export interface OrderStreamResult {
  readonly messageCount: number;
  readonly tradeCount: number;
  /** Of the canonical text of the reports, hexadecimal. */
  readonly sha256: string;
}

/**
 * Runs a stream through a new engine: a new message becomes a NewOrderSingle (limit, GTC or IOC), a cancel an OrderCancelRequest, a modify
 * an OrderCancelReplaceRequest that loses its priority. Where the stream's rules are wider than the engine's, they are kept here:
 *
 * - an id may come again: it then names the last order that rested under it, and an earlier one stays on the book;
 * - a quantity of 0 is accepted, trades nothing and does not rest; a modify to 0 takes the order off;
 * - a modify may change the side: the order is canceled and enters anew.
 *
 * Throws where the engine refuses or skips what the stream's rules demand.
 */
export function runOrderStream(stream: OrderStream): OrderStreamResult {
  return new OrderStreamRun(stream).run();
}

/** Orders of the engine are counted from 0; the arrays below are indexed by that number. */
class OrderStreamRun {
  readonly #stream: OrderStream;
  readonly #engine: Engine;
  readonly #out = new EventBuffer();
  readonly #commands: OrderStreamCommands;
  readonly #prices: PriceMap;
  readonly #text: ReportText;
  readonly #streamIDs: bigint[] = [];
  readonly #sides: number[] = [];
  readonly #cumQtys: number[] = [];
  readonly #isResting: boolean[] = [];
  readonly #lastRested = new Map<bigint, number>();
  #sequence = 0n;
  #takerLeavesQty = 0;
  #tradeCount = 0;
  #seqNum = 0;

  constructor(stream: OrderStream) {
    this.#stream = stream;
    this.#commands = new OrderStreamCommands();
    this.#prices = priceMapOf(stream);
    this.#text = isOrdered(stream) ? new OrderedReportText() : new SortedReportText();
    // Entries of the id window leave a millisecond after their order, and each command comes a millisecond later.
    this.#engine = new Engine({
      orderCountMax: stream.messageCount + 1,
      idWindowEntryMax: 4 * (stream.messageCount + 16),
      idWindowMs: 1,
    });
  }

  run(): OrderStreamResult {
    for (const opening of this.#commands.opening()) this.#apply(opening);
    const { messageCount, types } = this.#stream;
    for (let index = 0; index < messageCount; index++) {
      this.#sequence = this.#stream.sequences[index]!;
      if (types[index] === StreamMessageType.New) this.#enter(index);
      else if (types[index] === StreamMessageType.Cancel) this.#cancel(index);
      else this.#modify(index);
    }
    return { messageCount, tradeCount: this.#tradeCount, sha256: this.#text.digest() };
  }

  #enter(index: number): void {
    const { sides, quantities, orderIDs, prices } = this.#stream;
    const orderID = orderIDs[index]!;
    this.#report(
      ReportType.Accepted,
      `${sides[index]},${orderID},${prices[index]},${quantities[index]}`,
    );
    if (quantities[index] !== 0) this.#submit(index, this.#stream.iocs[index] === 1);
  }

  /** Enters the message's order into the engine, whatever the message's type. */
  #submit(index: number, isIoc: boolean): void {
    const { sides, quantities, orderIDs, prices } = this.#stream;
    const order = this.#streamIDs.push(orderIDs[index]!) - 1;
    this.#sides.push(sides[index]!);
    this.#cumQtys.push(0);
    this.#takerLeavesQty = quantities[index]!;
    const price = this.#prices.toEngine(prices[index]!);
    this.#apply(this.#commands.newOrder(order, sides[index]!, price, quantities[index]!, isIoc));
    this.#settle(order, isIoc);
  }

  #settle(order: number, isIoc: boolean): void {
    const rests = this.#takerLeavesQty > 0 && !isIoc;
    this.#isResting[order] = rests;
    if (rests) this.#lastRested.set(this.#streamIDs[order]!, order);
  }

  #cancel(index: number): void {
    const order = this.#resting(index);
    if (order === null) this.#report(ReportType.CancelRejected, `${this.#stream.orderIDs[index]}`);
    else this.#takeOff(order);
  }

  #takeOff(order: number): void {
    this.#apply(this.#commands.cancel(order, this.#sides[order]!));
    this.#isResting[order] = false;
  }

  #modify(index: number): void {
    const { sides, quantities, orderIDs, prices } = this.#stream;
    const order = this.#resting(index);
    if (order === null) return this.#report(ReportType.ModifyRejected, `${orderIDs[index]}`);
    const [side, quantity] = [sides[index]!, quantities[index]!];
    if (quantity === 0 || side !== this.#sides[order]) this.#reenter(index, order);
    else this.#replace(index, order);
    this.#report(ReportType.Modified, `${side},${orderIDs[index]},${prices[index]},${quantity}`);
  }

  #replace(index: number, order: number): void {
    const quantity = this.#stream.quantities[index]!;
    const price = this.#prices.toEngine(this.#stream.prices[index]!);
    this.#takerLeavesQty = quantity;
    const orderQty = this.#cumQtys[order]! + quantity;
    this.#apply(this.#commands.replace(order, this.#sides[order]!, price, orderQty));
    this.#settle(order, false);
  }

  #reenter(index: number, order: number): void {
    this.#isReentering = true;
    this.#takeOff(order);
    this.#isReentering = false;
    if (this.#stream.quantities[index] !== 0) this.#submit(index, false);
  }
  #isReentering = false;

  /** The resting order that the message's id names. */
  #resting(index: number): number | null {
    const order = this.#lastRested.get(this.#stream.orderIDs[index]!);
    return order !== undefined && this.#isResting[order] === true ? order : null;
  }

  #apply(command: DataView): void {
    this.#seqNum += 1;
    this.#out.reset();
    this.#engine.apply(
      command,
      command.byteLength,
      this.#seqNum,
      this.#commands.time(this.#seqNum),
      this.#seqNum,
      this.#out,
    );
    const { view, length } = this.#out;
    for (let at = bodyHeaderBytes; at < length; at += headerBytes + view.getUint16(at, true)) {
      this.#event(view.getUint16(at + 2, true), view, at + headerBytes);
    }
  }

  #event(templateId: number, view: DataView, block: number): void {
    if (templateId === TradeLayout.templateId) return this.#trade(view, block);
    if (templateId === OrderCanceledLayout.templateId) return this.#canceled(view, block);
    const name = templateName(templateId);
    if (name !== null && expected.has(name)) return;
    throw new Error(`The engine answers the message of sequence ${this.#sequence} with ${name}`);
  }

  #trade(view: DataView, block: number): void {
    const maker = this.#commands.orderOf(view, block + TradeLayout.makerOrderID);
    const taker = this.#commands.orderOf(view, block + TradeLayout.takerOrderID);
    const lastQty = readUint53(view, block + TradeLayout.lastQty);
    const ticks = this.#prices.toTicks(view.getInt32(block + TradeLayout.lastPx, true));
    this.#tradeCount += 1;
    this.#cumQtys[maker]! += lastQty;
    this.#cumQtys[taker]! += lastQty;
    this.#takerLeavesQty = readUint53(view, block + TradeLayout.takerLeavesQty);
    if (readUint53(view, block + TradeLayout.makerLeavesQty) === 0) this.#isResting[maker] = false;
    this.#report(
      ReportType.Trade,
      `${ticks},${lastQty},${this.#streamIDs[maker]},${this.#streamIDs[taker]}`,
    );
  }

  #canceled(view: DataView, block: number): void {
    if (this.#isReentering) return;
    const order = this.#commands.orderOf(view, block + OrderCanceledLayout.orderID);
    const ticks = this.#prices.toTicks(view.getInt32(block + OrderCanceledLayout.price, true));
    this.#report(ReportType.Canceled, `${this.#sides[order]},${this.#streamIDs[order]},${ticks}`);
  }

  #report(reportType: ReportType, rest: string): void {
    this.#text.add(reportType, this.#sequence, rest);
  }
}

const expected: ReadonlySet<string> = new Set([
  "OrderAccepted",
  "OrderReplaced",
  "AccountDefined",
  "SecurityDefined",
]);

function isOrdered({ messageCount, sequences }: OrderStream): boolean {
  for (let index = 1; index < messageCount; index++) {
    if (sequences[index]! <= sequences[index - 1]!) return false;
  }
  return true;
}
