import { formatDecimal, parseDecimal } from "../schema/units.ts";
import { typedDecimal, withDecimals } from "./decimals.ts";
import { element, setText } from "./elements.ts";
import type { Listing } from "./listing.ts";
import { refusalText } from "./venue-api.ts";
import type { VenueApi, VenueAnswer } from "./venue-api.ts";

/** What the ticket reads of the venue's answer to an order. */
export interface PlacedOrder {
  readonly orderID: string;
  readonly ordStatus?: string;
  readonly side?: string;
  readonly orderQty?: string;
  readonly price?: string;
  readonly cumQty?: string;
  readonly leavesQty?: string;
  readonly avgPx?: string;
  readonly position?: string;
  readonly executionReports?: readonly {
    readonly execType: string;
    readonly cancelReason?: string;
  }[];
}

const timesInForce = {
  Limit: [
    ["GTC", "Until canceled"],
    ["IOC", "At once, cancel the rest"],
    ["FOK", "All at once or nothing"],
    ["GTD", "Until a time"],
  ],
  Market: [
    ["IOC", "At once, cancel the rest"],
    ["FOK", "All at once or nothing"],
  ],
} as const;

/** The order form. It checks nothing that the venue checks: it sends what was typed and shows what came of it. */
export class Ticket {
  readonly #form = element("ticket", HTMLFormElement);
  readonly #submit = element("submit", HTMLButtonElement);
  readonly #result = element("result", HTMLOutputElement);
  readonly #onAnswer: (answer: VenueAnswer<PlacedOrder>) => void;
  #api: VenueApi | null = null;
  #listing: Listing | null = null;

