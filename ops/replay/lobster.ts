import { orderIDOf } from "../../schema/identity/order-id.ts";
import { formatDecimal, parseDecimal } from "../../schema/units.ts";
import { freshRead } from "../fresh-read.ts";
import { VenueClient } from "../venue-client.ts";
import { LobsterType } from "./lobster-file.ts";
import type { BookLevel, LobsterRow, TrueBook } from "./lobster-file.ts";
import { LobsterAgreement } from "./lobster-agreement.ts";
import type { ApiAnswer, ApiRequest, OrderedWindow } from "./ordered-window.ts";
import type { ReplayAccount, ReplayInstrument, ReplayTarget } from "./target.ts";
import type { Tally } from "./tally.ts";

export const lobsterPriceExponent = -4;

export function lobsterInstrument(symbol: string, tick: number): ReplayInstrument {
  return {
    symbol,
    baseCurrency: symbol.slice(0, 8),
    quoteCurrency: "USD",
    priceExponent: lobsterPriceExponent,
    qtyExponent: 0,
    tickSize: formatDecimal(tick, lobsterPriceExponent),
    lotSize: "1",
  };
}

/** An order of the recording as the venue should have it by now. */
interface ReplayedOrder {
  readonly clOrdID: string;
  readonly account: ReplayAccount;
  cumQty: number;
  leavesQty: number;
}

/**
 * Replays a LOBSTER message file one event at a time, each answered before the next: an execution is an IOC order from the other side
 * at the resting order's price. With the true books beside it, what rested before is put in first, one order a level, and the venue's
 * best prices are compared after every event.
 */
export class LobsterReplay {
  readonly agreement: LobsterAgreement;
  readonly #window: OrderedWindow;
  readonly #tally: Tally;
  readonly #target: ReplayTarget;
  readonly #symbol: string;
  readonly #orders = new Map<string, ReplayedOrder>();
  /** Orders that rested before the file begins, by side and price. */
  readonly #seeds = new Map<string, ReplayedOrder>();
  readonly #reads: VenueClient;
  readonly #shares = new Map<string, number>();
  readonly #knownShares = (side: "Buy" | "Sell", price: number): number =>
    this.#shares.get(`${side} ${price}`) ?? 0;

  constructor(options: {
    window: OrderedWindow;
    tally: Tally;
    target: ReplayTarget;
    symbol: string;
  }) {
    this.#window = options.window;
    this.#tally = options.tally;
    this.#target = options.target;
    this.#symbol = options.symbol;
    this.#reads = new VenueClient(options.target.url, options.target.buyer.token);
    this.agreement = new LobsterAgreement();
  }

  /** `seeds`: what rested before the first event. `books`: the true book after each event, where it is known. */
  async run(
    rows: readonly LobsterRow[],
    seeds: readonly BookLevel[],
    books: readonly TrueBook[] | null,
  ): Promise<void> {
    await this.#seed(seeds);
    for (const [index, row] of rows.entries()) {
      await this.#event(row, index);
      const truth = books?.[index];
      if (truth === undefined) continue;
      const venue = await this.#best();
      this.agreement.compare({ index, truth, venue, knownShares: this.#knownShares });
    }
    this.agreement.judgeExecutions(await this.#makersOfTrades());
  }

  async #seed(seeds: readonly BookLevel[]): Promise<void> {
    for (const { side, price, shares } of seeds) {
      const clOrdID = `before-${side}-${price}`;
      const row = { type: LobsterType.New, id: clOrdID, side, price, shares };
      const order = this.#newOrder(row);
      this.#seeds.set(`${side} ${price}`, order);
      await this.#send("seed", this.#limit(row, order.account, "GTC"));
    }
  }

  async #event(row: LobsterRow, index: number): Promise<void> {
    switch (row.type) {
      case LobsterType.New: {
        const order = this.#newOrder(row);
        this.#orders.set(row.id, order);
        await this.#send("new", this.#limit(row, order.account, "GTC"));
        return;
      }
      case LobsterType.PartialCancel:
        return this.#reduce(row, "partial cancel");
      case LobsterType.Delete:
        return this.#reduce(row, "delete");
      case LobsterType.Execution:
        return this.#execute(row, index);
      case LobsterType.HiddenExecution:
      case LobsterType.Cross:
      case LobsterType.Halt:
        this.agreement.passOver(row.type);
    }
  }

  /** A deletion of one true order may be a part of a seed, which stands for all that rested at its level. */
  async #reduce(row: LobsterRow, kind: string): Promise<void> {
    const order = this.#orderOf(row);
    const { token } = this.#accountOf(row.side);
    const leavesQty = this.#lower(order, row);
    if (order === undefined || leavesQty === 0) {
      const clOrdID = order?.clOrdID ?? row.id;
      const path = `/v1/orders?symbol=${this.#symbol}&clOrdID=${clOrdID}`;
      await this.#send(kind, { method: "DELETE", path, token });
      return;
    }
    const path = `/v1/orders/${orderIDOf(order.account.accountID, this.#symbol, order.clOrdID)}`;
    const body = { orderQty: String(order.cumQty + leavesQty) };
    await this.#send(kind, { method: "PATCH", path, token, body });
  }

