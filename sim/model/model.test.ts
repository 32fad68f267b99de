import { describe, expect, test } from "bun:test";
import { join } from "node:path";

import { budgetOf, plantedBugs, smallBounds } from "./budgets.ts";
import { completes } from "./completion.ts";
import { explore } from "./explore.ts";
import { append } from "./landing.ts";
import { Promised } from "./promises.ts";
import { Variant } from "./variants.ts";
import { chunkRecord, claimRecord, firstWorld } from "./world.ts";

describe("the protocol keeps every promise in every interleaving of", () => {
  test.each(smallBounds)(
    "$name",
    ({ budget }) => {
      const { violation, complete, states } = explore({ budget, variant: null });
      expect(violation).toBeNull();
      expect(complete).toBe(true);
      expect(states).toBeGreaterThan(1000);
    },
    30_000,
  );
});

describe("a planted bug is found, by one of the shortest ways:", () => {
  test.each(plantedBugs)(
    "$variant",
    ({ variant, budget, promise, stepCount }) => {
      const { violation } = explore({ budget, variant });
      expect(violation?.promise).toBe(promise);
      expect(violation?.trace.length).toBe(stepCount);
    },
    30_000,
  );

  test.each(plantedBugs)(
    "and not where it is not planted: $variant",
    ({ budget }) => {
      expect(explore({ budget, variant: null })).toMatchObject({ violation: null, complete: true });
    },
    30_000,
  );

  test("every variant is planted", () => {
    const planted = plantedBugs.map(({ variant }) => variant);
    expect(planted.toSorted()).toEqual(Object.values(Variant).toSorted());
  });

  test("every promise of a single state is broken by one", () => {
    const broken = new Set(plantedBugs.map(({ promise }) => promise));
    const ofOneState = Object.values(Promised).filter((promise) => promise !== Promised.Completes);
    expect([...broken].toSorted()).toEqual(ofOneState.toSorted());
  });
});

test("a trace tells the steps in words, from the first to the one that breaks the promise", () => {
  const budget = budgetOf({ commands: 2, takeOvers: 1 });
  expect(explore({ budget, variant: Variant.ProducerReorders }).violation).toEqual({
    promise: Promised.FoldIsWhole,
    trace: [
      "engine 0 sends a Claim",
      "at 0 the Claim of engine 0 lands",
      "engine 0 applies its next command and sends what it comes to",
      "engine 0 applies its next command and sends what it comes to",
      "at 1 chunk 1/2 of ab (epoch 0) of engine 0 lands",
    ],
  });
});

test("an exploration that hits its bound says that it is not complete", () => {
  const budget = budgetOf({ commands: 3, takeOvers: 2, crashes: 1 });
  const result = explore({ budget, variant: null, stateCountMax: 100 });
  expect(result).toMatchObject({ complete: false, violation: null });
  expect(result.states).toBeLessThan(200);
});

test("a log that no owner can take to the end of orders is noticed", () => {
  const world = firstWorld(budgetOf({ commands: 2 }), null);
  const claimed = append(world, claimRecord(null), null).world;
  const withChunkOf = (epoch: number) =>
    append(claimed, chunkRecord({ epoch, body: "a", chunk: 0, chunkCount: 1 }), null).world;
  expect(completes(withChunkOf(0))).toBe(true);
  expect(completes(withChunkOf(7))).toBe(false);
});

describe("the command line", () => {
  const run = (...flags: string[]) => {
    const file = join(import.meta.dir, "../model.ts");
    const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, file, ...flags]);
    return { exitCode, text: `${stdout}${stderr}` };
  };

  test("prints states, depth and verdict within bounds", () => {
    const { exitCode, text } = run("--commands", "1", "--take-overs", "2", "--crashes", "1");
    expect(text).toMatch(/^bounds given: \d+ states, depth \d+, .* every promise holds\n$/);
    expect(exitCode).toBe(0);
  });

  test("tells how a planted bug shows, and fails", () => {
    const { exitCode, text } = run("--variant", "SilentReplay");
    expect(text).toContain("FoldIsWhole is BROKEN in 5 steps\n1. engine 0 sends a Claim");
    expect(exitCode).toBe(1);
  });

  test("refuses what it does not know", () => {
    expect(run("--variant", "Nothing").exitCode).toBe(2);
    expect(run("--comands", "1").exitCode).toBe(2);
    expect(run("--commands", "many").exitCode).toBe(2);
  });
});
