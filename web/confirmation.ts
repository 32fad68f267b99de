import { make } from "./elements.ts";
import { refusalText } from "./venue-api.ts";
import type { Refusal } from "./venue-api.ts";

/** What a person gave with a consent. */
export interface Consent {
  readonly reason: string;
  /** Of the choices; empty where there were none. */
  readonly choice: string;
  /** RFC 3339; empty where none was given. */
  readonly time: string;
  /** Whether the box was ticked that `insist` asks for. */
  readonly insisted: boolean;
}

/** What came of it. The question stays open where trying again makes sense; `insist` asks for a tick with these words first. */
export interface Outcome {
  readonly text: string;
  readonly tone: "good" | "bad";
  readonly staysOpen?: boolean;
  readonly insist?: string;
}

export interface Question {
  /** What happens then. */
  readonly text: string;
  /** On the button that does it. */
  readonly verb: string;
  readonly isDanger: boolean;
  readonly asksReason: boolean;
  /** The words beside the field for a time, which may be left empty. */
  readonly asksTime?: string;
  readonly choices?: readonly {
    readonly value: string;
    readonly label: string;
    readonly hint: string;
  }[];
  act(consent: Consent): Promise<Outcome>;
}

/** Asks before something is done, in the place where it was asked for: one question at a time. Nothing is done without its button. */
export class Confirmation {
  readonly #say: (outcome: Outcome | null) => void;
  readonly #onSettled: () => void;
  #form: HTMLFormElement | null = null;
  #opener: HTMLElement | null = null;

  /** `say` shows what came of it, or nothing any more; `onSettled` is called once the question is gone. */
  constructor(options: { say: (outcome: Outcome | null) => void; onSettled: () => void }) {
    this.#say = options.say;
    this.#onSettled = options.onSettled;
  }

  get isOpen(): boolean {
    return this.#form !== null;
  }

  /** Asks at the end of `place`; `opener` gets the focus back. */
  open(place: HTMLElement, opener: HTMLElement, question: Question): void {
    this.close();
    this.#say(null);
    const form = questionForm(question);
    this.#form = form;
    this.#opener = opener;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#act(form, question);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#giveUp();
    });
    form.querySelector(".leave")?.addEventListener("click", () => this.#giveUp());
    place.append(form);
    form.querySelector<HTMLElement>("input:checked, input, .do")?.focus();
    form.scrollIntoView({ block: "nearest" });
  }

  close(): void {
    this.#form?.remove();
    this.#form = null;
  }

  #giveUp(): void {
    this.#settle();
    this.#opener?.focus();
  }

  #settle(): void {
    this.close();
    this.#onSettled();
  }

  async #act(form: HTMLFormElement, question: Question): Promise<void> {
    const button = form.querySelector<HTMLButtonElement>(".do");
    if (button === null || button.disabled) return;
    button.disabled = true;
    const outcome = await question.act(consentOf(form));
    if (form !== this.#form) return;
    this.#say(outcome);
    button.disabled = false;
    if (outcome.insist !== undefined) insist(form, outcome.insist);
    if (outcome.staysOpen === true) return;
    this.#settle();
    if (this.#opener?.isConnected === true) this.#opener.focus();
  }
}

/** A refusal as an outcome: what was typed wrong, or not answered at all, may be tried again as it stands. */
export function refused(answer: { readonly refusal: Refusal }): Outcome {
  const staysOpen = retryable.has(answer.refusal.status);
  return { text: refusalText(answer), tone: "bad", staysOpen };
}

const retryable: ReadonlySet<number> = new Set([0, 400, 429, 503]);

function consentOf(form: HTMLFormElement): Consent {
  const data = new FormData(form);
  const text = (name: string): string => {
    const value = data.get(name);
    return typeof value === "string" ? value : "";
  };
  return {
    reason: text("reason").trim(),
    choice: text("choice"),
    time: instantOf(text("time")),
    insisted: text("insisted") !== "",
  };
}

/** What a field for a date and a time holds, which says UTC beside it. */
function instantOf(text: string): string {
  return text === "" ? "" : new Date(`${text}Z`).toISOString();
}

function questionForm(question: Question): HTMLFormElement {
  const form = make("form", { className: question.isDanger ? "confirm danger" : "confirm" });
  form.autocomplete = "off";
  form.append(make("p", { text: question.text }));
  if (question.choices !== undefined) form.append(choiceFields(question.choices));
  if (question.asksTime !== undefined) form.append(timeField(question.asksTime));
  if (question.asksReason) form.append(reasonField());
  const act = make("button", { className: question.isDanger ? "do danger" : "do plain" });
  act.textContent = question.verb;
  const leave = make("button", { className: "leave quiet", text: "Leave it" });
  leave.type = "button";
  form.append(make("div", { className: "buttons" }, act, leave));
  return form;
}

function choiceFields(choices: NonNullable<Question["choices"]>): HTMLFieldSetElement {
  const fields = choices.map(({ value, label, hint }, index) => {
    const input = make("input");
    input.type = "radio";
    input.name = "choice";
    input.value = value;
    input.checked = index === 0;
    const words = make("span", {}, make("b", { text: label }), make("i", { text: hint }));
    return make("label", { className: "choice" }, input, words);
  });
  return make(
    "fieldset",
    { className: "choices" },
    make("legend", { className: "hidden", text: "Choose" }),
    ...fields,
  );
}

function reasonField(): HTMLLabelElement {
  const input = make("input");
  input.name = "reason";
  input.required = true;
  input.maxLength = 120;
  input.spellcheck = false;
  const words = make("span", { text: "Why, for whoever looks later" });
  return make("label", { className: "field" }, words, input);
}

function timeField(text: string): HTMLLabelElement {
  const input = make("input");
  input.type = "datetime-local";
  input.name = "time";
  input.step = "1";
  return make("label", { className: "field" }, make("span", { text }), input);
}

function insist(form: HTMLFormElement, text: string): void {
  if (form.querySelector("[name=insisted]") !== null) return;
  const box = make("input");
  box.type = "checkbox";
  box.name = "insisted";
  const label = make("label", { className: "check" }, box, make("span", { text }));
  form.querySelector(".buttons")?.before(label);
  box.focus();
}
