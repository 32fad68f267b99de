import { readFileSync } from "node:fs";

import { childOptions, finish } from "./child-run.ts";
import { readNumberedStream } from "./numbered-stream.ts";
import type { NumberedStream } from "./numbered-stream.ts";
import { peerLibraries } from "./peers/libraries.ts";
import type { PeerName } from "./peers/libraries.ts";
import type { PeerMaker } from "./peers/peer.ts";

export interface PeerOptions {
  readonly peer: PeerName;
  readonly path: string;
  readonly warmUpCount: number;
  readonly passCount: number;
  /** A pass that takes longer is given up; no further one starts after a quarter of it. */
  readonly secondsMax: number;
}

/** What this file prints when it is run as a process of its own. */
export interface PeerPasses {
  /** Of the messages after the warm-up, one number a pass. */
  readonly nanosecondsPerMessage: readonly number[];
  readonly tradeCount: number;
  readonly tradedQty: number;
  /** Why there is no whole pass; null where there is one. */
  readonly unfinished: string | null;
}

const stepCount = 256;

if (import.meta.main) finish(await run(childOptions<PeerOptions>()));

async function run(options: PeerOptions): Promise<PeerPasses> {
  const library = peerLibraries[options.peer];
  const make = await library.load();
  if (make === null) return without(`not at hand: ${library.absence}`);
  const stream = readNumberedStream(readFileSync(options.path));
  const startedAt = Bun.nanoseconds();
  const passes: PeerPasses[] = [];
  const isQuick = (): boolean => Bun.nanoseconds() - startedAt < (options.secondsMax / 4) * 1e9;
  do passes.push(pass(make, stream, options));
  while (passes.length < options.passCount && isQuick());
  const last = passes.find(({ unfinished }) => unfinished !== null) ?? passes.at(-1);
  if (last === undefined) return without("no pass");
  return {
    ...last,
    nanosecondsPerMessage: passes.flatMap(({ nanosecondsPerMessage }) => nanosecondsPerMessage),
  };
}

function pass(make: PeerMaker, stream: NumberedStream, options: PeerOptions): PeerPasses {
  const { warmUpCount, secondsMax } = options;
  const peer = make(stream);
  const startedAt = Bun.nanoseconds();
  let timedFrom = startedAt;
  for (let first = 0; first < stream.messageCount;) {
    const end = nextStop(first, stream.messageCount, warmUpCount);
    try {
      peer.run(first, end);
    } catch (error) {
      return without(`it threw before message ${end}: ${(error as Error).message}`);
    }
    const now = Bun.nanoseconds();
    if (end === warmUpCount) timedFrom = now;
    if (now - startedAt > secondsMax * 1e9) {
      return without(`${end} of ${stream.messageCount} messages in ${secondsMax} s`);
    }
    first = end;
  }
  const nanoseconds = (Bun.nanoseconds() - timedFrom) / (stream.messageCount - warmUpCount);
  const { tradeCount, tradedQty } = peer;
  return { nanosecondsPerMessage: [nanoseconds], tradeCount, tradedQty, unfinished: null };
}

function nextStop(first: number, messageCount: number, warmUpCount: number): number {
  const end = Math.min(first + stepCount, messageCount);
  return first < warmUpCount && warmUpCount < end ? warmUpCount : end;
}

function without(unfinished: string): PeerPasses {
  return { nanosecondsPerMessage: [], tradeCount: 0, tradedQty: 0, unfinished };
}
