import type { Mutant } from "./mutant.ts";

/** Bugs of trading states, sessions and auctions. */
export const sessionMutants: readonly Mutant[] = [
  {
    bug: "a scheduled change comes a millisecond late",
    file: "naive-sessions.ts",
    from: "effectiveTime <= state.now)\n    .sort",
    to: "effectiveTime < state.now)\n    .sort",
    among: ["session"],
  },
  {
    bug: "a scheduled change comes again and again",
    file: "naive-sessions.ts",
    from: "state.scheduled = state.scheduled.filter((each) => !due.includes(each));",
    to: "",
    among: ["session"],
  },
  {
    bug: "a change at once leaves what was scheduled",
    file: "naive-sessions.ts",
    from: "state.scheduled = state.scheduled.filter((each) => !waiting.includes(each));",
    to: "",
    among: ["session"],
  },
  {
    bug: "two changes wait for one moment",
    file: "naive-sessions.ts",
    from: "filter((each) => each !== same)",
    to: "filter(() => true)",
    among: ["session"],
  },
  {
    bug: "orders for the day outlive it",
    file: "naive-sessions.ts",
    from: "if (tradingState === TradingState.Closed) endDay(state, run, instrument);",
    to: "",
    among: ["session"],
  },
  {
    bug: "the end of the day takes every order",
    file: "naive-sessions.ts",
    from: "if (order.timeInForce !== TimeInForce.Day) continue;",
    to: "",
    among: ["session"],
  },
];
