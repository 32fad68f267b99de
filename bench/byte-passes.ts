import { readFileSync } from "node:fs";

import { CommandBuffer } from "../engine/core/command-buffer.ts";
import { Engine } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { OrderStreamCommands } from "../ops/order-stream-commands.ts";
import { readOrderStream } from "../ops/order-stream.ts";
import { bodyHeaderBytes } from "../schema/body.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { childOptions, finish } from "./child-run.ts";
import {
  batchCount,
  commandBytesMax,
  commandOf,
  compileStream,
  passLimits,
  writeBatch,
} from "./compiled-stream.ts";
import type { CompiledStream } from "./compiled-stream.ts";
import { numberStream } from "./numbered-stream.ts";

export interface BytePassOptions {
  readonly path: string;
  readonly warmUpCount: number;
  readonly passCount: number;
}

/** What this file prints when it is run as a process of its own; trades are those of the core, which says how long the events are. */
export interface BytePasses {
  readonly tradeCount: number;
  readonly tradedQty: number;
  readonly nanosecondsPerCommand: readonly number[];
}

const bodyHeaderWords = bodyHeaderBytes >>> 2;

if (import.meta.main) finish(run(childOptions<BytePassOptions>()));

/**
 * The least that any engine with these commands and events has to do: each word of a command is read once, each word of its events is
 * written once, and nothing is looked up, checked, kept or matched.
 */
function run({ path, warmUpCount, passCount }: BytePassOptions): BytePasses {
  const stream = readOrderStream(readFileSync(path));
  const compiled = compileStream(numberStream(stream), warmUpCount);
  const lengths = eventLengths(compiled);
  const out = new EventBuffer(lengths.reduce((most, length) => Math.max(most, length), 0));
  const { tradeCount, tradedQty } = compiled;
  const times = Array.from({ length: passCount }, () => timeBytes(compiled, lengths, out.words));
  return { tradeCount, tradedQty, nanosecondsPerCommand: times };
}

/** Of each message, where its last event ends in the buffer. */
function eventLengths(compiled: CompiledStream): Int32Array {
  const lengths = new Int32Array(compiled.messageCount);
  const engine = new Engine(passLimits(compiled.messageCount, 1));
  const source = new OrderStreamCommands();
  const out = new EventBuffer();
  let seqNum = 0;
  const apply = (command: CommandBuffer): number => {
    seqNum++;
    out.reset();
    engine.apply(command, 0, seqNum, source.time(seqNum), seqNum, out);
    return out.length;
  };
  for (const opening of source.opening()) apply(opening);
  for (let index = 0; index < lengths.length; index++) {
    lengths[index] = apply(commandOf(source, compiled, index));
  }
  return lengths;
}

/** Nanoseconds a command, after the warm-up. */
function timeBytes(compiled: CompiledStream, lengths: Int32Array, out: Int32Array): number {
  const { messageCount, warmUpCount } = compiled;
  const source = new OrderStreamCommands();
  const batch = new CommandBuffer(batchCount * commandBytesMax);
  let nanoseconds = 0;
  for (let index = 0; index < messageCount; index += batchCount) {
    const count = Math.min(batchCount, messageCount - index);
    writeBatch(source, compiled, index, count, batch);
    const startedAt = Bun.nanoseconds();
    for (let place = 0; place < count; place++) {
      moveWords(
        batch.words,
        (place * commandBytesMax) >>> 2,
        out,
        (lengths[index + place] ?? 0) >>> 2,
      );
    }
    if (index >= warmUpCount) nanoseconds += Bun.nanoseconds() - startedAt;
  }
  return nanoseconds / (messageCount - Math.ceil(warmUpCount / batchCount) * batchCount);
}

/** Reads the command at word `at` and writes as many words as its events have, all of which depend on what was read. */
function moveWords(commands: Int32Array, at: number, out: Int32Array, outEnd: number): void {
  const end = at + ((headerBytes + ((commands[at] ?? 0) & 0xffff)) >>> 2);
  let read = 0;
  for (let word = at; word < end; word++) read ^= commands[word] ?? 0;
  for (let word = bodyHeaderWords; word < outEnd; word++) out[word] = read;
}
