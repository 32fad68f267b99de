import type { ListedInstrument } from "../schema/http/admin.ts";
import type {
  InspectedDeadLetter,
  ListedDeadLetter,
  ReplayAnswer,
} from "../schema/http/dead-letters.ts";
import { commandFacts } from "./command-facts.ts";
import type { Fact } from "./command-facts.ts";
import { Confirmation, refused } from "./confirmation.ts";
import type { Consent, Outcome } from "./confirmation.ts";
import { element, instantText, make, setText } from "./elements.ts";
import { bytesOfBase64, hexDump } from "./hex-dump.ts";
import { deadReasons, isReplayable } from "./letter-words.ts";
import { showState } from "./letters-panel.ts";
import { refusalText } from "./venue-api.ts";
import type { VenueAnswer, VenueApi } from "./venue-api.ts";

export interface LetterPanelOptions {
  readonly api: () => VenueApi;
  readonly instruments: () => readonly ListedInstrument[];
  /** Something was done with a letter: what is shown elsewhere is old. */
  onActed(): void;
  onClosed(deadLetterID: string): void;
}

/** One dead letter: what it was, why it died, and what an operator does with it. */
export class LetterPanel {
  readonly #options: LetterPanelOptions;
  readonly #place = element("letter", HTMLElement);
  readonly #title = element("letter-title", HTMLElement);
  readonly #state = element("letter-state", HTMLElement);
  readonly #close = element("letter-close", HTMLButtonElement);
  readonly #empty: Node[];
  readonly #result = make("output", { className: "result" });
  readonly #confirmation: Confirmation;
  #shown: InspectedDeadLetter | null = null;
  #wanted: string | null = null;

  constructor(options: LetterPanelOptions) {
    this.#options = options;
    this.#empty = [...this.#place.childNodes];
    this.#close.addEventListener("click", () => this.#leave());
    this.#confirmation = new Confirmation({
      say: (outcome) => this.#say(outcome),
      onSettled: () => void this.#reload(),
    });
  }

  async open(deadLetterID: string): Promise<void> {
    if (deadLetterID === this.#wanted && this.#confirmation.isOpen) return;
    this.#confirmation.close();
    this.#say(null);
    this.#wanted = deadLetterID;
    await this.#reload();
    this.#title.focus();
  }

  /**
   * Takes a newer list: a letter that could not be read, or that somebody has settled meanwhile, is read again, unless a question stands
   * open on it.
   */
  update(letters: readonly ListedDeadLetter[]): void {
    const letter = letters.find(({ deadLetterID }) => deadLetterID === this.#wanted);
    if (letter === undefined || this.#confirmation.isOpen) return;
    const shown = this.#shown;
    const isUnread = shown?.deadLetterID !== letter.deadLetterID;
    const isStale = letter.resolved?.resolution !== shown?.resolved?.resolution;
    if (isUnread || isStale) void this.#reload();
  }

  async #reload(): Promise<void> {
    const id = this.#wanted;
    if (id === null) return;
    const path = `/v1/admin/dead-letters/${id}`;
    const answer = await this.#options.api().get<InspectedDeadLetter>(path);
    if (id !== this.#wanted || this.#confirmation.isOpen) return;
    if (!answer.ok) return this.#showUnread(id, answer);
    if (this.#shown === null) this.#say(null);
    this.#show(answer.body);
  }

  /** Nothing of another letter stays under this one's name; what is known of this one stays, and is read again by the next look. */
  #showUnread(id: string, answer: VenueAnswer<unknown> & { ok: false }): void {
    if (this.#shown?.deadLetterID === id) return;
    this.#say({ text: `${refusalText(answer)} Looking again every two seconds.`, tone: "bad" });
    this.#shown = null;
    setText(this.#title, `Letter ${id}`);
    this.#state.hidden = true;
    this.#close.hidden = false;
    this.#place.replaceChildren(this.#result);
  }

  #leave(): void {
    const id = this.#wanted;
    this.#confirmation.close();
    this.#say(null);
    this.#wanted = null;
    this.#shown = null;
    setText(this.#title, "Letter");
    this.#state.hidden = true;
    this.#close.hidden = true;
    this.#place.replaceChildren(...this.#empty);
    if (id !== null) this.#options.onClosed(id);
  }

  #show(letter: InspectedDeadLetter): void {
    this.#shown = letter;
    setText(this.#title, `Letter ${letter.deadLetterID}`);
    showState(this.#state, letter);
    this.#state.hidden = false;
    this.#close.hidden = false;
    this.#place.replaceChildren(
      ...this.#story(letter),
      this.#result,
      section("What is known", factList(letterFacts(letter))),
      section("What it says", this.#command(letter)),
      section(bytesTitle(letter), dump(letter)),
    );
  }

  #story(letter: InspectedDeadLetter): HTMLElement[] {
    const { deadReason, resolved } = letter;
    const { meaning, advice } = deadReasons[deadReason];
    const reason = make("b", { text: `${deadReason}. ` });
    const lead = make("p", { className: "lead" }, reason, new Text(meaning));
    if (resolved !== undefined) return [lead, resolution(resolved)];
    return [lead, make("p", { className: "advice", text: advice }), this.#actions(letter)];
  }

  #actions(letter: InspectedDeadLetter): HTMLElement {
    const place = make("div", { className: "actions" });
    const buttons = make("div", { className: "buttons" });
    const discard = make("button", { className: "quiet", text: "Discard …" });
    discard.type = "button";
    discard.addEventListener("click", () => this.#askDiscard(letter, place, discard));
    if (isReplayable(letter)) {
      const replay = make("button", { className: "plain", text: "Replay …" });
      replay.type = "button";
      replay.addEventListener("click", () => this.#askReplay(letter, place, replay));
      buttons.append(replay);
    }
    buttons.append(discard);
    place.append(buttons);
    return place;
  }

  #askReplay(letter: InspectedDeadLetter, place: HTMLElement, opener: HTMLElement): void {
    this.#confirmation.open(place, opener, {
      text: `The order of account ${letter.accountID ?? "—"} is sent again, once, and may trade at once. Your key and your reason stand on the log for good.`,
      verb: "Replay it once",
      isDanger: false,
      asksReason: true,
      act: (consent) => this.#replay(letter, consent),
    });
  }

  #askDiscard(letter: InspectedDeadLetter, place: HTMLElement, opener: HTMLElement): void {
    this.#confirmation.open(place, opener, {
      text: "The letter is closed without being carried out, for good. It stays on the log, with your key and your reason.",
      verb: "Discard it",
      isDanger: true,
      asksReason: true,
      act: (consent) => this.#discard(letter, consent),
    });
  }

  async #replay(letter: InspectedDeadLetter, { reason, insisted }: Consent): Promise<Outcome> {
    const path = `/v1/admin/dead-letters/${letter.deadLetterID}/replay`;
    const body = insisted ? { reason, late: true } : { reason };
    const answer = await this.#options.api().post<ReplayAnswer>(path, body);
    this.#options.onActed();
    return replayOutcome(answer, letter);
  }

  async #discard(letter: InspectedDeadLetter, { reason }: Consent): Promise<Outcome> {
    const path = `/v1/admin/dead-letters/${letter.deadLetterID}/discard`;
    const answer = await this.#options.api().post(path, { reason });
    this.#options.onActed();
    if (!answer.ok) return refused(answer);
    return { text: `Discarded (${answer.status}).`, tone: "good" };
  }

  #say(outcome: Outcome | null): void {
    setText(this.#result, outcome?.text ?? "");
    this.#result.dataset["tone"] = outcome?.tone ?? "";
  }

  #command({ command }: InspectedDeadLetter): HTMLElement {
    if (command === undefined) {
      return make("p", { className: "note", text: "Nothing that this build can read." });
    }
    return factList(commandFacts(command, this.#options.instruments()));
  }
}

