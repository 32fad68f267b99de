import { parseArgs } from "node:util";

import { benchCore, coreParts } from "./core.bench.ts";
import type { CorePart } from "./core.bench.ts";
import { benchState } from "./core-state.bench.ts";
import { benchPipeline } from "./pipeline.bench.ts";
import { benchVenue } from "./venue.bench.ts";

const usage = `usage: bun run bench core [--rounds 3] [--passes 6] [--peer-seconds 120] [--orders 1000000]
                          [--parts contest,latency,replay,state] [--file STREAM…]
       bun run bench core-state [--orders 1000000]
       bun run bench venue [--seconds 10] [--profile one|kafka]    (kafka: on the stores of \`bun run services up\`)
       bun run bench pipeline [--pairs 5] [--commands 1000000]    (on the Kafka of \`bun run services up\`)
Prints a table and writes bench/results/<date>-<name>.json.`;

const print = (line: string): void => console.log(line);

const { values, positionals } = readArguments();
const [name, ...more] = positionals;
if (name === "core") {
  await benchCore({
    roundCount: count(values.rounds),
    passCount: count(values.passes),
    peerSeconds: count(values["peer-seconds"]),
    files: [...(values.file ?? []), ...more],
    parts: partsOf(values.parts),
    liveCount: count(values.orders),
    print,
  });
} else if (name === "core-state") {
  benchState({ liveCount: count(values.orders), print });
} else if (name === "venue") {
  const { profile } = values;
  if (profile !== "one" && profile !== "kafka") fail("--profile is one or kafka");
  await benchVenue({ seconds: count(values.seconds), profile, print });
} else if (name === "pipeline") {
  const commandCount = Number(values.commands);
  if (!(commandCount >= 10_000)) fail(`${values.commands} commands are too few`);
  await benchPipeline({ pairCount: count(values.pairs), commandCount, print });
} else {
  fail(name === undefined ? "What shall be measured?" : `There is no bench ${name}`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        file: { type: "string", multiple: true },
        parts: { type: "string" },
        "peer-seconds": { type: "string", default: "120" },
        rounds: { type: "string", default: "3" },
        profile: { type: "string", default: "one" },
        passes: { type: "string", default: "6" },
        pairs: { type: "string", default: "5" },
        commands: { type: "string", default: "1000000" },
        orders: { type: "string", default: "1000000" },
        seconds: { type: "string", default: "10" },
      },
    });
  } catch (error) {
    return fail((error as Error).message);
  }
}

/** All where none are named; of files, only what a stream has part in. */
function partsOf(given: string | undefined): ReadonlySet<CorePart> {
  const usual = values.file === undefined ? coreParts : (["contest", "latency"] as const);
  if (given === undefined) return new Set(usual);
  const names = given.split(",");
  const odd = names.find((part) => !coreParts.some((known) => known === part));
  if (odd !== undefined) fail(`There is no part ${odd}`);
  return new Set(coreParts.filter((part) => names.includes(part)));
}

function count(given: string): number {
  const value = Number(given);
  return Number.isInteger(value) && value > 0 && value <= 10_000_000
    ? value
    : fail(`${given} is no count`);
}

function fail(reason: string): never {
  console.error(`${reason}\n${usage}`);
  process.exit(2);
}
