import { readFileSync } from "node:fs";

import { runOrderStream } from "../ops/order-stream-run.ts";
import { readOrderStream } from "../ops/order-stream.ts";
import { childOptions, finish } from "./child-run.ts";
import { compileStream, timePass } from "./compiled-stream.ts";
import { numberStream } from "./numbered-stream.ts";

export interface CoreOptions {
  readonly path: string;
  readonly warmUpCount: number;
  readonly passCount: number;
  /** How long ids stay known, log time at a command each millisecond. */
  readonly idWindowMs: number;
  /** Also runs the stream with reports as the public benchmark wants them. */
  readonly isProved: boolean;
}

/** What this file prints when it is run as a process of its own. */
export interface CorePasses {
  readonly messageCount: number;
  readonly tradeCount: number;
  readonly tradedQty: number;
  readonly eventCount: number;
  /** As many orders are open at once at most, whatever trades. */
  readonly openMax: number;
  readonly priceMax: number;
  /** SHA-256 of the stream's report text; empty unless asked for. */
  readonly reportSha256: string;
  readonly nanosecondsPerCommand: readonly number[];
  readonly residentMiB: number;
}

if (import.meta.main) finish(run(childOptions<CoreOptions>()));

function run({ path, warmUpCount, passCount, idWindowMs, isProved }: CoreOptions): CorePasses {
  const stream = readOrderStream(readFileSync(path));
  const compiled = compileStream(numberStream(stream), warmUpCount);
  const times = Array.from({ length: passCount }, () => timePass(compiled, idWindowMs));
  return {
    messageCount: compiled.messageCount,
    tradeCount: compiled.tradeCount,
    tradedQty: compiled.tradedQty,
    eventCount: compiled.eventCount,
    openMax: compiled.openMax,
    priceMax: compiled.prices.reduce((most, price) => Math.max(most, price), 0),
    nanosecondsPerCommand: times.map(({ nanosecondsPerCommand }) => nanosecondsPerCommand),
    residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    reportSha256: isProved ? runOrderStream(stream).sha256 : "",
  };
}
