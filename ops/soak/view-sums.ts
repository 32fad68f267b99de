import { hash } from "node:crypto";

import { OrdStatus, Side } from "../../schema/generated/enums.ts";
import { formatDecimal } from "../../schema/units.ts";
import { plain } from "../views/differences.ts";
import { ExpectedViews } from "../views/expected.ts";
import type { ExpectedOrder, ExpectedTrade } from "../views/expected.ts";
import { foldPartition } from "../views/fold-log.ts";
import { openVenueLog } from "../venue-log.ts";

/** Count of rows and the sum of 32 bits of each row's MD5: as good as a comparison row by row, and made where the rows are. */
export interface RowSum {
  readonly count: number;
  readonly sum: bigint;
}

export interface ExpectedSums {
  readonly orders: RowSum;
  readonly fills: RowSum;
  readonly trades: RowSum;
  readonly orderStates: RowSum;
  /** By account and symbol: bought and sold. */
  readonly positions: ReadonlyMap<string, string>;
  /** Book by symbol and side, a level a line. */
  readonly books: ReadonlyMap<string, readonly string[]>;
  readonly position: string;
  /** By partition: the last seqNum, and the last one that left a trace in analytics (a tick leaves none). */
  readonly seqNums: readonly number[];
  readonly tracedSeqNums: readonly number[];
}

/**
 * Folds a venue's whole log, as ExpectedViews does it, and keeps of what is over only sums: an hour of orders is more than a process should hold.
 * The venue may go on running.
 */
export async function foldSums(dataDir: string): Promise<ExpectedSums> {
  const log = await openVenueLog(dataDir, 1);
  const sums = new Sums();
  const seqNums: number[] = [];
  const tracedSeqNums: number[] = [];
  try {
    for (let partition = 0; partition < log.partitionCount; partition++) {
      const folded = await foldPartition(log, partition, sums.views, () => sums.takeWhatIsOver());
      seqNums.push(folded.seqNum);
      tracedSeqNums.push(folded.tracedSeqNum);
    }
  } finally {
    await log.close();
  }
  return sums.result(seqNums, tracedSeqNums);
}

class Sums {
  readonly views = new ExpectedViews();
  readonly #orders = new Adder();
  readonly #fills = new Adder();
  readonly #trades = new Adder();
  readonly #orderStates = new Adder();
  readonly #positions = new Map<string, { Buy: bigint; Sell: bigint }>();

  /** Between two bodies an order without leavesQty is over. */
  takeWhatIsOver(): void {
    for (const trade of this.views.trades.splice(0)) this.#addTrade(trade);
    for (const [key, order] of this.views.orders) {
      if (order.leavesQty > 0) continue;
      this.#addOrder(order);
      this.views.orders.delete(key);
    }
  }

  result(seqNums: readonly number[], tracedSeqNums: readonly number[]): ExpectedSums {
    const books = new Map<string, readonly string[]>();
    for (const instrument of this.views.instruments.values())
      for (const side of ["Buy", "Sell"] as const)
        books.set(`${instrument.symbol} ${side}`, this.#book(instrument, side));
    for (const order of this.views.orders.values()) this.#addOrder(order);
    const position = seqNums.map((seqNum, partition) => `${partition}:${seqNum}`).join(",");
    return {
      orders: this.#orders,
      fills: this.#fills,
      trades: this.#trades,
      orderStates: this.#orderStates,
      positions: new Map(
        [...this.#positions].map(([key, { Buy, Sell }]) => [key, `${Buy} ${Sell}`]),
      ),
      books,
      position,
      seqNums,
      tracedSeqNums,
    };
  }

  #book({ symbol, qtyExponent, priceExponent }: Scale & { symbol: string }, side: "Buy" | "Sell") {
    return this.views.book(symbol, side).map((level) => {
      const queue = level.map(
        ({ mdEntryID, leavesQty }) => `${mdEntryID}x${text(leavesQty, qtyExponent)}`,
      );
      return `${text(level[0]?.price ?? 0, priceExponent)}: ${queue.join(" ")}`;
    });
  }

  #addOrder(order: ExpectedOrder): void {
    const { orderID, firstSeqNum, accountID, symbol, side, price } = order;
    const { orderQty, cumQty, leavesQty } = order;
    const status = OrdStatus[order.ordStatus as keyof typeof OrdStatus];
    const place = `${orderID} ${firstSeqNum} ${accountID}`;
    this.#orders.add(
      `${place} ${symbol} ${Side[side]} ${price} ${orderQty} ${cumQty} ${leavesQty} ${status}`,
    );
    const { qtyExponent } = this.#scale(symbol);
    const qtys = `${text(cumQty, qtyExponent)} ${text(leavesQty, qtyExponent)}`;
    this.#orderStates.add(`${place} ${order.ordStatus} ${qtys}`);
  }

  #addTrade(trade: ExpectedTrade): void {
    const { symbol, rptSeq, seqNum, lastPx, lastQty, maker, taker, aggressorSide } = trade;
    const isAuction = aggressorSide === "None";
    for (const [order, liquidity] of [
      [maker, isAuction ? 4 : 1],
      [taker, isAuction ? 4 : 2],
    ] as const) {
      const { side, accountID, orderID, firstSeqNum } = order;
      this.#fills.add(
        `${symbol} ${rptSeq} ${Side[side]} ${accountID} ${orderID} ${firstSeqNum} ${lastQty} ${lastPx} ${liquidity}`,
      );
      const key = `${accountID} ${symbol}`;
      const held = this.#positions.get(key) ?? { Buy: 0n, Sell: 0n };
      held[side] += BigInt(lastQty);
      this.#positions.set(key, held);
    }
    const { priceExponent, qtyExponent } = this.#scale(symbol);
    const traded = `${text(lastPx, priceExponent)} ${text(lastQty, qtyExponent)}`;
    this.#trades.add(
      `${symbol} ${rptSeq} ${seqNum} ${traded} ${aggressorSide} ${maker.orderID} ${taker.orderID}`,
    );
  }

  #scale(symbol: string): Scale {
    for (const instrument of this.views.instruments.values())
      if (instrument.symbol === symbol) return instrument;
    throw new Error(`${symbol} was never defined`);
  }
}

interface Scale {
  readonly priceExponent: number;
  readonly qtyExponent: number;
}

class Adder implements RowSum {
  count = 0;
  sum = 0n;

  add(row: string): void {
    this.count++;
    this.sum += BigInt(hash("md5", row, "buffer").readUInt32BE(0));
  }
}

function text(units: number, exponent: number): string {
  return plain(formatDecimal(units, exponent));
}
