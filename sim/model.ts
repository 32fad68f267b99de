import { parseArgs } from "node:util";

import { budgetOf, plantedBugs, smallBounds } from "./model/budgets.ts";
import type { Bounds } from "./model/budgets.ts";
import { explore } from "./model/explore.ts";
import type { Explored } from "./model/explore.ts";
import { Variant } from "./model/variants.ts";
import type { Budget } from "./model/world.ts";

const usage = `usage: bun sim/model.ts [--commands 3] [--later-commands 1] [--take-overs 3] [--crashes 2] [--standbys 1] [--snapshots 1]
       [--quarantines 1] [--cuts 1] [--strays 2] [--states-max 3000000] [--variant NAME]

Goes through every interleaving of the protocol of one partition within these bounds (what is not named may not happen) and prints states,
depth and verdict; without bounds, through those of the short test. --variant plants a bug. The exit code is 1 when a promise is broken.
Variants: ${Object.keys(Variant).join(", ")}`;

/** Flag → what of the budget it bounds. */
const flags: Readonly<Record<string, keyof Budget>> = {
  commands: "commands",
  "later-commands": "laterCommands",
  "take-overs": "takeOvers",
  crashes: "crashes",
  standbys: "standbys",
  snapshots: "snapshots",
  quarantines: "quarantines",
  cuts: "cuts",
  strays: "strays",
};

interface Options {
  readonly bounds: readonly Bounds[];
  readonly variant: Variant | null;
  readonly stateCountMax: number;
}

const options = readOptions();
if (typeof options === "string") {
  process.stderr.write(`${options}\n${usage}\n`);
  process.exit(2);
}
process.exit(exploreAll(options) ? 0 : 1);

function exploreAll({ bounds, variant, stateCountMax }: Options): boolean {
  const results = bounds.map(({ name, budget }) => {
    const startedAt = Bun.nanoseconds();
    const result = explore({ budget, variant, stateCountMax });
    const seconds = (Bun.nanoseconds() - startedAt) / 1e9;
    process.stdout.write(`${reportOf(name, result, seconds)}\n`);
    return result.violation === null;
  });
  return results.every((isKept) => isKept);
}

function reportOf(name: string, result: Explored, seconds: number): string {
  const { states, depth, complete, violation } = result;
  const counts = `${name}: ${states.toLocaleString("en-US")} states, depth ${depth}, ${seconds.toFixed(1)} s`;
  if (violation !== null) {
    const trace = violation.trace.map((line, index) => `${index + 1}. ${line}`);
    return `${counts}: ${violation.promise} is BROKEN in ${trace.length} steps\n${trace.join("\n")}`;
  }
  return `${counts}: ${complete ? "complete, every promise holds" : "not complete, no promise broken so far"}`;
}

/** What the command line asks for, or what is wrong with it. */
function readOptions(): Options | string {
  const known = Object.fromEntries(
    [...Object.keys(flags), "variant", "states-max"].map((flag) => [
      flag,
      { type: "string" } as const,
    ]),
  );
  const { values } = parseArgs({ options: known, strict: false });
  const texts = Object.entries(values).map(([flag, value]) => [flag, String(value)] as const);
  const unknown = texts.find(([flag]) => !(flag in known));
  if (unknown !== undefined) return `No option --${unknown[0]}`;
  const counts = new Map(texts.filter(([flag]) => flag !== "variant"));
  for (const [flag, text] of counts) {
    if (!/^\d{1,9}$/.test(text)) return `--${flag} takes a count`;
  }
  const name = values["variant"];
  const variant = Object.values(Variant).find((each) => each === name) ?? null;
  if (name !== undefined && variant === null) return `No variant ${name}`;
  const stateCountMax = Number(counts.get("states-max") ?? Number.MAX_SAFE_INTEGER);
  counts.delete("states-max");
  return { bounds: boundsOf(counts, variant), variant, stateCountMax };
}

function boundsOf(counts: ReadonlyMap<string, string>, variant: Variant | null): readonly Bounds[] {
  if (counts.size > 0) {
    const parts = [...counts].flatMap(([flag, text]) => {
      const part = flags[flag];
      return part === undefined ? [] : [[part, Number(text)]];
    });
    return [{ name: "bounds given", budget: budgetOf(Object.fromEntries(parts)) }];
  }
  const planted = plantedBugs.filter((bug) => bug.variant === variant);
  if (planted.length === 0) return smallBounds;
  return planted.map(({ variant: name, budget }) => ({ name, budget }));
}
