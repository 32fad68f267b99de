import type { Mutant } from "./mutant.ts";

/** Bugs of pairs of which each order cancels the other. */
export const pairMutants: readonly Mutant[] = [
  {
    bug: "a fill of a leg leaves the other",
    file: "naive-matching.ts",
    from: "  });\n  cancelOther(state, run, instrument, maker);",
    to: "  });",
    among: ["pair"],
  },
  {
    bug: "only a leg that is filled whole takes the other along",
    file: "naive-matching.ts",
    from: "  });\n  cancelOther(state, run, instrument, maker);",
    to: "  });\n  if (maker.leavesQty === 0n) cancelOther(state, run, instrument, maker);",
    among: ["pair"],
  },
  {
    bug: "a trigger of a leg leaves the other",
    file: "naive-triggers.ts",
    from: "  cancelOther(state, run, instrument, order);",
    to: "  if (order.leavesQty < 0n) cancelOther(state, run, instrument, order);",
    among: ["pair"],
  },
  {
    bug: "a cancel of a leg leaves the other",
    file: "naive-book.ts",
    from: "emitCanceled(run, instrument, order, cancelReason);\n  cancelOther(state, run, instrument, order);",
    to: "emitCanceled(run, instrument, order, cancelReason);",
    among: ["pair"],
  },
  {
    bug: "a leg that takes leaves the other",
    file: "naive-taking.ts",
    from: "if (isClosed || order.cumQty > 0n)",
    to: "if (isClosed && order.cumQty < 0n)",
    among: ["pair"],
  },
  {
    bug: "a leg that was canceled in the queue of the cascade is triggered",
    file: "naive-taking.ts",
    from: "if (!instrument.waiting.has(next)) continue;",
    to: "instrument.waiting.add(next);",
    among: ["pair", "stop"],
  },
  {
    bug: "a new quantity of a leg is not the other's",
    file: "naive-orders.ts",
    from: "if (other !== null && command.orderQty !== 0) {",
    to: "if (other !== null && command.orderQty < 0) {",
    among: ["pair"],
  },
  {
    bug: "a resized leg takes the price of the named one",
    file: "naive-orders.ts",
    from: "{ ...command, price: 0, stopPx: 0, losePriority: false }",
    to: "{ ...command, stopPx: 0, losePriority: false }",
    among: ["pair"],
  },
  {
    bug: "a refused leg leaves the other alone",
    file: "naive-pairs.ts",
    from: "own === OrdRejReason.None ? OrdRejReason.OtherLegRefused : own",
    to: "own",
    among: ["pair"],
  },
  {
    bug: "a second leg does not count the first",
    file: "naive-pairs.ts",
    from: "const added = worthOf(first) + worthOf(second);",
    to: "const added = worthOf(second);",
    among: ["pair", "cap"],
  },
  {
    bug: "a second leg enters although the first has traded",
    file: "naive-pairs.ts",
    from: "if (order === undefined || order.cumQty > 0n) return null;",
    to: "if (order === undefined) return null;",
    among: ["pair"],
  },
  {
    bug: "a pair is of two sides",
    file: "naive-pairs.ts",
    from: "    first.side === second.side &&\n",
    to: "",
    among: ["pair"],
  },
];
