import { formatDecimal } from "../schema/units.ts";
import type { BookReplica, Level } from "./book-replica.ts";
import { grouped, withDecimals } from "./decimals.ts";
import { setText } from "./elements.ts";
import type { Listing } from "./listing.ts";
import type { OwnQuantities } from "./open-orders.ts";

interface Row {
  readonly button: HTMLButtonElement;
  readonly price: HTMLElement;
  readonly qty: HTMLElement;
  readonly total: HTMLElement;
}

const rowCount = 20;

/** Both sides of the book by price, the account's own orders marked. Rows are made once and then only written to. */
export class Ladder {
  readonly #asks: Row[];
  readonly #bids: Row[];
  readonly #middle: HTMLElement;

  constructor(options: {
    asks: HTMLElement;
    bids: HTMLElement;
    middle: HTMLElement;
    onPick: (price: string) => void;
  }) {
    this.#asks = makeRows(options.asks, options.onPick);
    this.#bids = makeRows(options.bids, options.onPick);
    this.#middle = options.middle;
    const group = options.middle.parentElement;
    group?.addEventListener("keydown", (event) => moveFocus(event, group));
  }

  show(book: BookReplica, own: OwnQuantities, listing: Listing): void {
    const asks = withTotals(book.asks.slice(0, rowCount));
    const bids = withTotals(book.bids.slice(0, rowCount));
    const deepest = greatest(asks.at(-1)?.total ?? 0n, bids.at(-1)?.total ?? 0n);
    this.#asks.forEach((row, index) => {
      writeRow({
        row,
        entry: asks[rowCount - 1 - index],
        own: own.Sell,
        side: "Ask",
        deepest,
        listing,
      });
    });
    this.#bids.forEach((row, index) => {
      writeRow({ row, entry: bids[index], own: own.Buy, side: "Bid", deepest, listing });
    });
    setText(this.#middle, middleText(book, listing));
    keepOneTabStop([...this.#asks, ...this.#bids]);
  }
}

/** Best ask less best bid, as a decimal string; null while a side is empty, and while they cross: before an opening. */
export function spreadOf(book: BookReplica, listing: Listing): string | null {
  const [ask] = book.asks;
  const [bid] = book.bids;
  if (ask === undefined || bid === undefined) return null;
  const units = ask.priceUnits - bid.priceUnits;
  if (units < 0) return null;
  return withDecimals(formatDecimal(units, listing.priceExponent), listing.priceDecimals);
}

interface Entry extends Level {
  /** Quantity of this level and all better ones. */
  readonly total: bigint;
}

function withTotals(levels: readonly Level[]): Entry[] {
  let total = 0n;
  return levels.map((level) => ({ ...level, total: (total += level.qtyUnits) }));
}

function writeRow(options: {
  row: Row;
  entry: Entry | undefined;
  own: ReadonlyMap<number, bigint>;
  side: "Ask" | "Bid";
  deepest: bigint;
  listing: Listing;
}): void {
  const { row, entry, own, side, deepest, listing } = options;
  row.button.hidden = entry === undefined;
  if (entry === undefined) {
    // A row without a level is nobody's.
    row.button.dataset["own"] = "";
    return;
  }
  const price = withDecimals(entry.price, listing.priceDecimals);
  const qty = withDecimals(entry.qty, listing.qtyDecimals);
  const total = withDecimals(formatDecimal(entry.total, listing.qtyExponent), listing.qtyDecimals);
  const ownUnits = own.get(entry.priceUnits);
  const ownQty =
    ownUnits === undefined
      ? ""
      : withDecimals(formatDecimal(ownUnits, listing.qtyExponent), listing.qtyDecimals);
  setText(row.price, grouped(price));
  setText(row.qty, qty);
  setText(row.total, total);
  row.button.dataset["price"] = price;
  row.button.dataset["own"] = ownQty;
  row.button.style.setProperty("--depth", share(entry.total, deepest));
  row.button.style.setProperty("--qty", share(entry.qtyUnits, deepest));
  const mine = ownQty === "" ? "" : `, ${ownQty} of it yours`;
  row.button.ariaLabel = `${side} ${price}, quantity ${qty}${mine}`;
}

function middleText(book: BookReplica, listing: Listing): string {
  const spread = spreadOf(book, listing);
  if (spread !== null) return `spread ${grouped(spread)}`;
  if (book.seqNum < 0) return "waiting for the book";
  if (book.asks.length + book.bids.length === 0) return "the book is empty";
  const isCrossed = book.asks.length > 0 && book.bids.length > 0;
  return isCrossed ? "crossed until the uncross" : "one side only";
}

/** A ratio for a bar's width: exact until it becomes pixels. */
function share(part: bigint, whole: bigint): string {
  return whole === 0n ? "0%" : `${Number((part * 1000n) / whole) / 10}%`;
}

function greatest(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function makeRows(side: HTMLElement, onPick: (price: string) => void): Row[] {
  return Array.from({ length: rowCount }, () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "levels level";
    button.hidden = true;
    button.tabIndex = -1;
    const [price, qty, total] = ["price", "qty", "total"].map((name) => {
      const span = document.createElement("span");
      span.className = name;
      button.append(span);
      return span;
    }) as [HTMLElement, HTMLElement, HTMLElement];
    button.addEventListener("click", () => onPick(button.dataset["price"] ?? ""));
    side.append(button);
    return { button, price, qty, total };
  });
}

/** The ladder is one stop of the Tab key; inside, the arrow keys move. */
function keepOneTabStop(rows: readonly Row[]): void {
  const shown = rows.filter(({ button }) => !button.hidden);
  const stop = shown.find(({ button }) => button === document.activeElement) ?? shown[0];
  for (const { button } of rows) {
    const tabIndex = button === stop?.button ? 0 : -1;
    if (button.tabIndex !== tabIndex) button.tabIndex = tabIndex;
  }
}

function moveFocus(event: KeyboardEvent, group: HTMLElement): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const shown = [...group.querySelectorAll<HTMLButtonElement>("button.level:not([hidden])")];
  const at = shown.findIndex((button) => button === document.activeElement);
  const next = shown[at + step];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}
