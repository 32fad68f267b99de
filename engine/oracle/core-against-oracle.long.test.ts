import { test } from "bun:test";

import { failureOfSeed, shrunk } from "./core-trial.ts";
import { failureReport } from "./failure-report.ts";
import { shapeOf } from "./stream-shape.ts";

/**
 * At least a million random commands a run. Each run takes new seeds and prints them; `ORACLE_SEED` and `ORACLE_COMMANDS` repeat one
 * seed, `ORACLE_FIRST_SEED` a whole run.
 */
const commandsWanted = 1_000_000;
const oneSeed = process.env["ORACLE_SEED"];
const commandsOfSeed = Number(process.env["ORACLE_COMMANDS"] ?? 0);
const firstSeed = Number(process.env["ORACLE_FIRST_SEED"] ?? Math.floor(Math.random() * 2 ** 30));

const timeoutMs = 30 * 60_000;

test.skipIf(oneSeed === undefined)(
  "the seed of ORACLE_SEED",
  () => runSeed(Number(oneSeed), commandsOfSeed || 2_000),
  timeoutMs,
);

test.skipIf(oneSeed !== undefined)(
  "the core writes what the oracle writes over a million commands, to the byte, and has its state",
  () => {
    let commandCount = 0;
    let seed = firstSeed;
    for (; commandCount < commandsWanted; seed++) {
      // Most seeds are short, so that many shapes come up; some are long, so that windows fill and numbers grow.
      const length = seed % 16 === 0 ? 12_000 : 1_200;
      runSeed(seed, length);
      commandCount += length;
    }
    process.stderr.write(
      `${commandCount} commands, seeds ${firstSeed} to ${seed - 1}: core and oracle agree\n`,
    );
  },
  timeoutMs,
);

function runSeed(seed: number, commandCount: number): void {
  const found = failureOfSeed(seed, commandCount, 0.005);
  if (found === null) return;
  const records = shrunk(found.records, shapeOf(seed));
  throw new Error(failureReport({ seed, commandCount, failure: found.failure, records }));
}
