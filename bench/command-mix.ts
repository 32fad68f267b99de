import { SeededRandom } from "../ops/seeded-random.ts";
import type { AppendRecord } from "../ports/log/log.ts";
import { frame } from "../schema/frame.ts";
import {
  AccountStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../schema/generated/enums.ts";
import type { Command } from "../schema/generated/records.ts";
import { commandIDOf, orderIDOf } from "../schema/identity/order-id.ts";

export interface CommandMixOptions {
  readonly seed: number;
  /** Commands beside those that define accounts and instruments. */
  readonly count: number;
  /** sendingTime of the first; the last has it too. */
  readonly sendingTime: number;
}

/** Shares of the commands, in percent: what a busy market sends, mostly orders that come and go without a trade. */
export const mixShares = {
  "limit orders that rest": 46,
  "limit orders at the other side's best (half of them IOC)": 5,
  "market orders": 2,
  cancels: 42,
  replaces: 5,
} as const;

const accountCount = 200;
/** Commands that define accounts and instruments. */
export const definitionCount = accountCount + 6;
const symbols = ["BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD", "ADA-USD", "DOT-USD"] as const;
const startPrice = 1_000_000;
const levelCount = 20;
const orderQtyMax = 100;
const validForMs = 60_000;

interface LiveOrder {
  readonly accountID: number;
  readonly market: Market;
  readonly orderID: string;
}

interface Market {
  readonly symbol: string;
  readonly key: Uint8Array;
  mid: number;
}

/**
 * Records of `orders` as a gateway writes them, the same for the same seed: definitions first, then a mix of orders, cancels and replaces of
 * 200 accounts in six instruments whose fair prices wander.
 */
export class CommandMix {
  readonly #random: SeededRandom;
  readonly #options: CommandMixOptions;
  readonly #markets: readonly Market[];
  readonly #live: LiveOrder[] = [];
  #number = 0;

  constructor(options: CommandMixOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#markets = symbols.map((symbol) => ({
      symbol,
      key: new TextEncoder().encode(symbol),
      mid: startPrice,
    }));
  }

  *records(): Generator<AppendRecord> {
    for (let accountID = 1; accountID <= accountCount; accountID++) {
      yield { key: null, value: frame(this.#accountDefinition(accountID)) };
    }
    for (const { symbol, key } of this.#markets) {
      yield { key, value: frame(this.#securityDefinition(symbol)) };
    }
    yield* this.commands();
  }

  /** Without the definitions. */
  *commands(): Generator<AppendRecord> {
    for (let index = 0; index < this.#options.count; index++) yield this.#next();
  }

  #next(): AppendRecord {
    const share = this.#random.next() * 100;
    if (share < 46) return this.#newOrder("Resting");
    if (share < 51) return this.#newOrder("Crossing");
    if (share < 53) return this.#newOrder("Market");
    return this.#live.length === 0
      ? this.#newOrder("Resting")
      : share < 95
        ? this.#cancel()
        : this.#replace();
  }

  #newOrder(kind: "Resting" | "Crossing" | "Market"): AppendRecord {
    const random = this.#random;
    const market = this.#markets[random.integer(0, symbols.length - 1)] ?? fail();
    const accountID = random.integer(1, accountCount);
    const side = random.integer(0, 1) === 0 ? Side.Buy : Side.Sell;
    const clOrdID = `c-${this.#number++}`;
    const orderID = orderIDOf(accountID, market.symbol, clOrdID);
    if (kind === "Resting") this.#live.push({ accountID, market, orderID });
    const isIoc = kind === "Market" || (kind === "Crossing" && random.integer(0, 1) === 0);
    return this.#record(market, {
      kind: "NewOrderSingle",
      ...this.#head(accountID),
      orderID,
      side,
      ordType: kind === "Market" ? OrdType.Market : OrdType.Limit,
      symbol: market.symbol,
      orderQty: random.integer(1, orderQtyMax),
      cashOrderQty: 0n,
      price: kind === "Market" ? 0 : this.#price(market, side, kind),
      timeInForce: isIoc ? TimeInForce.IOC : TimeInForce.GTC,
      selfTradePrevention: SelfTradePrevention.Default,
      execInst: 0,
      expireTime: 0,
      clOrdID,
    });
  }

  /** The fair price takes a step now and then. */
  #price(market: Market, side: Side, kind: "Resting" | "Crossing"): number {
    const random = this.#random;
    market.mid += random.integer(0, 15) === 0 ? random.integer(-1, 1) : 0;
    const away = kind === "Crossing" ? -2 : random.integer(1, levelCount);
    return market.mid + (side === Side.Buy ? -away : away);
  }

  #cancel(): AppendRecord {
    const { accountID, market, orderID } = this.#takeLive(true);
    const commandID = commandIDOf(["bench", String(this.#number++)]);
    return this.#record(market, {
      kind: "OrderCancelRequest",
      ...this.#head(accountID),
      commandID,
      orderID,
    });
  }

  #replace(): AppendRecord {
    const { accountID, market, orderID } = this.#takeLive(false);
    const clOrdID = `r-${this.#number++}`;
    return this.#record(market, {
      kind: "OrderCancelReplaceRequest",
      ...this.#head(accountID),
      commandID: commandIDOf(["bench", clOrdID]),
      losePriority: false,
      orderID,
      orderQty: this.#random.integer(1, orderQtyMax),
      price: market.mid + (this.#random.integer(0, 1) === 0 ? -1 : 1) * levelCount,
      clOrdID,
    });
  }

  /** What may have traded in the meantime is canceled all the same, as traders do. */
  #takeLive(leaves: boolean): LiveOrder {
    const live = this.#live;
    const index = this.#random.integer(0, live.length - 1);
    const order = live[index] ?? fail();
    if (!leaves) return order;
    live[index] = live.at(-1) ?? order;
    live.pop();
    return order;
  }

  #head(accountID: number) {
    const { sendingTime } = this.#options;
    const validUntil = sendingTime + validForMs;
    const hash = this.#random.integer(0, 2 ** 31).toString(16);
    return { sendingTime, validUntil, accountID, attempt: 0, requestHash: hash.padStart(16, "0") };
  }

  #record({ key }: Market, command: Command): AppendRecord {
    return { key, value: frame(command) };
  }

  #accountDefinition(accountID: number): Command {
    return {
      kind: "AccountDefinition",
      ...this.#head(accountID),
      commandID: commandIDOf(["bench account", String(accountID)]),
      accountStatus: AccountStatus.Active,
      name: `account ${accountID}`,
    };
  }

  #securityDefinition(symbol: string): Command {
    return {
      kind: "SecurityDefinition",
      ...this.#head(0),
      commandID: commandIDOf(["bench instrument", symbol]),
      priceExponent: -2,
      qtyExponent: -2,
      symbol,
      baseCurrency: symbol.slice(0, 3),
      quoteCurrency: "USD",
      tickSize: 1,
      selfTradePrevention: SelfTradePrevention.CancelNewest,
      lotSize: 1,
      minOrderQty: 0,
      maxOrderQty: 0,
      tradingState: TradingState.Open,
    };
  }
}

function fail(): never {
  throw new Error("An index is within its list");
}
