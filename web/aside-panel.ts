import { Confirmation, refused } from "./confirmation.ts";
import type { Outcome } from "./confirmation.ts";
import { element, setText } from "./elements.ts";
import type { Suspect } from "./partitions-panel.ts";
import type { VenueApi } from "./venue-api.ts";

export interface AsidePanelOptions {
  readonly api: () => VenueApi;
  /** A command was set aside. */
  onActed(): void;
}

/** Sets a command aside on which every owner of its partition breaks: asked for by its place, confirmed in place. */
export class AsidePanel {
  readonly #options: AsidePanelOptions;
  readonly #form = element("aside", HTMLFormElement);
  readonly #partition = element("aside-partition", HTMLSelectElement);
  readonly #offset = element("aside-offset", HTMLInputElement);
  readonly #hash = element("aside-hash", HTMLInputElement);
  readonly #result = element("aside-result", HTMLOutputElement);
  readonly #confirmation: Confirmation;

  constructor(options: AsidePanelOptions) {
    this.#options = options;
    this.#confirmation = new Confirmation({
      say: (outcome) => this.#say(outcome),
      onSettled: () => this.#freeze(false),
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
  }

  offer(partitionCount: number): void {
    while (this.#partition.options.length < partitionCount) {
      const next = String(this.#partition.options.length);
      this.#partition.append(new Option(next, next));
    }
  }

  /** Fills in a place; nothing is done yet. */
  suspect({ partition, commandOffset }: Suspect): void {
    if (this.#confirmation.isOpen) return;
    this.#partition.value = String(partition);
    this.#offset.value = String(commandOffset);
    this.#offset.focus();
  }

  #ask(): void {
    const partition = Number(this.#partition.value);
    const commandOffset = Number(this.#offset.value);
    const commandHash = this.#hash.value.trim();
    const place = { partition, commandOffset, ...(commandHash === "" ? {} : { commandHash }) };
    this.#freeze(true);
    const opener = element("aside-open", HTMLButtonElement);
    this.#confirmation.open(element("aside-confirm", HTMLElement), opener, {
      text: `The owner of partition ${partition} ends now. The command at offset ${commandOffset} is never carried out; it comes into the dead letters.`,
      verb: `Set offset ${commandOffset} aside for good`,
      isDanger: true,
      asksReason: true,
      act: ({ reason }) => this.#setAside({ ...place, reason }),
    });
  }

  async #setAside(body: object): Promise<Outcome> {
    const answer = await this.#options.api().post<{ epoch: number }>("/v1/admin/quarantines", body);
    if (!answer.ok) return refused(answer);
    this.#form.reset();
    this.#options.onActed();
    const text = `Set aside (${answer.status}), epoch ${answer.body.epoch}. The next owner refuses it; its letter follows.`;
    return { text, tone: "good" };
  }

  /** What is being confirmed is what was asked for: it cannot be typed over meanwhile. */
  #freeze(isAsking: boolean): void {
    element("aside-fields", HTMLFieldSetElement).disabled = isAsking;
  }

  #say(outcome: Outcome | null): void {
    setText(this.#result, outcome?.text ?? "");
    this.#result.dataset["tone"] = outcome?.tone ?? "";
  }
}