function replayOutcome(answer: VenueAnswer<ReplayAnswer>, letter: InspectedDeadLetter): Outcome {
  if (!answer.ok) {
    const isLate = answer.refusal.code === "ReplayTooLate";
    if (!isLate) return refused(answer);
    const insist = `Replay it all the same, late${until(letter)}`;
    return { ...refused(answer), staysOpen: true, insist };
  }
  if (answer.status === 202) {
    const text =
      "Sent, but not decided in time (202). Look at the letter again before you do anything else with it.";
    return { text, tone: "bad" };
  }
  const { order, clOrdID, orderID } = answer.body;
  const filled = Number(order.cumQty) > 0 ? `, filled ${order.cumQty}` : "";
  const rests = Number(order.leavesQty) > 0 ? `, ${order.leavesQty} rests` : "";
  const text = `Replayed (${answer.status}): ${order.ordStatus}${filled}${rests}. Order ${orderID}, clOrdID ${clOrdID}.`;
  return { text, tone: "good" };
}

function until({ command }: InspectedDeadLetter): string {
  const validUntil = command?.["validUntil"];
  if (typeof validUntil !== "number") return "";
  return `: it was valid until ${instantText(new Date(validUntil).toISOString())}`;
}

function resolution(resolved: NonNullable<ListedDeadLetter["resolved"]>): HTMLElement {
  const { operator, reason, resolvedAt, orderID } = resolved;
  const facts = [
    { name: resolved.resolution, text: instantText(resolvedAt) },
    { name: "By", text: operator },
    { name: "Why", text: reason },
    ...(orderID === undefined ? [] : [{ name: "As order", text: orderID }]),
  ];
  const list = factList(facts);
  list.classList.add("resolution");
  return list;
}

function letterFacts(letter: InspectedDeadLetter): readonly Fact[] {
  const { partition, commandOffset, accountID, orderID } = letter;
  return [
    { name: "Died", text: instantText(letter.diedAt) },
    { name: "Attempts", text: String(letter.attempts) },
    ...(accountID === undefined ? [] : [{ name: "Account", text: String(accountID) }]),
    ...(orderID === undefined ? [] : [{ name: "Order", text: orderID }]),
    { name: "Place", text: `orders, partition ${partition}, offset ${commandOffset}` },
    { name: "Hash", text: letter.commandHash },
    { name: "Written by", text: letter.build },
  ];
}

function factList(facts: readonly Fact[]): HTMLElement {
  const entries = facts.map(({ name, text }) =>
    make("div", {}, make("dt", { text: name }), make("dd", { text })),
  );
  return make("dl", { className: "facts" }, ...entries);
}

function section(title: string, content: HTMLElement): HTMLElement {
  return make("section", { className: "part" }, make("h3", { text: title }), content);
}

function bytesTitle({ bytes, commandBytes }: InspectedDeadLetter): string {
  const shown = bytesOfBase64(bytes).length;
  return shown < commandBytes ? `Bytes, the first ${shown} of ${commandBytes}` : `Bytes, ${shown}`;
}

function dump({ bytes }: InspectedDeadLetter): HTMLElement {
  const pre = make("pre", { className: "dump", text: hexDump(bytesOfBase64(bytes)) });
  pre.tabIndex = 0;
  pre.role = "group";
  pre.ariaLabel = "The record's bytes as hexadecimal numbers";
  return pre;
}
