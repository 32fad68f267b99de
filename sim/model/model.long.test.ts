import { afterAll, expect, test } from "bun:test";

import { longBounds } from "./budgets.ts";
import { explore } from "./explore.ts";

let stateCount = 0;

test.each(longBounds)(
  "the protocol keeps every promise in every interleaving of $name",
  ({ name, budget }) => {
    const result = explore({ budget, variant: null });
    process.stdout.write(`${name}: ${result.states} states, depth ${result.depth}\n`);
    expect(result).toMatchObject({ violation: null, complete: true });
    stateCount += result.states;
  },
  600_000,
);

afterAll(() => {
  expect(stateCount).toBeGreaterThan(5_000_000);
});
