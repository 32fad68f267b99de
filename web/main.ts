import type { CandleList, InstrumentList, PublicTrade, TradeList } from "../schema/http/reads.ts";
import type { StreamMessage, StreamSnapshot, StreamTrade } from "../schema/http/reads-stream.ts";
import { BookReplica } from "./book-replica.ts";
import { ChartPanel } from "./chart-panel.ts";
import { credentialsOf } from "./credentials.ts";
import type { Credential } from "./credentials.ts";
import { grouped, withDecimals } from "./decimals.ts";
import { element, setText } from "./elements.ts";
import { Ladder, spreadOf } from "./ladder.ts";
import { listingOf } from "./listing.ts";
import type { Listing } from "./listing.ts";
import { MarketStream } from "./market-stream.ts";
import { nothingOwned, OpenOrders } from "./open-orders.ts";
import type { OwnQuantities } from "./open-orders.ts";
import { switchTheme } from "./theme.ts";
import { Ticket } from "./ticket.ts";
import { TradesPanel } from "./trades-panel.ts";
import { refusalText, VenueApi } from "./venue-api.ts";
import type { VenueAnswer } from "./venue-api.ts";

const candlesShown = 240;
const tradesShown = 60;
const candlesAgainMs = 60_000;
const retryMs = 1500;

/** The page: one instrument and one account at a time, wired from the stream and the API to the panels. */
class Desk {
  readonly #public = new VenueApi(null);
  readonly #credentials: readonly Credential[];
  readonly #symbolSelect = element("symbol", HTMLSelectElement);
  readonly #accountSelect = element("account", HTMLSelectElement);
  readonly #trades = new TradesPanel(element("trades", HTMLTableSectionElement));
  readonly #chart = new ChartPanel(element("chart", HTMLElement));
  readonly #ladder: Ladder;
  readonly #ticket: Ticket;
  readonly #orders: OpenOrders;
  readonly #stream: MarketStream;
  #listings: readonly Listing[] = [];
  #listing: Listing | null = null;
  #book: BookReplica | null = null;
  #own: OwnQuantities = nothingOwned;
  /** Trades of the stream that the candles on show may not hold yet. */
  #recent: StreamTrade[] = [];
  #firstPx: string | null = null;
  #resyncs = 0;
  #drawing = false;
  #ordersStale = false;

