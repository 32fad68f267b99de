import { formatDecimal, parseDecimal } from "../schema/units.ts";
import { outcomeText } from "./order-words.ts";
import type { PlacedOrder } from "./order-words.ts";
import { typedDecimal, withDecimals } from "./decimals.ts";
import { element, setText } from "./elements.ts";
import type { Listing } from "./listing.ts";
import { refusalText } from "./venue-api.ts";
import type { VenueApi, VenueAnswer } from "./venue-api.ts";

const orderTypes = ["Limit", "Market", "Stop", "StopLimit"] as const;
type OrdTypeChoice = (typeof orderTypes)[number];

const untilCanceled = ["GTC", "Until canceled"] as const;
const untilClose = ["Day", "Until the close"] as const;
const opening = ["AtTheOpening", "For the auction at hand"] as const;
const untilTime = ["GTD", "Until a time"] as const;
const atOnce = [
  ["IOC", "At once, cancel the rest"],
  ["FOK", "All at once or nothing"],
] as const;

const timesInForce: Readonly<Record<OrdTypeChoice, readonly (readonly [string, string])[]>> = {
  Limit: [untilCanceled, ...atOnce, untilClose, untilTime, opening],
  Market: atOnce,
  Stop: [untilCanceled, untilClose, untilTime],
  StopLimit: [untilCanceled, ...atOnce, untilClose, untilTime],
};

/** Typed fields, of which each order has those that are shown. */
const decimals = ["price", "stopPx", "pegOffsetValue", "displayQty", "orderQty", "cashOrderQty"];
/** Left empty, they are not sent: the order is then none of that kind, or the venue finds the value. */
const optional: ReadonlySet<string> = new Set(["stopPx", "displayQty"]);

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
      for (const name of decimals) this.#input(name).value = "";
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
    if (limit !== null && this.#ordType() !== "StopLimit") limit.checked = true;
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
    if (answer.ok) this.say(outcomeText(answer.body, answer.ms, listing), "good");
    else this.say(refusalText(answer), "bad");
    this.#onAnswer(answer);
  }

  /** What is shown is sent, as it was typed. */
  #request(listing: Listing): Record<string, unknown> {
    const timeInForce = this.#choice("timeInForce");
    const request: Record<string, unknown> = {
      symbol: listing.symbol,
      side: this.#choice("side"),
      ordType: this.#ordType(),
      timeInForce,
    };
    for (const name of decimals.filter((field) => this.#isShown(field))) {
      const value = typedDecimal(this.#input(name).value);
      if (value !== "" || !optional.has(name)) request[name] = value;
    }
    if (this.#isShown("postOnly") && this.#input("postOnly").checked) request["postOnly"] = true;
    if (timeInForce === "GTD") {
      const minutes = Number(this.#input("expireMinutes").value);
      const expires = new Date(Date.now() + (Number.isFinite(minutes) ? minutes : 0) * 60_000);
      request["expireTime"] = expires.toISOString();
    }
    return request;
  }

  #isShown(name: string): boolean {
    return this.#input(name).closest("[hidden]") === null;
  }

  /** Shows the fields that this kind of order has, and names the button after what it does. */
  #arrange(): void {
    const ordType = this.#ordType();
    this.#offerTimesInForce(ordType);
    const by = ordType === "Market" ? this.#choice("by") : "quantity";
    const visible = (field: HTMLElement): boolean =>
      [
        [field.dataset["only"], ordType],
        [field.dataset["by"], by],
        [field.dataset["trigger"], this.#choice("trigger")],
        [field.dataset["tif"], this.#choice("timeInForce")],
      ].every(
        ([wanted, chosen = ""]) => wanted === undefined || wanted.split(" ").includes(chosen),
      );
    for (const field of this.#form.querySelectorAll<HTMLElement>(
      "[data-only], [data-by], [data-trigger], [data-tif]",
    )) {
      field.hidden = !visible(field);
    }
    const trails = this.#choice("trigger") === "trail";
    this.#input("stopPx").placeholder = trails ? "from the last trade" : "";
    const side = this.#choice("side");
    setText(this.#submit, `${side} ${this.#listing?.baseCurrency ?? ""}`);
    this.#submit.dataset["side"] = side;
  }

  #ordType(): OrdTypeChoice {
    const chosen = this.#choice("ordType");
    return orderTypes.find((ordType) => ordType === chosen) ?? "Limit";
  }

  #offerTimesInForce(ordType: OrdTypeChoice): void {
    const select = this.#form.elements.namedItem("timeInForce");
    if (!(select instanceof HTMLSelectElement) || select.dataset["of"] === ordType) return;
    select.dataset["of"] = ordType;
    select.replaceChildren(
      ...timesInForce[ordType].map(([value, text]) => new Option(`${value} · ${text}`, value)),
    );
  }

  /** Arrow up and down in a price: one tick. */
  #step(event: KeyboardEvent): void {
    const ticks = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const listing = this.#listing;
    const input = ["price", "stopPx"]
      .map((name) => this.#input(name))
      .find((field) => field === event.target);
    if (input === undefined || ticks === undefined || listing === null) return;
    event.preventDefault();
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
