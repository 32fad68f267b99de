import { schemaVersion } from "../../schema/generated/records.ts";
import type { Mutant } from "./mutant.ts";

/** Bugs of versions. Most of their streams are those of all features: only they come through several versions. */
export const semanticsMutants: readonly Mutant[] = [
  {
    bug: "what a build knows is read before it is active",
    file: "naive-engine.ts",
    from: "return this.#state.active.schemaVersion;",
    to: "return Math.max(...this.#state.semantics.map((each) => each.schemaVersion));",
  },
  {
    bug: "a rule changes before it is active",
    file: "naive-sessions.ts",
    from: "= state.active.rules;",
    to: "= (state.semantics.at(-1) ?? state.active).rules;",
    among: ["session"],
    begun: schemaVersion,
  },
  {
    bug: "a rule stays although a newer one is active",
    file: "naive-deferral.ts",
    from: "state.active.rules.deferredCountMax",
    to: "state.semantics[0].rules.deferredCountMax",
    among: ["session"],
    begun: schemaVersion,
  },
  {
    bug: "the items of a list are read before their version is active",
    file: "naive-lists.ts",
    from: "itemsOf(list, state.active.schemaVersion)",
    to: "itemsOf(list, Number.MAX_SAFE_INTEGER)",
    among: ["session", "list"],
    begun: 7,
  },
  {
    bug: "semantics change in the middle of an auction",
    file: "naive-semantics.ts",
    from: "if (isInAuction) return BusinessRejectReason.AuctionUnderWay;",
    to: "",
  },
  {
    bug: "semantics go with whatever schema an operator names",
    file: "naive-semantics.ts",
    from: "if (wanted.schemaVersion !== schemaVersion) return BusinessRejectReason.InvalidDefinition;",
    to: "",
  },
];
