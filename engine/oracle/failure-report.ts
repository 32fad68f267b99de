import { inspect } from "node:util";

import { checkMessage } from "../../schema/frame.ts";
import { decodeBlock, headerBytes } from "../../schema/generated/records.ts";
import type { AnyMessage } from "../../schema/generated/records.ts";
import { readRecord } from "./command-stream.ts";
import type { StreamRecord } from "./command-stream.ts";
import type { TrialFailure } from "./core-trial.ts";

/** What a failing seed prints: one line to paste, then the fewest records that still show it. */
export function failureReport(options: {
  readonly seed: number;
  readonly commandCount: number;
  readonly failure: TrialFailure;
  readonly records: readonly StreamRecord[];
}): string {
  const { seed, commandCount, failure, records } = options;
  return [
    `${failure.what}, at seqNum ${failure.record.seqNum}`,
    `ORACLE_SEED=${seed} ORACLE_COMMANDS=${commandCount} bun test --path-ignore-patterns= ./engine/oracle/core-against-oracle.long.test.ts`,
    `The fewest records that show it (${records.length}):`,
    ...records.map(({ bytes, appendTime }) => `${appendTime} ${shown(readRecord(bytes))}`),
    ...divergenceLines(failure),
  ].join("\n");
}

function divergenceLines({ divergence }: TrialFailure): string[] {
  if (divergence === null) return [];
  const { expected, actual } = divergence;
  return [
    `at ${shown(readRecord(divergence.record.bytes))}`,
    ...expected.map((event) => `oracle: ${shown(event)}`),
    ...(actual instanceof Error
      ? [`core:   throws ${actual.stack ?? actual.message}`]
      : messagesIn(actual).map((event) => `core:   ${shown(event)}`)),
  ];
}

/** The messages that stand one behind the other; ends with a word where the bytes are none. */
function messagesIn(bytes: Uint8Array): (AnyMessage | string)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: (AnyMessage | string)[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = checkMessage(view, at, bytes.length);
    if (end < 0) return [...messages, `no message at byte ${at}`];
    messages.push(decodeBlock(view.getUint16(at + 2, true), view, at + headerBytes));
    at = end;
  }
  return messages;
}

function shown(value: unknown): string {
  return inspect(unfolded(value), { breakLength: Infinity, compact: true });
}

/** A list with its items as messages. */
function unfolded(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("items" in value)) return value;
  return value.items instanceof Uint8Array ? { ...value, items: messagesIn(value.items) } : value;
}
