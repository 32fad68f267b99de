import type { Mutant } from "./mutant.ts";

/** Bugs of the dead-man timers of connections. */
export const connectionMutants: readonly Mutant[] = [
  {
    bug: "a connection takes all orders of its account along",
    file: "naive-dead-man.ts",
    from: "const named = { accountID, connectionID, side: Side.None };",
    to: "const named = { accountID, connectionID: 0, side: Side.None };",
    among: ["deadMan", "connection"],
  },
  {
    bug: "a connection leaves its deferred orders",
    file: "naive-dead-man.ts",
    from: "(connectionID === 0 || each.connectionID === connectionID),",
    to: "connectionID === 0,",
    among: ["deadMan", "connection"],
  },
  {
    bug: "timers of one deadline fire by connection before account",
    file: "naive-dead-man.ts",
    from: "left.accountID - right.accountID ||\n    left.connectionID - right.connectionID",
    to: "left.connectionID - right.connectionID ||\n    left.accountID - right.accountID",
    among: ["deadMan", "connection"],
  },
  {
    bug: "a connection of the same number is another account's too",
    file: "naive-state.ts",
    from: "timer.accountID === accountID && timer.connectionID === connectionID",
    to: "timer.connectionID === connectionID && (connectionID !== 0 || timer.accountID === accountID)",
    among: ["deadMan", "connection"],
  },
  {
    bug: "an order of a lost connection is taken",
    file: "naive-order-checks.ts",
    from: "if (isOfLostConnection(state, command)) return OrdRejReason.ConnectionLost;",
    to: "",
    among: ["deadMan", "connection"],
  },
];
