import { orderIDOf } from "../../schema/identity/order-id.ts";
import { formatDecimal } from "../../schema/units.ts";
import type { Trader } from "../bootstrap.ts";
import type { DemoInstrument } from "../demo.ts";
import type { SeededRandom } from "../seeded-random.ts";

export type RequestKind = "Place" | "Cancel" | "Replace" | "Make" | "Take";

/** One HTTP request, ready to be written to a connection. */
export interface FlowRequest {
  readonly kind: RequestKind;
  readonly text: string;
  /** To be told what came of it, by HTTP status; null when nothing did. */
  answered(status: number | null): void;
}

interface RestingOrder {
  readonly orderID: string;
  readonly side: Side;
  readonly price: number;
}

type Side = "Buy" | "Sell";

export interface MarketFlowOptions {
  readonly url: string;
  readonly instrument: DemoInstrument;
  /** Rests and cancels. */
  readonly maker: Trader;
  /** Takes what the maker quotes near the touch. */
  readonly taker: Trader;
  readonly random: SeededRandom;
  /** Stands in every clOrdID. */
  readonly run: string;
  /** Orders far from the touch that rest at once, about. */
  readonly restingCount: number;
}

const nearLevels = 20;
const farLevels = { from: 40, to: 140 };

/**
 * Requests for one instrument, without end: orders far from the touch that are placed, replaced and in the end canceled, and orders near it that are taken.
 * What rests stays as much as it is, however long it goes on.
 */
export class MarketFlow {
  readonly #options: MarketFlowOptions;
  readonly #heads: { readonly maker: string; readonly taker: string };
  /** Far orders that are known to rest, oldest first. */
  readonly #resting: RestingOrder[] = [];
  /** Sides on which a near order waits to be taken. */
  readonly #untaken: Side[] = [];
  #count = 0;

  constructor(options: MarketFlowOptions) {
    this.#options = options;
    this.#heads = {
      maker: headOf(options.url, options.maker.token),
      taker: headOf(options.url, options.taker.token),
    };
  }

  next(): FlowRequest {
    const dice = this.#options.random.next();
    if (dice < 0.3) return this.#untaken.length > 0 ? this.#take() : this.#make();
    if (dice < 0.4) return this.#replace() ?? this.#place();
    const share = this.#resting.length / this.#options.restingCount;
    const cancels = this.#options.random.next() < 0.5 * share;
    return (cancels ? this.#cancel() : null) ?? this.#place();
  }

  #place(): FlowRequest {
    const side = this.#side();
    const price = this.#price(side, farLevels.from, farLevels.to);
    const clOrdID = this.#clOrdID();
    const { maker, instrument } = this.#options;
    const orderID = orderIDOf(maker.accountID, instrument.symbol, clOrdID);
    const text = this.#order(this.#heads.maker, { side, clOrdID, price });
    return {
      kind: "Place",
      text,
      answered: (status) => {
        if (status === 201) this.#resting.push({ orderID, side, price });
      },
    };
  }

  #cancel(): FlowRequest | null {
    const order = this.#resting.shift();
    if (order === undefined) return null;
    const text = requestText(`DELETE /v1/orders/${order.orderID}`, this.#heads.maker, "");
    return { kind: "Cancel", text, answered: () => {} };
  }

  /** Moves a far order to another level; it is kept out of the way of cancels until that is answered. */
  #replace(): FlowRequest | null {
    const [order] = this.#resting.splice(this.#options.random.integer(0, 50), 1);
    if (order === undefined) return null;
    const { side, orderID } = order;
    let price = this.#price(side, farLevels.from, farLevels.to);
    if (price === order.price) price = this.#price(side, farLevels.to + 1, farLevels.to + 1);
    const body = JSON.stringify({ price: this.#priceText(price), clOrdID: this.#clOrdID() });
    return {
      kind: "Replace",
      text: requestText(`PATCH /v1/orders/${orderID}`, this.#heads.maker, body),
      answered: (status) => {
        if (status === 200) this.#resting.push({ orderID, side, price });
      },
    };
  }

  #make(): FlowRequest {
    const side = this.#side();
    const order = { side, clOrdID: this.#clOrdID(), price: this.#price(side, 1, nearLevels) };
    return {
      kind: "Make",
      text: this.#order(this.#heads.maker, order),
      answered: (status) => {
        if (status === 201) this.#untaken.push(side);
      },
    };
  }

  #take(): FlowRequest {
    const made = this.#untaken.shift() ?? "Buy";
    const side = made === "Buy" ? "Sell" : "Buy";
    const text = this.#order(this.#heads.taker, { side, clOrdID: this.#clOrdID(), price: null });
    return { kind: "Take", text, answered: () => {} };
  }

  #order(
    head: string,
    { side, clOrdID, price }: { side: Side; clOrdID: string; price: number | null },
  ): string {
    const { symbol, typicalQty, qtyExponent } = this.#options.instrument;
    const orderQty = formatDecimal(typicalQty, qtyExponent);
    const order = { symbol, side, orderQty, clOrdID };
    const body =
      price === null
        ? { ...order, ordType: "Market" }
        : { ...order, ordType: "Limit", price: this.#priceText(price) };
    return requestText("POST /v1/orders", head, JSON.stringify(body));
  }

  #side(): Side {
    return this.#options.random.next() < 0.5 ? "Buy" : "Sell";
  }

  #price(side: Side, from: number, to: number): number {
    const { startPrice, levelStep } = this.#options.instrument;
    return (
      startPrice + (side === "Buy" ? -1 : 1) * this.#options.random.integer(from, to) * levelStep
    );
  }

  #priceText(price: number): string {
    return formatDecimal(price, this.#options.instrument.priceExponent);
  }

  #clOrdID(): string {
    return `${this.#options.run}-${this.#options.instrument.baseCurrency}-${this.#count++}`;
  }
}

function headOf(url: string, token: string): string {
  return [
    `host: ${new URL(url).host}`,
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    "content-length: ",
  ].join("\r\n");
}

/** ASCII, so that its length is its number of bytes. */
function requestText(line: string, head: string, body: string): string {
  return `${line} HTTP/1.1\r\n${head}${body.length}\r\n\r\n${body}`;
}
