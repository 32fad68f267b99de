import { formatDecimal, parseDecimal } from "../schema/units.ts";
import { SeededRandom } from "./seeded-random.ts";
import { problemCode } from "./venue-client.ts";
import type { Answer, VenueClient } from "./venue-client.ts";

/** An instrument of the demo market. Prices and quantities in units of the exponents. */
export interface DemoInstrument {
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly tickSize: number;
  readonly lotSize: number;
  /** Where the fair price starts. */
  readonly startPrice: number;
  /** Distance of two levels that a maker quotes. */
  readonly levelStep: number;
  readonly typicalQty: number;
}

export const demoInstruments: readonly DemoInstrument[] = [
  {
    symbol: "BTC-USD",
    baseCurrency: "BTC",
    quoteCurrency: "USD",
    priceExponent: -2,
    qtyExponent: -8,
    tickSize: 1,
    lotSize: 1000,
    startPrice: 6_425_000,
    levelStep: 150,
    typicalQty: 5_000_000,
  },
  {
    symbol: "ETH-USD",
    baseCurrency: "ETH",
    quoteCurrency: "USD",
    priceExponent: -2,
    qtyExponent: -6,
    tickSize: 1,
    lotSize: 100,
    startPrice: 318_000,
    levelStep: 20,
    typicalQty: 900_000,
  },
];

interface Quote {
  readonly orderID: string;
  readonly price: number;
}

const levelCount = 12;
const stepMs = 120;
const readsWaitMs = 30_000;

/** One maker and one taker who trade an instrument through the public API until told to stop. */
export class DemoMarket {
  readonly #instrument: DemoInstrument;
  readonly #maker: VenueClient;
  readonly #taker: VenueClient;
  readonly #random: SeededRandom;
  readonly #quotes = { Buy: [] as Quote[], Sell: [] as Quote[] };
  readonly #stop = new AbortController();
  #fairPrice: number;

  constructor(options: {
    instrument: DemoInstrument;
    maker: VenueClient;
    taker: VenueClient;
    seed: number;
  }) {
    this.#instrument = options.instrument;
    this.#maker = options.maker;
    this.#taker = options.taker;
    this.#random = new SeededRandom(options.seed);
    this.#fairPrice = options.instrument.startPrice;
  }

  /** Trades until stop(); resolves then. A refused order is part of trading; a venue that is gone ends the market. */
  async run(): Promise<void> {
    await this.#maker.delete(`/v1/orders?symbol=${this.#instrument.symbol}`);
    await this.#resumeAtLastPrice();
    while (!this.#stop.signal.aborted) {
      await this.#step();
      await pause(stepMs * (0.5 + this.#random.next()), this.#stop.signal);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** The market goes on at its last price, for which the read side has to be up; without any trade it starts anew. */
  async #resumeAtLastPrice(): Promise<void> {
    const { symbol, priceExponent } = this.#instrument;
    const path = `/v1/instruments/${symbol}/trades?limit=1`;
    let answer = await this.#maker.get(path);
    for (let waitedMs = 0; answer.status === 503 && waitedMs < readsWaitMs; waitedMs += stepMs) {
      await pause(stepMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      answer = await this.#maker.get(path);
    }
    const [trade] = (answer.body["trades"] ?? []) as { lastPx: string }[];
    const lastPx = parseDecimal(trade?.lastPx ?? "", priceExponent);
    if (lastPx.ok) this.#fairPrice = lastPx.value;
  }

  async #step(): Promise<void> {
    const { levelStep } = this.#instrument;
    this.#fairPrice += Math.round(this.#random.normal() * levelStep * 0.7);
    await this.#quote("Buy");
    await this.#quote("Sell");
    if (this.#random.next() < 0.65) await this.#take();
  }

  /** Cancels what is too far or too near, then fills the ladder up with at most two orders a step. */
  async #quote(side: "Buy" | "Sell"): Promise<void> {
    const { levelStep } = this.#instrument;
    const away = side === "Buy" ? -1 : 1;
    const quotes = this.#quotes[side];
    const stale = quotes.findIndex(({ price }) => {
      const distance = (price - this.#fairPrice) * away;
      return distance < levelStep * 0.4 || distance > levelStep * (levelCount + 4);
    });
    if (stale >= 0) {
      const [quote] = quotes.splice(stale, 1);
      if (quote !== undefined) await this.#maker.delete(`/v1/orders/${quote.orderID}`);
    }
    for (let count = 0; count < 2 && quotes.length < levelCount; count++) {
      const level = this.#random.integer(1, levelCount);
      const price =
        this.#fairPrice + away * (level * levelStep + this.#random.integer(0, levelStep - 1));
      await this.#place(side, price, quotes);
    }
  }

  async #place(side: "Buy" | "Sell", price: number, quotes: Quote[]): Promise<void> {
    const answer = await this.#maker.post("/v1/orders", {
      symbol: this.#instrument.symbol,
      side,
      ordType: "Limit",
      price: this.#price(price),
      orderQty: this.#qty(),
      postOnly: true,
    });
    const orderID = answer.body["orderID"];
    if (answer.status === 201 && typeof orderID === "string") quotes.push({ orderID, price });
  }

  async #take(): Promise<void> {
    const side = this.#random.next() < 0.5 ? "Buy" : "Sell";
    const answer = await this.#taker.post("/v1/orders", {
      symbol: this.#instrument.symbol,
      side,
      ordType: "Market",
      orderQty: this.#qty(),
    });
    this.#forgetTraded(side === "Buy" ? "Sell" : "Buy", answer);
  }

  /** The taker's fills tell how deep it went: the maker's quotes before its last price are gone. */
  #forgetTraded(makerSide: "Buy" | "Sell", answer: Answer): void {
    const reports = answer.body["executionReports"];
    if (!Array.isArray(reports)) return;
    const away = makerSide === "Buy" ? -1 : 1;
    for (const { lastPx } of reports as { lastPx?: string }[]) {
      const last = parseDecimal(lastPx ?? "", this.#instrument.priceExponent);
      if (!last.ok) continue;
      this.#quotes[makerSide] = this.#quotes[makerSide].filter(
        ({ price }) => (price - last.value) * away >= 0,
      );
    }
  }

  #price(units: number): string {
    const { tickSize, priceExponent } = this.#instrument;
    return formatDecimal(Math.max(tickSize, units - (units % tickSize)), priceExponent);
  }

  #qty(): string {
    const { typicalQty, lotSize, qtyExponent } = this.#instrument;
    const units = Math.max(lotSize, Math.round(typicalQty * Math.exp(this.#random.normal() * 0.8)));
    return formatDecimal(units - (units % lotSize), qtyExponent);
  }
}

/** Throws with the venue's own words when a set-up request was refused. */
export function expectDone(answer: Answer, what: string): void {
  if (answer.status < 300) return;
  const detail = typeof answer.body["detail"] === "string" ? answer.body["detail"] : "";
  throw new Error(`${what}: ${answer.status} ${problemCode(answer) ?? ""} ${detail}`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
