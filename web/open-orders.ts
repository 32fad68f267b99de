import type { Order, OrderList } from "../schema/http/reads.ts";
import { parseDecimal, parseWideDecimal } from "../schema/units.ts";
import { withDecimals } from "./decimals.ts";
import { setText, tableRow, timeOfDay } from "./elements.ts";
import type { Listing } from "./listing.ts";
import { isWaiting, priceText, statusText } from "./order-words.ts";
import type { VenueApi, VenueAnswer } from "./venue-api.ts";

type OpenOrder = Omit<Order, "position">;

/** Side → price in units → quantity in units that rests there for the account. */
export interface OwnQuantities {
  readonly Buy: ReadonlyMap<number, bigint>;
  readonly Sell: ReadonlyMap<number, bigint>;
}

export const nothingOwned: OwnQuantities = { Buy: new Map(), Sell: new Map() };

const refreshEveryMs = 2500;
const listedMax = 200;

/** The account's open orders in the shown instrument: listed, cancelable, and told to the ladder. */
export class OpenOrders {
  readonly #body: HTMLTableSectionElement;
  readonly #note: HTMLElement;
  readonly #cancelAll: HTMLButtonElement;
  readonly #onOwn: (own: OwnQuantities) => void;
  readonly #onCanceled: (answer: VenueAnswer<{ position?: string }>, what: string) => void;
  #api: VenueApi | null = null;
  #listing: Listing | null = null;
  #round = 0;

  constructor(options: {
    body: HTMLTableSectionElement;
    note: HTMLElement;
    cancelAll: HTMLButtonElement;
    onOwn: (own: OwnQuantities) => void;
    onCanceled: (answer: VenueAnswer<{ position?: string }>, what: string) => void;
  }) {
    this.#body = options.body;
    this.#note = options.note;
    this.#cancelAll = options.cancelAll;
    this.#onOwn = options.onOwn;
    this.#onCanceled = options.onCanceled;
    this.#cancelAll.addEventListener("click", () => void this.#cancelEverything());
    setInterval(() => {
      if (document.visibilityState === "visible") void this.refresh();
    }, refreshEveryMs);
  }

  /** Shows another account or instrument; null where nobody is signed in. */
  watch(api: VenueApi | null, listing: Listing): void {
    this.#api = api;
    this.#listing = listing;
    this.#show([]);
    void this.refresh();
  }

  /** Reads the orders anew, at least as new as `position`. An answer that was overtaken by a later question is dropped. */
  async refresh(position?: string): Promise<void> {
    const api = this.#api;
    const listing = this.#listing;
    if (api === null || listing === null)
      return setText(this.#note, "no account: see start's output");
    const round = ++this.#round;
    const since = position === undefined ? "" : `&minSeq=${encodeURIComponent(position)}`;
    const query = `symbol=${listing.symbol}&open=true&limit=${listedMax}${since}`;
    const answer = await api.get<OrderList>(`/v1/orders?${query}`);
    if (round !== this.#round) return;
    if (answer.ok) this.#show(answer.body.orders);
    else setText(this.#note, `${answer.refusal.code}: shown as last known`);
  }

  #show(orders: readonly OpenOrder[]): void {
    const listing = this.#listing;
    if (listing === null) return;
    this.#cancelAll.hidden = orders.length === 0;
    setText(this.#note, orders.length === 0 ? "none" : `${orders.length}`);
    this.#body.replaceChildren(...orders.map((order) => this.#row(order, listing)));
    this.#onOwn({
      Buy: quantities(orders, "Buy", listing),
      Sell: quantities(orders, "Sell", listing),
    });
  }

  #row(order: OpenOrder, listing: Listing): HTMLTableRowElement {
    const row = tableRow([
      { text: timeOfDay(order.entryTime), className: "quiet" },
      { text: order.side, className: order.side === "Buy" ? "buy" : "sell" },
      { text: priceText(order, listing), className: "number" },
      { text: withDecimals(order.leavesQty, listing.qtyDecimals), className: "number" },
      { text: withDecimals(order.cumQty, listing.qtyDecimals), className: "number quiet" },
      { text: statusText(order, listing), className: "quiet" },
      { text: "", className: "action" },
    ]);
    row.dataset["orderId"] = order.orderID;
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.className = "quiet";
    cancel.textContent = "Cancel";
    cancel.ariaLabel = `Cancel ${order.side} ${order.leavesQty} at ${priceText(order, listing)}`;
    cancel.addEventListener("click", () => {
      cancel.disabled = true;
      void this.#cancel(order);
    });
    row.cells[row.cells.length - 1]?.append(cancel);
    return row;
  }

  async #cancel(order: OpenOrder): Promise<void> {
    const answer = await this.#api?.delete<{ position?: string }>(`/v1/orders/${order.orderID}`);
    if (answer === undefined) return;
    this.#onCanceled(answer, `${order.side} ${order.leavesQty} at ${order.price ?? "market"}`);
    await this.refresh(answer.ok ? answer.body.position : undefined);
  }

  async #cancelEverything(): Promise<void> {
    const symbol = this.#listing?.symbol;
    if (symbol === undefined) return;
    const answer = await this.#api?.delete<{ position?: string }>(`/v1/orders?symbol=${symbol}`);
    if (answer === undefined) return;
    this.#onCanceled(answer, `all orders in ${symbol}`);
    await this.refresh(answer.ok ? answer.body.position : undefined);
  }
}

function quantities(
  orders: readonly OpenOrder[],
  side: "Buy" | "Sell",
  listing: Listing,
): ReadonlyMap<number, bigint> {
  const owned = new Map<number, bigint>();
  for (const order of orders) {
    const price = parseDecimal(order.price ?? "", listing.priceExponent);
    const leaves = parseWideDecimal(order.leavesQty, listing.qtyExponent);
    if (order.side !== side || isWaiting(order) || !price.ok || !leaves.ok) continue;
    owned.set(price.value, (owned.get(price.value) ?? 0n) + leaves.value);
  }
  return owned;
}
