import { readFileSync } from "node:fs";

import { runOrderStream } from "../ops/order-stream-run.ts";
import { readOrderStream } from "../ops/order-stream.ts";
import { compileStream, timePass } from "./compiled-stream.ts";

/** What this file prints when it is run as a process of its own. */
export interface CorePasses {
  readonly messageCount: number;
  readonly tradeCount: number;
  readonly eventCount: number;
  /** SHA-256 of the stream's report text; empty unless asked for. */
  readonly reportSha256: string;
  readonly nanosecondsPerCommand: readonly number[];
  readonly residentMiB: number;
}

if (import.meta.main) {
  const [path = "", passCount = "1", idWindowMs = "1", proof = "unproved"] = process.argv.slice(2);
  const stream = readOrderStream(readFileSync(path));
  const compiled = compileStream(stream);
  const times = Array.from({ length: Number(passCount) }, () =>
    timePass(compiled, Number(idWindowMs)),
  );
  const result: CorePasses = {
    messageCount: compiled.messageCount,
    tradeCount: compiled.tradeCount,
    eventCount: compiled.eventCount,
    nanosecondsPerCommand: times.map(({ nanosecondsPerCommand }) => nanosecondsPerCommand),
    residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    reportSha256: proof === "proved" ? runOrderStream(stream).sha256 : "",
  };
  process.stdout.write(JSON.stringify(result));
}