  constructor(credentials: readonly Credential[]) {
    this.#credentials = credentials;
    this.#ticket = new Ticket({
      onAnswer: (answer) => {
        setText(element("order-latency", HTMLElement), `${answer.ms.toFixed(1)} ms`);
        if (answer.ok) void this.#orders.refresh(answer.body.position);
      },
    });
    this.#ladder = new Ladder({
      asks: element("asks", HTMLElement),
      bids: element("bids", HTMLElement),
      middle: element("middle", HTMLElement),
      onPick: (price) => this.#ticket.pick(price),
    });
    this.#orders = new OpenOrders({
      body: element("orders", HTMLTableSectionElement),
      note: element("orders-note", HTMLElement),
      cancelAll: element("cancel-all", HTMLButtonElement),
      onOwn: (own) => {
        this.#own = own;
        this.#draw();
      },
      onCanceled: (answer, what) => this.#sayCanceled(answer, what),
    });
    this.#stream = new MarketStream({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/stream`,
      onMessage: (message) => this.#hear(message),
      onState: (state) => {
        const line = element("connection", HTMLElement);
        setText(line, state);
        line.dataset["state"] = state;
      },
      onLatency: (ms) => setText(element("stream-latency", HTMLElement), `${ms.toFixed(1)} ms`),
    });
  }

  async run(): Promise<void> {
    this.#offerAccounts();
    element("theme", HTMLButtonElement).addEventListener("click", () => {
      switchTheme();
      this.#chart.applyTheme();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#chart.applyTheme();
    });
    this.#symbolSelect.addEventListener("change", () => this.#select(this.#symbolSelect.value));
    this.#accountSelect.addEventListener("change", () => this.#selectAccount());
    addEventListener("pagehide", () => this.#stream.close());
    await this.#loadListings();
    setInterval(() => void this.#loadCandles(), candlesAgainMs);
  }

  /** The read side opens a moment after the venue itself: asked until it answers. */
  async #loadListings(): Promise<void> {
    const answer = await this.#public.get<InstrumentList>("/v1/instruments");
    if (!answer.ok || answer.body.instruments.length === 0) {
      setText(element("middle", HTMLElement), "waiting for the venue");
      setTimeout(() => void this.#loadListings(), retryMs);
      return;
    }
    this.#listings = answer.body.instruments.map(listingOf);
    this.#symbolSelect.replaceChildren(
      ...this.#listings.map(({ symbol }) => new Option(symbol, symbol)),
    );
    this.#select(this.#listings[0]?.symbol ?? "");
  }

  #select(symbol: string): void {
    const listing = this.#listings.find((listed) => listed.symbol === symbol);
    if (listing === undefined) return;
    this.#listing = listing;
    this.#book = new BookReplica(listing);
    this.#own = nothingOwned;
    this.#recent = [];
    this.#firstPx = null;
    document.title = `${symbol} · orderbook`;
    setText(element("quote-currency", HTMLElement), listing.quoteCurrency);
    setText(element("base-currency", HTMLElement), listing.baseCurrency);
    showState({ tradingState: listing.tradingState });
    this.#selectAccount();
    this.#stream.watch(symbol);
    void this.#loadTrades();
    void this.#loadCandles();
    this.#draw();
  }

  #selectAccount(): void {
    const credential = this.#credentials[this.#accountSelect.selectedIndex];
    const api = credential === undefined ? null : new VenueApi(credential.token);
    const text = credential === undefined ? "read only" : `account ${credential.accountID}`;
    setText(element("ticket-account", HTMLElement), text);
    if (this.#listing === null) return;
    this.#ticket.watch(api, this.#listing);
    this.#orders.watch(api, this.#listing);
  }

  #offerAccounts(): void {
    this.#accountSelect.replaceChildren(
      ...this.#credentials.map(({ accountID }) => new Option(accountID, accountID)),
    );
    if (this.#credentials.length > 0) return;
    this.#accountSelect.append(new Option("none", ""));
    this.#accountSelect.disabled = true;
  }

  async #loadTrades(): Promise<void> {
    const listing = this.#listing;
    if (listing === null) return;
    const path = `/v1/instruments/${listing.symbol}/trades?limit=${tradesShown}`;
    const answer = await this.#public.get<TradeList>(path);
    if (listing !== this.#listing || !answer.ok) return;
    this.#trades.reset(listing, answer.body.trades);
    for (const trade of this.#recent) this.#trades.add(trade);
    const [last] = answer.body.trades;
    if (last !== undefined) this.#showLast(last);
  }

  async #loadCandles(): Promise<void> {
    const listing = this.#listing;
    if (listing === null) return;
    const path = `/v1/instruments/${listing.symbol}/candles?limit=${candlesShown}`;
    const answer = await this.#public.get<CandleList>(path);
    if (listing !== this.#listing) return;
    const note = element("chart-note", HTMLElement);
    if (!answer.ok) {
      setText(note, `history: ${answer.refusal.code}; candles grow from now on`);
      return;
    }
    setText(note, "");
    const { candles, position } = answer.body;
    this.#chart.reset(listing, candles);
    this.#firstPx = candles[0]?.open ?? null;
    const known = seqNumIn(position, listing.partition);
    this.#recent = this.#recent.filter(({ seqNum }) => seqNum > known);
    for (const trade of this.#recent) this.#chart.add(trade);
  }

  #hear(message: StreamMessage): void {
    if (message.type === "error") {
      setText(element("book-check", HTMLElement), `${message.code}: ${message.detail}`);
      return;
    }
    if (!("symbol" in message) || message.symbol !== this.#listing?.symbol) return;
    if (message.type === "trade") this.#addTrade(message);
    if (message.type === "gap") void this.#loadTrades();
    if (message.type !== "snapshot" && message.type !== "delta") return;
    const book = this.#book;
    // Until the snapshot that was asked for, deltas of the subscription before may still arrive.
    if (book === null || (message.type === "delta" && book.seqNum < 0)) return;
    const applied = book.apply(message);
    if (applied !== "Applied") return this.#resync(applied);
    const checked = this.#resyncs === 0 ? "verified" : `verified, ${this.#resyncs} resyncs`;
    setText(element("book-check", HTMLElement), checked);
    showState(message);
    this.#draw();
  }

  #resync(why: string): void {
    this.#resyncs++;
    setText(element("book-check", HTMLElement), `${why}: new snapshot`);
    if (this.#listing !== null) this.#book = new BookReplica(this.#listing);
    this.#stream.resnapshot();
  }

  #addTrade(trade: StreamTrade): void {
    if (!this.#trades.add(trade)) return;
    this.#recent.push(trade);
    this.#chart.add(trade);
    this.#showLast(trade);
    this.#refreshOrdersSoon();
  }

  /** A trade may have been ours: one look at the orders for a burst of trades. */
  #refreshOrdersSoon(): void {
    if (this.#ordersStale || this.#own.Buy.size + this.#own.Sell.size === 0) return;
    this.#ordersStale = true;
    setTimeout(() => {
      this.#ordersStale = false;
      void this.#orders.refresh();
    }, 250);
  }

  #showLast(trade: PublicTrade): void {
    const listing = this.#listing;
    if (listing === null) return;
    const last = element("last-price", HTMLElement);
    setText(last, grouped(withDecimals(trade.lastPx, listing.priceDecimals)));
    last.dataset["side"] = trade.aggressorSide ?? "";
    this.#ticket.suggestPrice(withDecimals(trade.lastPx, listing.priceDecimals));
    const change = element("change", HTMLElement);
    const first = Number(this.#firstPx ?? trade.lastPx);
    const percent = first === 0 ? 0 : (Number(trade.lastPx) / first - 1) * 100;
    setText(change, `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(2)} %`);
    change.dataset["side"] = percent < 0 ? "Sell" : "Buy";
  }

  /** At most once a frame, however many messages came. */
  #draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      const [book, listing] = [this.#book, this.#listing];
      if (book === null || listing === null) return;
      this.#ladder.show(book, this.#own, listing);
      setText(element("seq-num", HTMLElement), book.seqNum < 0 ? "—" : String(book.seqNum));
      setText(element("spread", HTMLElement), spreadOf(book, listing) ?? "—");
    });
  }

  #sayCanceled(answer: VenueAnswer<unknown>, what: string): void {
    setText(element("order-latency", HTMLElement), `${answer.ms.toFixed(1)} ms`);
    if (answer.ok) this.#ticket.say(`Canceled in ${answer.ms.toFixed(1)} ms: ${what}.`, "good");
    else this.#ticket.say(refusalText(answer), "bad");
  }
}

/** The trading state, and before an opening what it would come to. */
function showState({
  tradingState,
  auction,
}: Pick<StreamSnapshot, "tradingState" | "auction">): void {
  const state = element("trading-state", HTMLElement);
  const { indicativePrice, indicativeQty = "" } = auction ?? {};
  const opening = indicativePrice === undefined ? "" : ` ${indicativeQty} at ${indicativePrice}`;
  setText(state, tradingState + opening);
  state.dataset["state"] = tradingState;
}

/** The seqNum that a position has for a partition; -1 where it says nothing of it. */
function seqNumIn(position: string, partition: number): number {
  const entry = position.split(",").find((part) => part.startsWith(`${partition}:`));
  return entry === undefined ? -1 : Number(entry.slice(entry.indexOf(":") + 1));
}

await new Desk(credentialsOf(location.hash)).run();
