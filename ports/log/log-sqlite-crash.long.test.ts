import { test } from "bun:test";

import { killRounds } from "./log-sqlite-crash.scenario.ts";

test("a record that was acknowledged stands after each of 300 kills", async () => {
  // A log of its own each twenty: every round reads the whole log back.
  for (let count = 0; count < 15; count++) await killRounds(20, 1000);
}, 1_200_000);
