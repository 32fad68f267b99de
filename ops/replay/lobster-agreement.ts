import { formatDecimal } from "../../schema/units.ts";
import type { LobsterRow, LobsterType, TrueBook } from "./lobster-file.ts";

interface Execution {
  /** Of the row in the file, from 0. */
  readonly index: number;
  readonly row: LobsterRow;
  /** clOrdID of the order that the file says was hit; null when it was entered before the file begins. */
  readonly expected: string | null;
  readonly trades: readonly { readonly rptSeq: number; readonly lastQty: number }[];
}

/** A true best price where nothing rests that the file tells of: it was not in view at the start, and no event entered it. */
interface UnknownLevel {
  readonly side: "Buy" | "Sell";
  readonly price: number;
  eventCount: number;
  readonly firstIndex: number;
}

/** How far the venue agrees with what really happened. */
export class LobsterAgreement {
  readonly #executions: Execution[] = [];
  readonly #unknownLevels = new Map<string, UnknownLevel>();
  readonly #disagreements: string[] = [];
  readonly #passedOver = new Map<LobsterType, number>();
  #comparedCount = 0;
  #equalCount = 0;
  #exactCount = 0;
  #enteredCount = 0;

  /** True when every execution of an order of the file hit that order, and best prices differ only at levels that nobody could know. */
  get holds(): boolean {
    return this.#disagreements.length === 0;
  }

  passOver(type: LobsterType): void {
    this.#passedOver.set(type, (this.#passedOver.get(type) ?? 0) + 1);
  }

  executed(execution: Execution): void {
    this.#executions.push(execution);
  }

  /** Compares best bid and ask, in units of the file, with the true ones after the event of that index. */
  compare(options: {
    index: number;
    truth: TrueBook;
    venue: { bid: number | null; ask: number | null };
    /** Shares that rest at a price by what the file tells. */
    knownShares: (side: "Buy" | "Sell", price: number) => number;
  }): void {
    const { index, truth, venue, knownShares } = options;
    this.#comparedCount++;
    const differing = [
      { side: "Buy" as const, wanted: truth.bids[0]?.price ?? null, found: venue.bid },
      { side: "Sell" as const, wanted: truth.asks[0]?.price ?? null, found: venue.ask },
    ].filter(({ wanted, found }) => wanted !== found);
    if (differing.length === 0) this.#equalCount++;
    for (const { side, wanted, found } of differing) {
      if (wanted !== null && knownShares(side, wanted) === 0) this.#unknown(index, side, wanted);
      else {
        this.#disagreements.push(
          `event ${index + 1}: best ${side === "Buy" ? "bid" : "ask"} is ${dollars(found)}, truly ${dollars(wanted)}`,
        );
      }
    }
  }

  /** `makers`: rptSeq of a trade → clOrdID of the order that rested. */
  judgeExecutions(makers: ReadonlyMap<number, string>): void {
    for (const { index, row, expected, trades } of this.#executions) {
      if (expected === null) continue;
      this.#enteredCount++;
      const hit = trades.map(({ rptSeq }) => makers.get(rptSeq) ?? "?");
      const shares = trades.reduce((sum, { lastQty }) => sum + lastQty, 0);
      if (shares === row.shares && hit.every((clOrdID) => clOrdID === expected)) this.#exactCount++;
      else {
        this.#disagreements.push(
          `event ${index + 1}: ${row.shares} of order ${expected} were executed, here ${shares} of ${hit.join(", ") || "none"}`,
        );
      }
    }
  }

  report(): string[] {
    const other = this.#executions.length - this.#enteredCount;
    const unknown = [...this.#unknownLevels.values()];
    const exceptionCount = unknown.reduce((sum, { eventCount }) => sum + eventCount, 0);
    return [
      `executions of visible orders entered in the file: ${this.#exactCount} of ${this.#enteredCount} hit exactly that order (${other} more were of orders from before)`,
      ...(this.#comparedCount === 0
        ? ["best bid and ask: not compared, there is no order book file beside the message file"]
        : [
            `best bid and ask equal the true ones after ${this.#equalCount} of ${this.#comparedCount} events; ${exceptionCount} exceptions at ${unknown.length} levels that were not in view at the start`,
          ]),
      ...unknown.map(
        ({ side, price, eventCount, firstIndex }) =>
          `  ${side === "Buy" ? "bid" : "ask"} ${dollars(price)} comes into view: ${eventCount} events from event ${firstIndex + 1} on`,
      ),
      ...[...this.#passedOver].map(
        ([type, count]) => `${count} events of type ${type} have no order of the visible book`,
      ),
      ...this.#disagreements.map((line) => `DISAGREES ${line}`),
    ];
  }

  #unknown(index: number, side: "Buy" | "Sell", price: number): void {
    const key = `${side} ${price}`;
    const level = this.#unknownLevels.get(key) ?? { side, price, eventCount: 0, firstIndex: index };
    level.eventCount++;
    this.#unknownLevels.set(key, level);
  }
}

function dollars(units: number | null): string {
  return units === null ? "none" : formatDecimal(units, -4);
}
