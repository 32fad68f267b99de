import { StreamMessageType } from "../../ops/order-stream.ts";
import type { NumberedStream } from "../numbered-stream.ts";
import type { Peer, PeerLibrary } from "./peer.ts";

interface Outcome {
  /** Makers that are gone, and last the taker itself where it is filled. */
  readonly done: readonly unknown[];
  /** A maker that is left over where the taker is filled; else the taker. */
  readonly partial: object | null;
  readonly quantityLeft: number;
  readonly err: Error | null;
}

interface Book {
  limit(order: object): Outcome;
  modify(order: string, update: object): Outcome;
  cancel(order: string): unknown;
}

/** The package's own types name a file that it does not have. */
type Package = { readonly OrderBook: new () => Book };

export const nodejsOrderBook: PeerLibrary = {
  title: "nodejs-order-book 10.1.1",
  bar: 20,
  absence: "bun install brings it",
  load: async () => {
    const name = "nodejs-order-book";
    const { OrderBook } = (await import(name)) as Package;
    return (stream) => new NodejsOrderBook(new OrderBook(), stream);
  },
};

/** ORDER_NOT_FOUND. */
const unknownOrder = 1110;

class NodejsOrderBook implements Peer {
  readonly #book: Book;
  readonly #stream: NumberedStream;
  readonly #names: readonly string[];
  tradeCount = 0;
  tradedQty = 0;

  constructor(book: Book, stream: NumberedStream) {
    this.#book = book;
    this.#stream = stream;
    this.#names = Array.from({ length: stream.messageCount }, (_, order) => String(order));
  }

  run(first: number, end: number): void {
    const { types, orders, sides, iocs, prices, quantities } = this.#stream;
    for (let index = first; index < end; index++) {
      const id = this.#names[orders[index] ?? 0] ?? "";
      if (types[index] === StreamMessageType.Cancel) {
        this.#book.cancel(id);
        continue;
      }
      const price = prices[index] ?? 0;
      const size = quantities[index] ?? 0;
      if (types[index] === StreamMessageType.Modify) {
        this.#count(size, this.#book.modify(id, { price, size }));
        continue;
      }
      const side = sides[index] === 0 ? "buy" : "sell";
      const timeInForce = iocs[index] === 1 ? "IOC" : "GTC";
      this.#count(size, this.#book.limit({ id, side, size, price, timeInForce }));
    }
  }

  #count(quantity: number, { done, partial, quantityLeft, err }: Outcome): void {
    if (err !== null) return refused(err);
    this.tradedQty += quantity - quantityLeft;
    if (quantityLeft > 0) this.tradeCount += done.length;
    else this.tradeCount += done.length - 1 + (partial === null ? 0 : 1);
  }
}

/** A modify of an order that is gone is refused, as the streams want it. */
function refused(err: Error): void {
  if ("code" in err && err.code === unknownOrder) return;
  throw new Error(`refuses an order: ${err.message}`);
}