  async #execute(row: LobsterRow, index: number): Promise<void> {
    const order = this.#orderOf(row);
    const opposite = row.side === "Buy" ? "Sell" : "Buy";
    const taker = this.#accountOf(opposite);
    const request = this.#limit({ ...row, id: `take-${index}`, side: opposite }, taker, "IOC");
    const answer = await this.#send("execution", request);
    if (order !== undefined) order.cumQty += row.shares;
    this.#lower(order, row);
    const expected = this.#orders.get(row.id)?.clOrdID ?? null;
    this.agreement.executed({ index, row, expected, trades: tradesOf(answer) });
  }

  /** Takes a row's shares from what rests; returns what is left of the order. */
  #lower(order: ReplayedOrder | undefined, row: LobsterRow): number {
    if (order === undefined) return 0;
    const taken = Math.min(order.leavesQty, row.shares);
    order.leavesQty -= taken;
    const level = `${row.side} ${row.price}`;
    this.#shares.set(level, (this.#shares.get(level) ?? 0) - taken);
    return order.leavesQty;
  }

  #newOrder(row: LobsterRow): ReplayedOrder {
    const level = `${row.side} ${row.price}`;
    this.#shares.set(level, (this.#shares.get(level) ?? 0) + row.shares);
    return {
      clOrdID: row.id,
      account: this.#accountOf(row.side),
      cumQty: 0,
      leavesQty: row.shares,
    };
  }

  #orderOf(row: LobsterRow): ReplayedOrder | undefined {
    return this.#orders.get(row.id) ?? this.#seeds.get(`${row.side} ${row.price}`);
  }

  #accountOf(side: "Buy" | "Sell"): ReplayAccount {
    return side === "Buy" ? this.#target.buyer : this.#target.seller;
  }

  #limit(
    row: Omit<LobsterRow, "type">,
    account: ReplayAccount,
    timeInForce: "GTC" | "IOC",
  ): ApiRequest {
    const body = {
      symbol: this.#symbol,
      side: row.side,
      ordType: "Limit",
      price: formatDecimal(row.price, lobsterPriceExponent),
      orderQty: String(row.shares),
      timeInForce,
      clOrdID: row.id,
    };
    return { method: "POST", path: "/v1/orders", token: account.token, body };
  }

  async #send(kind: string, request: ApiRequest): Promise<ApiAnswer> {
    await this.#window.room();
    const answer = await this.#window.send(request);
    this.#tally.count(kind, answer);
    return answer;
  }

  /** The venue's best prices as of the last answer; null where a side is empty. */
  async #best(): Promise<{ bid: number | null; ask: number | null }> {
    const path = `/v1/instruments/${this.#symbol}/book?level=1&minSeq=${this.#tally.position}`;
    const { body } = await freshRead(() => this.#reads.get(path));
    const price = (side: unknown): number | null => {
      const [level] = side as { price: string }[];
      const parsed = parseDecimal(level?.price ?? "", lobsterPriceExponent);
      return parsed.ok ? parsed.value : null;
    };
    return { bid: price(body["bids"]), ask: price(body["asks"]) };
  }

  /** rptSeq of each trade → clOrdID of the order that rested, out of both accounts' fills. */
  async #makersOfTrades(): Promise<ReadonlyMap<number, string>> {
    const makers = new Map<number, string>();
    for (const { token } of [this.#target.buyer, this.#target.seller]) {
      const client = new VenueClient(this.#target.url, token);
      for (let cursor = ""; ;) {
        const path = `/v1/fills?symbol=${this.#symbol}&limit=1000&minSeq=${this.#tally.position}${cursor}`;
        const { body } = await freshRead(() => client.get(path));
        const fills = body["fills"] as {
          rptSeq: number;
          clOrdID: string;
          lastLiquidityInd: string;
        }[];
        for (const { rptSeq, clOrdID, lastLiquidityInd } of fills) {
          if (lastLiquidityInd === "Added") makers.set(rptSeq, clOrdID);
        }
        const next = body["nextCursor"];
        if (typeof next !== "string") break;
        cursor = `&cursor=${next}`;
      }
    }
    return makers;
  }
}

function tradesOf(answer: ApiAnswer): { rptSeq: number; lastQty: number }[] {
  const reports = answer.body["executionReports"];
  if (!Array.isArray(reports)) return [];
  return (reports as { execType: string; rptSeq: number; lastQty?: string }[])
    .filter(({ execType }) => execType === "Trade")
    .map(({ rptSeq, lastQty }) => ({ rptSeq, lastQty: Number(lastQty) }));
}
