import { Wide } from "../../schema/wide.ts";
import { TagTable } from "./tag-table.ts";

/** 0 = any. The notional in price unit x quantity unit. */
export interface Caps {
  readonly openOrderCountMax: number;
  readonly openNotionalMax: Wide;
}

/** What of an account is open in an instrument. */
export interface OpenOrders {
  /** Counts from 1; an order's extra record names it. */
  readonly number: number;
  count: number;
  /** Sum over its orders of price x leavesQty. */
  readonly notional: Wide;
}

const noCaps: Caps = { openOrderCountMax: 0, openNotionalMax: new Wide() };

/** An account with AccountLimits: those of its own for an instrument, those for all others, and what is open of it. */
class LimitedAccount {
  readonly accountID: number;
  /** By securityID; 0 has those of an empty symbol. */
  readonly caps: (Caps | undefined)[] = [];
  /** By securityID. */
  readonly open: (OpenOrders | undefined)[] = [];

  constructor(accountID: number) {
    this.accountID = accountID;
  }

  capsOf(securityID: number): Caps {
    return this.caps[securityID] ?? this.caps[0] ?? noCaps;
  }

  openIn(securityID: number, limits: AccountLimitsTable): OpenOrders {
    return (this.open[securityID] ??= limits.startCounting());
  }
}

/**
 * The caps that operators have set (SEMANTICS §5b), and the open orders that they hold for.
 *
 * Invariant: an order is counted exactly while its account has limits, in whatever instrument they are.
 * Known limit: a sum of notionals is exact up to 2^101, which is 2^17 orders of the largest price and quantity that there are.
 */
export class AccountLimitsTable {
  /** Pairs of account and symbol that have limits. */
  count = 0;
  readonly #accounts: LimitedAccount[] = [];
  readonly #byAccountID = new TagTable();
  readonly #open: OpenOrders[] = [];

  /** The account's limits, null where it has none. */
  of(accountID: number): LimitedAccount | null {
    const place = this.#byAccountID.get(accountID);
    return place === 0 ? null : this.#accounts[place - 1]!;
  }

  /** Whether limits of this account and instrument are set; securityID 0 is the empty symbol. */
  has(accountID: number, securityID: number): boolean {
    return this.of(accountID)?.caps[securityID] !== undefined;
  }

  /** Sets or replaces limits; true where the account had none at all before: its open orders must be counted. */
  set(accountID: number, securityID: number, caps: Caps): boolean {
    if (!this.has(accountID, securityID)) this.count++;
    const known = this.of(accountID);
    const account = known ?? this.#add(accountID);
    account.caps[securityID] = caps;
    return known === null;
  }

  openOrders(number: number): OpenOrders {
    return this.#open[number - 1]!;
  }

  startCounting(): OpenOrders {
    const open = { number: this.#open.length + 1, count: 0, notional: new Wide() };
    this.#open.push(open);
    return open;
  }

  /** All accounts with limits, by accountID. Allocates: for what is rare. */
  accounts(): readonly LimitedAccount[] {
    return this.#accounts.toSorted((left, right) => left.accountID - right.accountID);
  }

  #add(accountID: number): LimitedAccount {
    const account = new LimitedAccount(accountID);
    this.#accounts.push(account);
    this.#byAccountID.set(accountID, this.#accounts.length);
    return account;
  }
}