  constructor(options: { onAnswer: (answer: VenueAnswer<PlacedOrder>) => void }) {
    this.#onAnswer = options.onAnswer;
    this.#form.addEventListener("change", () => this.#arrange());
    this.#form.addEventListener("keydown", (event) => this.#step(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#place();
    });
    this.#offerTimesInForce("Limit");
  }

  watch(api: VenueApi | null, listing: Listing): void {
    const changed = listing.symbol !== this.#listing?.symbol;
    this.#api = api;
    this.#listing = listing;
    if (changed) {
      for (const name of ["price", "orderQty", "cashOrderQty"]) this.#input(name).value = "";
      this.say("", "");
    }
    for (const unit of this.#form.querySelectorAll<HTMLElement>("[data-currency]")) {
      const isBase = unit.dataset["currency"] === "base";
      setText(unit, isBase ? listing.baseCurrency : listing.quoteCurrency);
    }
    this.#arrange();
  }

  /** Fills in a level of the ladder. */
  pick(price: string): void {
    const limit = this.#form.querySelector<HTMLInputElement>('[name="ordType"][value="Limit"]');
    if (limit !== null) limit.checked = true;
    this.#input("price").value = price;
    this.#arrange();
    this.#input("orderQty").focus();
  }

  /** Offers a price where none was typed yet. */
  suggestPrice(price: string): void {
    const input = this.#input("price");
    if (input.value === "" && document.activeElement !== input) input.value = price;
  }

  /** `tone` is "good", "bad" or "". */
  say(text: string, tone: "good" | "bad" | ""): void {
    setText(this.#result, text);
    this.#result.dataset["tone"] = tone;
  }

  async #place(): Promise<void> {
    const listing = this.#listing;
    if (this.#api === null || listing === null) {
      return this.say("Nobody is signed in: open the page by the link that start prints.", "bad");
    }
    this.#submit.disabled = true;
    const answer = await this.#api.post<PlacedOrder>("/v1/orders", this.#request(listing));
    this.#submit.disabled = false;
    if (answer.ok) this.say(outcome(answer.body, answer.ms, listing), "good");
    else this.say(refusalText(answer), "bad");
    this.#onAnswer(answer);
  }

  #request(listing: Listing): Record<string, unknown> {
    const ordType = this.#choice("ordType");
    const timeInForce = this.#choice("timeInForce");
    const byCash = ordType === "Market" && this.#choice("by") === "cash";
    const field = byCash ? "cashOrderQty" : "orderQty";
    const request: Record<string, unknown> = {
      symbol: listing.symbol,
      side: this.#choice("side"),
      ordType,
      [field]: typedDecimal(this.#input(field).value),
      timeInForce,
    };
    if (ordType === "Market") return request;
    request["price"] = typedDecimal(this.#input("price").value);
    if (this.#input("postOnly").checked) request["postOnly"] = true;
    if (timeInForce === "GTD") {
      const minutes = Number(this.#input("expireMinutes").value);
      const expires = new Date(Date.now() + (Number.isFinite(minutes) ? minutes : 0) * 60_000);
      request["expireTime"] = expires.toISOString();
    }
    return request;
  }

  /** Shows the fields that this kind of order has, and names the button after what it does. */
  #arrange(): void {
    const ordType = this.#choice("ordType") === "Market" ? "Market" : "Limit";
    this.#offerTimesInForce(ordType);
    const by = ordType === "Market" ? this.#choice("by") : "quantity";
    const visible = (field: HTMLElement): boolean =>
      [
        [field.dataset["only"], ordType],
        [field.dataset["by"], by],
        [field.dataset["tif"], this.#choice("timeInForce")],
      ].every(([wanted, chosen]) => wanted === undefined || wanted === chosen);
    for (const field of this.#form.querySelectorAll<HTMLElement>(
      "[data-only], [data-by], [data-tif]",
    )) {
      field.hidden = !visible(field);
    }
    const side = this.#choice("side");
    setText(this.#submit, `${side} ${this.#listing?.baseCurrency ?? ""}`);
    this.#submit.dataset["side"] = side;
  }

  #offerTimesInForce(ordType: "Limit" | "Market"): void {
    const select = this.#form.elements.namedItem("timeInForce");
    if (!(select instanceof HTMLSelectElement) || select.dataset["of"] === ordType) return;
    select.dataset["of"] = ordType;
    select.replaceChildren(
      ...timesInForce[ordType].map(([value, text]) => new Option(`${value} · ${text}`, value)),
    );
  }

  /** Arrow up and down in the price: one tick. */
  #step(event: KeyboardEvent): void {
    const ticks = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const listing = this.#listing;
    if (event.target !== this.#input("price") || ticks === undefined || listing === null) return;
    event.preventDefault();
    const input = this.#input("price");
    const price = parseDecimal(typedDecimal(input.value), listing.priceExponent);
    const tick = parseDecimal(listing.tickSize, listing.priceExponent);
    if (!price.ok || !tick.ok) return;
    const stepped = Math.max(tick.value, price.value + ticks * tick.value);
    input.value = withDecimals(
      formatDecimal(stepped, listing.priceExponent),
      listing.priceDecimals,
    );
  }

  #input(name: string): HTMLInputElement {
    const input = this.#form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    if (input === null) throw new Error(`The ticket has no field ${name}`);
    return input;
  }

  #choice(name: string): string {
    const value = new FormData(this.#form).get(name);
    return typeof value === "string" ? value : "";
  }
}

function outcome(order: PlacedOrder, ms: number, listing: Listing): string {
  const qty = (value: string | undefined): string =>
    withDecimals(value ?? "0", listing.qtyDecimals);
  const took = `${ms.toFixed(1)} ms`;
  if (order.ordStatus === undefined)
    return `On the log, not decided yet (${took}). Order ${order.orderID}`;
  const filled = Number(order.cumQty ?? 0) > 0;
  const price = filled
    ? ` at ${withDecimals(order.avgPx ?? "0", listing.priceDecimals)} on average`
    : "";
  const parts = [`${order.ordStatus} in ${took}.`];
  if (filled) parts.push(`Filled ${qty(order.cumQty)}${price}.`);
  if (Number(order.leavesQty ?? 0) > 0) parts.push(`${qty(order.leavesQty)} rests.`);
  const reason = order.executionReports?.find(({ cancelReason }) => cancelReason !== undefined);
  if (reason?.cancelReason !== undefined) parts.push(`Rest canceled: ${reason.cancelReason}.`);
  return parts.join(" ");
}
