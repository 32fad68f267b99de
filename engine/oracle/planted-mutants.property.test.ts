import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { streamOf } from "./command-stream.ts";
import { firstDivergence, subjectOfOracle } from "./comparison.ts";
import { NaiveEngine } from "./naive-engine.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./planted-mutants.ts";
import { begunAt, featureOfAction, ofFirstSemantics, shapeOf } from "./stream-shape.ts";
import type { Feature, StreamShape } from "./stream-shape.ts";

const commandsMax = 150_000;
const commandsPerSeed = 1_000;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "orderbook-mutants-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the oracle agrees with itself", () => {
  expect(commandsUntilCaught(NaiveEngine, 5_000)).toBeNull();
}, 60_000);

for (const mutant of mutants) {
  test(`the comparison finds that ${mutant.bug}`, async () => {
    const caughtAfter = commandsUntilCaught(await plant(mutant), commandsMax, mutant);
    expect(caughtAfter).toBeLessThan(commandsMax);
  }, 120_000);
}

/** How many commands it takes until the engine differs from the oracle; null when `most` show nothing. */
function commandsUntilCaught(
  Engine: typeof NaiveEngine,
  most: number,
  { among, begun }: Pick<Mutant, "among" | "begun"> = {},
): number | null {
  for (let done = 0; done < most; done += commandsPerSeed) {
    const seed = 1 + done / commandsPerSeed;
    const swarm = shapeOf(seed);
    const plain = among === undefined ? swarm : shapeOfThese(swarm, among);
    const shape = begun === undefined ? plain : begunAt(plain, begun);
    const subject = subjectOfOracle(new Engine(shape.limits, shape.semantics));
    const divergence = firstDivergence(streamOf(seed, commandsPerSeed, shape), subject);
    if (divergence !== null) return done + divergence.record.seqNum;
  }
  return null;
}

/** Streams of these features alone: no action stands for another one. */
function shapeOfThese(swarm: StreamShape, among: readonly Feature[]): StreamShape {
  const features = new Set(among);
  const weights = { ...swarm.weights };
  for (const [action, feature] of Object.entries(featureOfAction)) {
    if (!features.has(feature)) weights[action as keyof typeof featureOfAction] = 0;
  }
  return { ...ofFirstSemantics(swarm), features, weights };
}

/** A copy of the oracle with the bug in it. */
async function plant(mutant: Mutant): Promise<typeof NaiveEngine> {
  const home = join(folder, String(mutants.indexOf(mutant)));
  mkdirSync(home);
  for (const name of readdirSync(import.meta.dirname)) {
    if (!/^naive-[a-z-]+\.ts$/.test(name)) continue;
    const source = readFileSync(join(import.meta.dirname, name), "utf8");
    const changed = name === mutant.file ? exchange(source, mutant) : source;
    writeFileSync(
      join(home, name),
      changed.replaceAll("../../schema/", `${join(import.meta.dirname, "../../schema")}/`),
    );
  }
  const planted = (await import(join(home, "naive-engine.ts"))) as {
    NaiveEngine: typeof NaiveEngine;
  };
  return planted.NaiveEngine;
}

function exchange(source: string, { bug, from, to }: Mutant): string {
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(`The passage for "${bug}" stands ${parts.length - 1} times`);
  const needed = ["rest", "takeOff", "emitCanceled"].filter((name) => to.includes(`${name}(`));
  const missing = needed.filter((name) => !new RegExp(`import \\{[^}]*\\b${name}\\b`).test(source));
  const head =
    missing.length > 0 ? `import { ${missing.join(", ")} } from "./naive-book.ts";\n` : "";
  return head + parts.join(to);
}
