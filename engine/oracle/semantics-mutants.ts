import type { Mutant } from "./mutant.ts";

/** Bugs of versions. Their streams are those of all features: only they come through several versions. */
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
  },
  {
    bug: "a rule stays although a newer one is active",
    file: "naive-deferral.ts",
    from: "state.active.rules.deferredCountMax",
    to: "state.semantics[0].rules.deferredCountMax",
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
