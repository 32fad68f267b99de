import { Confirmation } from "./confirmation.ts";
import type { Outcome, Question } from "./confirmation.ts";
import { element, make, setText } from "./elements.ts";

/** Something that has a state which an operator may change. */
export interface Stateful {
  readonly name: string;
  /** What else is worth a glance. */
  readonly about: string;
  readonly state: string;
}

export interface StatesPanelOptions {
  /** Of the list; its note and its result are named after it. */
  readonly id: string;
  readonly none: string;
  /** Asked where somebody wants to change the state; the button's own word. */
  question(item: Stateful): Question & { readonly opener: string };
  /** The state may have changed. */
  onActed(): void;
}

interface Row {
  readonly root: HTMLLIElement;
  readonly about: HTMLElement;
  readonly state: HTMLElement;
  readonly change: HTMLButtonElement;
}

/** A list of things with their states, each changed in its row after a confirmation. */
export class StatesPanel {
  readonly #options: StatesPanelOptions;
  readonly #list: HTMLUListElement;
  readonly #note: HTMLElement;
  readonly #result: HTMLOutputElement;
  readonly #confirmation: Confirmation;
  readonly #rows = new Map<string, Row>();
  #items = new Map<string, Stateful>();

  constructor(options: StatesPanelOptions) {
    this.#options = options;
    this.#list = element(options.id, HTMLUListElement);
    this.#note = element(`${options.id}-note`, HTMLElement);
    this.#result = element(`${options.id}-result`, HTMLOutputElement);
    this.#confirmation = new Confirmation({
      say: (outcome) => this.#say(outcome),
      onSettled: () => options.onActed(),
    });
  }

  show(items: readonly Stateful[]): void {
    this.#items = new Map(items.map((item) => [item.name, item]));
    setText(this.#note, items.length === 0 ? this.#options.none : String(items.length));
    for (const item of items)
      this.#fill(this.#rows.get(item.name) ?? this.#addRow(item.name), item);
  }

  #fill({ about, state, change }: Row, item: Stateful): void {
    setText(about, item.about);
    setText(state, item.state);
    state.dataset["state"] = item.state;
    const { opener } = this.#options.question(item);
    setText(change, `${opener} …`);
    change.ariaLabel = `${opener} ${item.name}`;
  }

  #addRow(name: string): Row {
    const about = make("span", { className: "note" });
    const state = make("span", { className: "badge" });
    const change = make("button", { className: "quiet" });
    change.type = "button";
    const head = make("div", { className: "row-head" }, make("b", { text: name }), about, state);
    head.append(change);
    const row = { root: make("li", { className: "row" }, head), about, state, change };
    change.addEventListener("click", () => this.#ask(name, row));
    this.#rows.set(name, row);
    this.#list.append(row.root);
    return row;
  }

  #ask(name: string, { root, change }: Row): void {
    const item = this.#items.get(name);
    if (item !== undefined) this.#confirmation.open(root, change, this.#options.question(item));
  }

  #say(outcome: Outcome | null): void {
    setText(this.#result, outcome?.text ?? "");
    this.#result.dataset["tone"] = outcome?.tone ?? "";
  }
}
