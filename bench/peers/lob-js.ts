import { resolve } from "node:path";

import { StreamMessageType } from "../../ops/order-stream.ts";
import type { NumberedStream } from "../numbered-stream.ts";
import type { Peer, PeerLibrary } from "./peer.ts";

interface Outcome {
  readonly trades: readonly { readonly quantity: number }[];
  readonly orderInBook: Record<"orderId", string> | null;
}

interface Book {
  readonly bids: Tree;
  readonly asks: Tree;
  processOrder(order: object): Outcome;
  cancelOrder(side: "bid" | "ask", order: string): void;
}

interface Tree {
  orderExists(order: string): boolean;
}

type Package = { readonly default: new (options: { enableEvents: boolean }) => Book };

/** Where a checkout of ShaunLWM/LimitOrderBook, built or not, has its entry. */
const variable = "ORDERBOOK_LOB_JS";

/**
 * lob.js (MIT) of ShaunLWM/LimitOrderBook. The npm registry does not have it any more, so that it is no dependency: a checkout is looked
 * for where ORDERBOOK_LOB_JS says. Its orders have ids of its own, an IOC's rest is taken off by a cancel, and a modify is what the
 * streams say that it is, a cancel and a new order: its own modifyOrder leaves a crossed book.
 */
export const lobJs: PeerLibrary = {
  title: "lob.js",
  bar: 8,
  absence: `the npm registry does not have it; ${variable}=<its index.js or index.ts> makes it run`,
  load: async () => {
    const path = process.env[variable];
    if (path === undefined) return null;
    const { default: OrderBook } = (await import(resolve(path))) as Package;
    return (stream) => new LobJs(new OrderBook({ enableEvents: false }), stream);
  },
};

class LobJs implements Peer {
  readonly #book: Book;
  readonly #stream: NumberedStream;
  readonly #names: string[];
  tradeCount = 0;
  tradedQty = 0;

  constructor(book: Book, stream: NumberedStream) {
    this.#book = book;
    this.#stream = stream;
    this.#names = Array.from({ length: stream.messageCount }, () => "");
  }

  run(first: number, end: number): void {
    const { types, orders, sides } = this.#stream;
    const { bids, asks } = this.#book;
    for (let index = first; index < end; index++) {
      const order = orders[index] ?? 0;
      const type = types[index];
      const side = sides[index] === 0 ? "bid" : "ask";
      const name = this.#names[order] ?? "";
      if (type === StreamMessageType.Cancel) this.#book.cancelOrder(side, name);
      else if (type === StreamMessageType.New) this.#enter(index, order, side);
      else if ((side === "bid" ? bids : asks).orderExists(name)) {
        this.#book.cancelOrder(side, name);
        this.#enter(index, order, side);
      }
    }
  }

  #enter(index: number, order: number, side: "bid" | "ask"): void {
    const { iocs, types, prices, quantities } = this.#stream;
    const { trades, orderInBook } = this.#book.processOrder({
      type: "limit",
      side,
      price: prices[index],
      quantity: quantities[index],
    });
    this.tradeCount += trades.length;
    for (const { quantity } of trades) this.tradedQty += quantity;
    if (orderInBook === null) return;
    const name = orderInBook["orderId"];
    if (iocs[index] === 1 && types[index] === StreamMessageType.New) {
      this.#book.cancelOrder(side, name);
      return;
    }
    this.#names[order] = name;
  }
}
