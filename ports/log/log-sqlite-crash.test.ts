import { test } from "bun:test";

import { killRounds } from "./log-sqlite-crash.scenario.ts";

test("a record that was acknowledged stands after kill -9, in order, and the dead writer's lock does not", async () => {
  await killRounds(5, 300);
}, 60_000);
