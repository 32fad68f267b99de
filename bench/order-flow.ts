import { demoInstruments } from "../ops/demo.ts";
import type { DemoInstrument } from "../ops/demo.ts";
import { SeededRandom } from "../ops/seeded-random.ts";
import type { VenueFile } from "../ops/venue-client.ts";
import { formatDecimal } from "../schema/units.ts";

const levelCount = 20;

/**
 * HTTP requests that place orders on the first demo instrument, without end: in turn a resting limit order of one account, on one of 20
 * levels of its side, and a market order of another account that takes as much. The book stays as deep as it is.
 */
export class OrderFlow {
  readonly #random: SeededRandom;
  readonly #heads: { readonly maker: string; readonly taker: string };
  readonly #instrument: DemoInstrument;
  #count = 0;

  constructor(file: VenueFile, seed: number) {
    const [maker, taker] = file.accounts;
    const [instrument] = demoInstruments;
    if (maker === undefined || taker === undefined || instrument === undefined) {
      throw new Error("A flow needs two accounts and an instrument");
    }
    this.#instrument = instrument;
    this.#random = new SeededRandom(seed);
    this.#heads = { maker: headOf(file.url, maker.token), taker: headOf(file.url, taker.token) };
  }

  next(): string {
    const pair = this.#count >> 1;
    const isMaker = this.#count % 2 === 0;
    this.#count++;
    const makerSide = pair % 2 === 0 ? "Buy" : "Sell";
    if (isMaker) return request(this.#heads.maker, this.#limitOrder(makerSide));
    return request(this.#heads.taker, this.#marketOrder(makerSide === "Buy" ? "Sell" : "Buy"));
  }

  #limitOrder(side: "Buy" | "Sell"): object {
    const { symbol, startPrice, levelStep, priceExponent } = this.#instrument;
    const away = (side === "Buy" ? -1 : 1) * this.#random.integer(1, levelCount) * levelStep;
    const price = formatDecimal(startPrice + away, priceExponent);
    return { symbol, side, ordType: "Limit", price, orderQty: this.#orderQty() };
  }

  #marketOrder(side: "Buy" | "Sell"): object {
    return { symbol: this.#instrument.symbol, side, ordType: "Market", orderQty: this.#orderQty() };
  }

  #orderQty(): string {
    return formatDecimal(this.#instrument.typicalQty, this.#instrument.qtyExponent);
  }
}

function headOf(url: string, token: string): string {
  return [
    "POST /v1/orders HTTP/1.1",
    `host: ${new URL(url).host}`,
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    "content-length: ",
  ].join("\r\n");
}

/** ASCII, so that its length is its number of bytes. */
function request(head: string, order: object): string {
  const body = JSON.stringify(order);
  return `${head}${body.length}\r\n\r\n${body}`;
}
