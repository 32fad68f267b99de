import { test } from "bun:test";

import { killRounds } from "./log-sqlite-crash.scenario.ts";

test("a record that was acknowledged stands after each of 300 kills", async () => {
  await killRounds(300, 2000);
}, 1_200_000);
