import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { runOrderStream } from "./order-stream-run.ts";
import { OrderStreamError, readOrderStream } from "./order-stream.ts";

/**
 * `bun run conformance FILE…`: runs order streams (`.bin`, `.bin.zst`) through the core and prints a line a file: name, messages, trades,
 * SHA-256 of the canonical report text. Exits with 1 when a file is missing or no order stream; the others are run all the same.
 */
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: bun run conformance FILE…   (order streams, .bin or .bin.zst)");
  process.exit(1);
}
const outcomes = files.map(printResult);
process.exit(outcomes.every((isGood) => isGood) ? 0 : 1);

function printResult(file: string): boolean {
  try {
    const { messageCount, tradeCount, sha256 } = runOrderStream(
      readOrderStream(readFileSync(file)),
    );
    console.log(`${basename(file)}  ${messageCount} messages  ${tradeCount} trades  ${sha256}`);
    return true;
  } catch (error) {
    if (!(error instanceof OrderStreamError) && !isFileError(error)) throw error;
    console.error(`${file}: ${error.message}`);
    return false;
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
