import type { Mutant } from "./mutant.ts";

/** Bugs of lists. */
export const listMutants: readonly Mutant[] = [
  {
    bug: "a batch begins at its end",
    file: "naive-engine.ts",
    from: "for (const item of items) dispatch(state, run, item);",
    to: "for (const item of items.toReversed()) dispatch(state, run, item);",
    among: ["list"],
  },
  {
    bug: "a batch ends at its first refusal",
    file: "naive-engine.ts",
    from: "for (const item of items) dispatch(state, run, item);",
    to: 'for (const item of items) { dispatch(state, run, item); if (run.events.at(-1)?.kind === "OrderRejected") break; }',
    among: ["list"],
  },
  {
    bug: "a batch that was accepted is not remembered",
    file: "naive-engine.ts",
    from: "enter(state, run, request, { decision: Decision.Accepted, reason: 0, attempt: 0, mark: 0 });\n  const isPair",
    to: "const isPair",
    among: ["list"],
  },
  {
    bug: "a batch needs room for one entry only",
    file: "naive-lists.ts",
    from: "1 + itemCount",
    to: "1",
    among: ["list"],
  },
  {
    bug: "a batch carries out another account's items",
    file: "naive-lists.ts",
    from: "item.accountID === accountID &&",
    to: "",
    among: ["list"],
  },
  {
    bug: "a batch takes items in any order",
    file: "naive-lists.ts",
    from: "rank >= (order[index - 1] ?? 0)",
    to: "rank > index - index",
    among: ["list"],
  },
  {
    bug: "an item of a batch has a time of its own",
    file: "naive-lists.ts",
    from: "item.sendingTime === 0 &&",
    to: "",
    among: ["list"],
  },
  {
    bug: "a batch comes too late and is carried out",
    file: "naive-lists.ts",
    from: "if (isTooLate(state, list)) return BusinessRejectReason.TooLateToEnter;",
    to: "if (isTooLate(state, list)) run.events.length = 0;",
    among: ["list"],
  },
];
