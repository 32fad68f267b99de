import type { SeededRandom } from "../../seeded-random.ts";
import type { ServiceName } from "../../services/service.ts";
import type { Fault } from "../fault.ts";
import type { ChaosStores } from "../stores.ts";

export const outageKinds = ["delay", "cut", "black hole", "drop acks", "kill", "freeze"] as const;
export type OutageKind = (typeof outageKinds)[number];

const delayMs = { least: 50, most: 2000 };
const cutAfterMs = { least: 0, most: 1000 };

/** A store that is slow, gone, silent, answers into the void, or is dead for a while; all brokers of it. */
export class Outage implements Fault {
  readonly name = "outage";
  readonly target: ServiceName;
  readonly #stores: ChaosStores;
  readonly #kinds: readonly OutageKind[];
  #detail = "";

  /** Chooses among these kinds; among all where none are given. */
  constructor(
    stores: ChaosStores,
    target: ServiceName,
    kinds: readonly OutageKind[] = outageKinds,
  ) {
    this.#stores = stores;
    this.target = target;
    this.#kinds = kinds;
  }

  get detail(): string {
    return this.#detail;
  }

  async begin(random: SeededRandom): Promise<void> {
    const kind = this.#kinds[random.integer(0, this.#kinds.length - 1)] ?? "cut";
    this.#detail = kind;
    switch (kind) {
      case "delay":
        return this.#delay(random.integer(delayMs.least, delayMs.most));
      case "cut":
        return this.#stores.setProxies(this.target, { kind: "Cut" });
      case "black hole":
        return this.#stores.setProxies(this.target, { kind: "BlackHole" });
      case "drop acks":
        return this.#dropAcks(random.integer(cutAfterMs.least, cutAfterMs.most));
      case "kill":
        await Promise.all(this.#brokers.map((broker) => this.#stores.kill(this.target, broker)));
        return;
      case "freeze":
        for (const broker of this.#brokers) this.#stores.freeze(this.target, broker);
    }
  }

  async end(): Promise<void> {
    this.#stores.setProxies(this.target, { kind: "Pass" });
    this.#stores.thaw();
    await Promise.all(this.#brokers.map((broker) => this.#stores.start(this.target, broker)));
  }

  #delay(ms: number): void {
    this.#detail += ` ${ms} ms`;
    this.#stores.setProxies(this.target, { kind: "Delay", delayMs: ms });
  }

  #dropAcks(ms: number): void {
    this.#detail += `, cut after ${ms} ms`;
    this.#stores.setProxies(this.target, { kind: "DropAcks", cutAfterMs: ms });
  }

  /** Its processes, as `ChaosStores` counts them. */
  get #brokers(): number[] {
    return this.#stores.proxies[this.target].map((_, index) => index + 1);
  }
}
