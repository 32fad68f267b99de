import { describe, expect, test } from "bun:test";

import { readKinds, roundPlan } from "./round-plan.ts";
import type { RoundKind } from "./round-plan.ts";

const kinds: RoundKind[] = ["kill", "zombie", "outage"];

function plans(seed: number): string[] {
  return Array.from({ length: 200 }, (_, round) => {
    const { kind, random } = roundPlan(round + 1, { seed, kinds, inTurn: false });
    return `${kind} ${random.next()}`;
  });
}

describe("the plan of rounds", () => {
  test("is the same for a seed, and another for another", () => {
    expect(plans(7)).toEqual(plans(7));
    expect(plans(7)).not.toEqual(plans(8));
  });

  test("has every kind that was asked for, and the usual ones more often", () => {
    const counts = Map.groupBy(plans(7), (plan) => plan.split(" ")[0]);
    const [kill = 0, zombie = 0, outage = 0] = kinds.map((kind) => counts.get(kind)?.length);
    expect(counts.size).toBe(3);
    expect(kill).toBeGreaterThan(outage);
    expect(outage).toBeGreaterThan(zombie);
  });

  test("goes through the kinds in turn where it is told to", () => {
    const inTurn = [1, 2, 3, 4].map((round) => roundPlan(round, { seed: 7, kinds, inTurn: true }));
    expect(inTurn.map(({ kind }) => kind)).toEqual(["kill", "zombie", "outage", "kill"]);
  });

  test("reads kinds, and refuses what is none", () => {
    expect(readKinds("kill,disk")).toEqual(["kill", "disk"]);
    expect(readKinds("kill,flood")).toBeNull();
    expect(readKinds("toString")).toBeNull();
  });
});
