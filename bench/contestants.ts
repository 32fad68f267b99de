import type { BytePasses, BytePassOptions } from "./byte-passes.ts";
import { runChild } from "./child-run.ts";
import type { CoreOptions, CorePasses } from "./core-passes.ts";
import type { PeerOptions, PeerPasses } from "./peer-passes.ts";
import { peerLibraries } from "./peers/libraries.ts";
import type { PeerName } from "./peers/libraries.ts";
import { median } from "./report.ts";
import { sharedFile } from "./shared-folder.ts";

/** Where a stream stands, and what the core says about it. */
export interface StreamPlace {
  readonly path: string;
  readonly warmUpCount: number;
  readonly openMax: number;
  readonly priceMax: number;
}

/** Nanoseconds a message, and what the stream came to. */
export interface Passes {
  readonly cold: number;
  readonly best: number;
  /** Of the passes after the cold one, where there are any. */
  readonly median: number;
  readonly tradeCount: number;
  readonly tradedQty: number;
}

export interface Contestant {
  readonly name: string;
  /** As many times the core's time as it is meant to take at least; null where that is not asked. */
  readonly bar: number | null;
  /** Runs the stream in a process of its own; a text where it did not come to its end. */
  run(place: StreamPlace): Promise<Passes | string>;
}

export interface ContestOptions {
  /** Passes over the whole stream in each process; the first is the cold one. */
  readonly passCount: number;
  /** The longest that a pass of a peer may take. */
  readonly peerSeconds: number;
}

/** How long ids stay known, log time at a command each millisecond: as in production, and as little as can be. */
const idWindows = [600_000, 1] as const;

/** The core first, as it runs in production; the others' times are measured against that. */
export function contestants(options: ContestOptions): readonly Contestant[] {
  const cores = idWindows.map((idWindowMs) => core(idWindowMs, options.passCount));
  const peers = (Object.keys(peerLibraries) as PeerName[]).map((name) => peer(name, options));
  return [...cores, bytesAlone(options.passCount), ...paceMaker(options.passCount), ...peers];
}

/** What the format of commands and events costs whoever has it. */
function bytesAlone(passCount: number): Contestant {
  return {
    name: "bytes alone: commands read, events written",
    bar: null,
    run: async ({ path, warmUpCount }) => {
      const options = { path, warmUpCount, passCount };
      const passes = await runChild<BytePasses>(
        "byte-passes.ts",
        options satisfies BytePassOptions,
      );
      return passesOf(passes.nanosecondsPerCommand, passes);
    },
  };
}

function core(idWindowMs: number, passCount: number): Contestant {
  return {
    name: `core, ids known for ${idWindowMs} ms`,
    bar: null,
    run: async ({ path, warmUpCount }) => {
      const options = { path, warmUpCount, passCount, idWindowMs, isProved: false };
      const passes = await runChild<CorePasses>("core-passes.ts", options satisfies CoreOptions);
      return passesOf(passes.nanosecondsPerCommand, passes);
    },
  };
}

function peer(name: PeerName, { passCount, peerSeconds }: ContestOptions): Contestant {
  const { title, bar } = peerLibraries[name];
  return {
    name: title,
    bar,
    run: async ({ path, warmUpCount }) => {
      const options = { peer: name, path, warmUpCount, passCount, secondsMax: peerSeconds };
      const passes = await runChild<PeerPasses>("peer-passes.ts", options satisfies PeerOptions);
      return passes.unfinished ?? passesOf(passes.nanosecondsPerMessage, passes);
    },
  };
}

const paceSlots = 2 ** 17;
const paceTicksLog2 = 17;

function paceMaker(passCount: number): readonly Contestant[] {
  const script = sharedFile("pace", "ladder.ts");
  if (script === null) return [];
  return [
    { name: "pace-maker: bare ladder", bar: null, run: (place) => pace(script, place, passCount) },
  ];
}

/** Its tables are as large as what lives asks for: more than that slows it down. */
async function pace(
  script: string,
  place: StreamPlace,
  passCount: number,
): Promise<Passes | string> {
  const slots = Math.max(paceSlots, 2 ** Math.ceil(Math.log2(place.openMax + 2)));
  const ticksLog2 = Math.max(paceTicksLog2, Math.ceil(Math.log2(place.priceMax + 2)));
  if (ticksLog2 > 26) return "prices that its ladder does not reach";
  const child = Bun.spawn([process.execPath, script, place.path, "thr", `${passCount}`], {
    env: { ...process.env, CAP: `${slots}`, LOG: `${ticksLog2}` },
    stderr: "inherit",
  });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("The pace-maker failed");
  const { first, best, med, trades, tqty } = JSON.parse(text) as Record<
    "first" | "best" | "med" | "trades" | "tqty",
    number
  >;
  return { cold: first, best, median: med, tradeCount: trades, tradedQty: tqty };
}

function passesOf(
  [cold = NaN, ...warm]: readonly number[],
  { tradeCount, tradedQty }: { readonly tradeCount: number; readonly tradedQty: number },
): Passes {
  const best = Math.min(cold, ...warm);
  return { cold, best, median: warm.length === 0 ? cold : median(warm), tradeCount, tradedQty };
}
