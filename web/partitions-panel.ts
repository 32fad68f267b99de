import type { ListedPartition } from "../schema/http/admin.ts";
import { grouped } from "./decimals.ts";
import { element, instantText, make, setText, spanText } from "./elements.ts";

/** An owner ticks each second; the gateway's readiness draws the line here too. */
const silenceMaxMs = 10_000;

/** A command that may be what the owners of a partition break on. */
export interface Suspect {
  readonly partition: number;
  readonly commandOffset: number;
}

interface Card {
  readonly root: HTMLElement;
  readonly state: HTMLElement;
  readonly facts: Readonly<
    Record<"seqNum" | "waiting" | "outcome" | "epoch" | "owner" | "semantics", HTMLElement>
  >;
  readonly hint: HTMLElement;
  readonly suspect: HTMLButtonElement;
}

/** How far each partition is, who owns it, and where it stands still. */
export class PartitionsPanel {
  readonly #place = element("partitions", HTMLElement);
  readonly #onSuspect: (suspect: Suspect) => void;
  readonly #cards: Card[] = [];
  #partitions: readonly ListedPartition[] = [];

  constructor(options: { onSuspect: (suspect: Suspect) => void }) {
    this.#onSuspect = options.onSuspect;
  }

  show(partitions: readonly ListedPartition[]): void {
    this.#partitions = partitions;
    for (const [index, partition] of partitions.entries()) {
      const card = this.#cards[index] ?? this.#addCard(index);
      fill(card, partition);
    }
  }

  #addCard(index: number): Card {
    const state = make("span", { className: "badge" });
    const title = make("h3", { text: `Partition ${index}` });
    const facts = {
      seqNum: make("dd"),
      waiting: make("dd"),
      outcome: make("dd"),
      epoch: make("dd"),
      owner: make("dd"),
      semantics: make("dd"),
    };
    const named = [
      ["seqNum", facts.seqNum],
      ["Waiting", facts.waiting],
      ["Last outcome", facts.outcome],
      ["Epoch", facts.epoch],
      ["Owner", facts.owner],
      ["Semantics", facts.semantics],
    ] as const;
    const list = named.map(([name, value]) => make("div", {}, make("dt", { text: name }), value));
    const hint = make("p", { className: "warning" });
    const suspect = make("button", { className: "quiet", text: "Fill in that command" });
    suspect.type = "button";
    suspect.addEventListener("click", () => this.#suspect(index));
    const glance = make("dl", { className: "glance" }, ...list);
    const head = make("div", { className: "row-head" }, title, state);
    const root = make("section", { className: "row" }, head, glance, hint, suspect);
    const card = { root, state, facts, hint, suspect };
    this.#cards.push(card);
    this.#place.append(root);
    return card;
  }

  #suspect(index: number): void {
    const { partition, commandOffset } = this.#partitions[index] ?? {};
    if (partition === undefined || commandOffset === undefined) return;
    this.#onSuspect({ partition, commandOffset: commandOffset + 1 });
  }
}

function fill({ state, facts, hint, suspect }: Card, partition: ListedPartition): void {
  const { seqNum, waitingCount, silentMs, epoch, owner, semanticsVersion } = partition;
  const standing = standingOf(partition);
  setText(state, standing);
  state.dataset["state"] = standing;
  setText(facts.seqNum, grouped(String(seqNum)));
  setText(facts.waiting, waitingCount === undefined ? "not known" : grouped(String(waitingCount)));
  setText(facts.outcome, `${spanText(silentMs)} ago`);
  setText(facts.epoch, epoch === undefined ? "—" : String(epoch));
  setText(facts.owner, owner === undefined ? "not known" : owner.node);
  const newest = owner?.semanticsMax ?? semanticsVersion;
  const isBehind = newest > semanticsVersion;
  setText(facts.semantics, `${semanticsVersion}${isBehind ? `, owner has ${newest}` : ""}`);
  facts.owner.title =
    owner === undefined ? "" : `${owner.build}, claimed ${instantText(owner.claimedAt)}`;
  setText(hint, hintOf(partition, standing));
  hint.hidden = hint.textContent === "";
  suspect.hidden = !(standing === "silent" && (waitingCount ?? 0) > 0);
}

type Standing = "serving" | "silent" | "fold ended";

function standingOf({ failure, silentMs }: ListedPartition): Standing {
  if (failure !== undefined) return "fold ended";
  return silentMs > silenceMaxMs ? "silent" : "serving";
}

function hintOf(partition: ListedPartition, standing: Standing): string {
  const { failure, waitingCount = 0, commandOffset } = partition;
  if (standing === "fold ended") {
    return `This gateway's fold has ended with ${failure}: the log was cut, regrew or contradicts itself. Stop writers and compare the log with a backup.`;
  }
  if (standing === "serving") return "";
  if (waitingCount === 0 || commandOffset === undefined) {
    return "Nobody owns this partition: look at the engine's processes and their last lines.";
  }
  return `Nobody applies its commands; the next one stands at offset ${commandOffset + 1}. Look at the engine's last lines: if it is EngineBroken at this offset, set that command aside.`;
}
