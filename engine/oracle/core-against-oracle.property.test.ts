import { expect, test } from "bun:test";

import fc from "fast-check";

import { CommandStream, openingOf } from "./command-stream.ts";
import type { StreamRecord } from "./command-stream.ts";
import { failureOfRecords, failureOfSeed, shrunk } from "./core-trial.ts";
import { failureReport } from "./failure-report.ts";
import { intentArbitrary } from "./intent-arbitrary.ts";
import type { Intent } from "./stream-intent.ts";
import { shapeOf } from "./stream-shape.ts";

const seeds = 12;
const commandCount = 500;

test(`the core writes what the oracle writes, to the byte, and has its state (${seeds} seeds)`, () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const found = failureOfSeed(seed, commandCount, 0.02);
    if (found === null) continue;
    const records = shrunk(found.records, shapeOf(seed));
    throw new Error(failureReport({ seed, commandCount, failure: found.failure, records }));
  }
}, 60_000);

test("so it does on streams that fast-check makes and shrinks", () => {
  const shapeSeed = fc.nat(2 ** 20);
  const intents = fc.array(intentArbitrary, { minLength: 1, maxLength: 120, size: "max" });
  fc.assert(
    fc.property(shapeSeed, intents, (seed, wanted) => {
      const records = recordsOf(seed, wanted);
      expect(failureOfRecords(records, shapeOf(seed))).toBeNull();
    }),
    { numRuns: 60 },
  );
});

function recordsOf(seed: number, intents: readonly Intent[]): StreamRecord[] {
  const shape = shapeOf(seed);
  const stream = new CommandStream(shape);
  return [...openingOf(shape), ...intents].map((intent) => stream.step(intent).record);
}
