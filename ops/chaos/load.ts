import { orderIDOf } from "../../schema/identity/order-id.ts";
import { formatDecimal } from "../../schema/units.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { Answer, VenueClient } from "../venue-client.ts";
import { verdictOf } from "./journal.ts";
import type { Attempt, Journal, PlaceRequest, RepeatableRequest, Request } from "./journal.ts";

/** An instrument that only chaos trades, so that it knows every order of it; all others of its are like it. */
export const chaosInstrument = {
  symbol: "CHAOS-USD",
  baseCurrency: "CHAOS",
  quoteCurrency: "USD",
  priceExponent: -2,
  qtyExponent: -3,
  tickSize: 1,
  lotSize: 1,
} as const;

const { priceExponent, qtyExponent } = chaosInstrument;
const centrePrice = 10_000;
const priceReach = 12;
const orderQtyMax = 20;
const ownOrdersKept = 40;
const retryMs = 100;

export interface ChaosClientOptions {
  readonly number: number;
  readonly accountID: number;
  readonly run: string;
  readonly random: SeededRandom;
  readonly journal: Journal;
  readonly symbols?: readonly string[];
  /** How much of what was not answered is asked again. */
  readonly retryShare?: number;
  /** Between two requests, at most. */
  readonly pauseMsMax?: number;
}

/** One client of the venue through all its lives: it forgets nothing that it was not answered. */
export class ChaosClient {
  readonly accountID: number;
  readonly #options: ChaosClientOptions;
  readonly #random: SeededRandom;
  readonly #symbols: readonly string[];
  readonly #ownOrders: string[] = [];
  #unanswered: RepeatableRequest[] = [];
  #lastPlaced: PlaceRequest | null = null;
  #count = 0;

  constructor(options: ChaosClientOptions) {
    this.accountID = options.accountID;
    this.#options = options;
    this.#random = options.random;
    this.#symbols = options.symbols ?? [chaosInstrument.symbol];
  }

  /** Trades until the signal, through every absence of the venue. */
  async persist(venue: VenueClient, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.trade(venue, signal);
      if (!signal.aborted) await Bun.sleep(this.#random.integer(0, retryMs));
    }
  }

  /** Sends one request after the other until the signal or the venue ends. First it asks again what was never answered. */
  async trade(venue: VenueClient, signal: AbortSignal): Promise<void> {
    const { retryShare = 0.8, pauseMsMax = 0 } = this.#options;
    const again = this.#unanswered.filter(() => this.#random.next() < retryShare);
    this.#unanswered = [];
    while (!signal.aborted) {
      const request = again.shift() ?? this.#choose();
      if (!(await this.#ask(venue, request))) break;
      if (pauseMsMax > 0) await Bun.sleep(this.#random.integer(0, pauseMsMax));
    }
    this.#unanswered.push(...again);
  }

  /** False when the venue is gone. */
  async #ask(venue: VenueClient, request: Request): Promise<boolean> {
    const { accountID } = this;
    const { journal, number } = this.#options;
    const attempt = journal.begin({ client: number, accountID, request });
    try {
      journal.end(attempt, await send(venue, request));
    } catch {
      // The connection broke: the answer is unknown, and that is what the journal says.
      this.#remember(attempt);
      return false;
    }
    this.#remember(attempt);
    return true;
  }

  #remember(attempt: Attempt): void {
    const { request } = attempt;
    const verdict = verdictOf(attempt);
    if ("clOrdID" in request && verdict === "Unknown") this.#unanswered.push(request);
    if (request.kind !== "Place" || verdict !== "Done") return;
    this.#lastPlaced = request;
    this.#ownOrders.push(request.orderID);
    this.#ownOrders.splice(0, this.#ownOrders.length - ownOrdersKept);
  }

  #choose(): Request {
    const choice = this.#random.next();
    const orderID = this.#ownOrders[this.#random.integer(0, this.#ownOrders.length - 1)];
    if (choice < 0.06 && this.#lastPlaced !== null) return this.#lastPlaced;
    if (choice < 0.065) return { kind: "MassCancel", symbol: this.#symbol() };
    if (orderID === undefined || choice < 0.62) return this.#place();
    if (choice < 0.82) return { kind: "Cancel", orderID };
    return {
      kind: "Replace",
      clOrdID: this.#nextID(),
      orderID,
      price: this.#price(),
      orderQty: this.#qty(),
    };
  }

  #place(): PlaceRequest {
    const clOrdID = this.#nextID();
    const symbol = this.#symbol();
    const market = this.#random.next() < 0.08;
    const manner = this.#random.next();
    const timeInForce = market || manner < 0.15 ? "IOC" : manner < 0.2 ? "FOK" : "GTC";
    return {
      kind: "Place",
      symbol,
      clOrdID,
      orderID: orderIDOf(this.accountID, symbol, clOrdID),
      side: this.#random.next() < 0.5 ? "Buy" : "Sell",
      price: market ? null : this.#price(),
      orderQty: this.#qty(),
      timeInForce,
      postOnly: timeInForce === "GTC" && manner > 0.85,
    };
  }

  #nextID(): string {
    const { run, number } = this.#options;
    return `${run}-${number}-${this.#count++}`;
  }

  #symbol(): string {
    const index = this.#random.integer(0, this.#symbols.length - 1);
    return this.#symbols[index] ?? chaosInstrument.symbol;
  }

  #price(): number {
    return centrePrice + this.#random.integer(-priceReach, priceReach);
  }

  #qty(): number {
    return this.#random.integer(1, orderQtyMax);
  }
}

/** Asks the venue for it. Rejects where the connection breaks. */
export function send(venue: VenueClient, request: Request): Promise<Answer> {
  switch (request.kind) {
    case "Place":
      return venue.post("/v1/orders", placeBody(request));
    case "Replace": {
      const { clOrdID, price, orderQty } = request;
      return venue.patch(`/v1/orders/${request.orderID}`, { clOrdID, ...texts(price, orderQty) });
    }
    case "Cancel":
      return venue.delete(`/v1/orders/${request.orderID}`);
    case "MassCancel":
      return venue.delete(`/v1/orders?symbol=${request.symbol}`);
  }
}

function placeBody(request: PlaceRequest): object {
  const { symbol, side, price, orderQty, timeInForce, postOnly, clOrdID } = request;
  return {
    symbol,
    side,
    ordType: price === null ? "Market" : "Limit",
    ...texts(price, orderQty),
    timeInForce,
    ...(postOnly ? { postOnly } : {}),
    clOrdID,
  };
}

function texts(price: number | null, orderQty: number): { price?: string; orderQty: string } {
  const qty = formatDecimal(orderQty, qtyExponent);
  return price === null
    ? { orderQty: qty }
    : { price: formatDecimal(price, priceExponent), orderQty: qty };
}
