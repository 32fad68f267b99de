import type { ListedDeadLetter } from "../schema/http/dead-letters.ts";
import { element, make, setText, spanText } from "./elements.ts";

type Which = "open" | "all";

/** The dead letters, oldest first. Rows stay the same elements from one look to the next, so that the focus stays where it is. */
export class LettersPanel {
  readonly #body = element("letters", HTMLTableSectionElement);
  readonly #note = element("letters-note", HTMLElement);
  readonly #empty = element("letters-empty", HTMLElement);
  readonly #filter = element("letters-filter", HTMLFieldSetElement);
  readonly #onPick: (deadLetterID: string) => void;
  readonly #rows = new Map<string, HTMLTableRowElement>();
  #letters: readonly ListedDeadLetter[] | null = null;
  #picked: string | null = null;

  constructor(options: { onPick: (deadLetterID: string) => void }) {
    this.#onPick = options.onPick;
    this.#filter.addEventListener("change", () => this.#draw());
    this.#body.addEventListener("keydown", (event) => this.#step(event));
  }

  show(letters: readonly ListedDeadLetter[]): void {
    this.#letters = letters.toSorted(oldestFirst);
    this.#draw();
  }

  /** Marks the letter that is looked at; null for none. */
  mark(deadLetterID: string | null): void {
    this.#picked = deadLetterID;
    for (const [id, row] of this.#rows) markRow(row, id === deadLetterID);
  }

  /** Puts the focus on the letter's row, or on the panel's title where it is not shown. */
  focus(deadLetterID: string): void {
    const row = this.#rows.get(deadLetterID);
    const target = row?.querySelector("button") ?? element("letters-title", HTMLElement);
    target.focus();
  }

  get #which(): Which {
    const chosen = this.#filter.querySelector<HTMLInputElement>("input:checked");
    return chosen?.value === "all" ? "all" : "open";
  }

  #draw(): void {
    if (this.#letters === null) return;
    const letters = this.#letters;
    const open = letters.filter(({ resolved }) => resolved === undefined);
    const shown = this.#which === "open" ? open : letters;
    setText(this.#note, noteOf(open.length, letters.length));
    setText(this.#empty, emptyText(this.#which, letters.length));
    this.#empty.hidden = shown.length > 0;
    const wanted = new Set(shown.map(({ deadLetterID }) => deadLetterID));
    for (const [id, row] of this.#rows) if (!wanted.has(id)) this.#drop(id, row);
    for (const [index, letter] of shown.entries()) this.#place(letter, index);
  }

  #drop(id: string, row: HTMLTableRowElement): void {
    row.remove();
    this.#rows.delete(id);
  }

  #place(letter: ListedDeadLetter, index: number): void {
    const { deadLetterID: id } = letter;
    const row = this.#rows.get(id) ?? this.#newRow(letter);
    this.#rows.set(id, row);
    if (this.#body.rows[index] !== row)
      this.#body.insertBefore(row, this.#body.rows[index] ?? null);
    const state = row.querySelector<HTMLElement>(".badge");
    if (state !== null) showState(state, letter);
    const died = row.querySelector(".died");
    if (died !== null) setText(died, spanText(Date.now() - Date.parse(letter.diedAt)));
  }

  #newRow(letter: ListedDeadLetter): HTMLTableRowElement {
    const { deadLetterID, deadReason, accountID, attempts } = letter;
    const pick = make("button", { className: "pick", text: deadLetterID });
    pick.type = "button";
    pick.ariaLabel = `Letter ${deadLetterID}, ${deadReason}`;
    const row = make(
      "tr",
      {},
      make("td", {}, pick),
      make("td", { text: deadReason }),
      make("td", {
        className: "number wide",
        text: accountID === undefined ? "—" : `${accountID}`,
      }),
      make("td", { className: "number wide", text: String(attempts) }),
      make("td", {}, make("span", { className: "badge" })),
      make("td", { className: "number quiet died" }),
    );
    row.addEventListener("click", () => this.#onPick(deadLetterID));
    markRow(row, deadLetterID === this.#picked);
    return row;
  }

  /** Arrow keys move between the letters. */
  #step(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = (event.target as HTMLElement).closest("tr");
    if (by === undefined || row === null) return;
    event.preventDefault();
    const next = this.#body.rows[row.sectionRowIndex + by];
    next?.querySelector("button")?.focus();
  }
}

/** Says by a badge whether a letter is open, and what became of it. */
export function showState(
  badge: HTMLElement,
  { resolved }: Pick<ListedDeadLetter, "resolved">,
): void {
  const state = resolved?.resolution ?? "Open";
  setText(badge, state);
  badge.dataset["state"] = state;
}

function markRow(row: HTMLTableRowElement, isPicked: boolean): void {
  row.classList.toggle("picked", isPicked);
  row.querySelector("button")?.setAttribute("aria-pressed", String(isPicked));
}

function oldestFirst(a: ListedDeadLetter, b: ListedDeadLetter): number {
  return Date.parse(a.diedAt) - Date.parse(b.diedAt) || a.partition - b.partition;
}

function noteOf(openCount: number, count: number): string {
  if (count === 0) return "none";
  return `${openCount} open, ${count - openCount} settled`;
}

function emptyText(which: Which, count: number): string {
  if (which === "open" && count > 0) {
    return "Nothing is open: every dead letter was replayed or discarded. All shows what became of each.";
  }
  return "No command has died. Orders that could never be applied, bytes that cannot be read and commands set aside come here by themselves.";
}
