import { CommandBuffer } from "../engine/core/command-buffer.ts";
import { Engine } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { CommandMix } from "./command-mix.ts";
import type { CommandMixOptions } from "./command-mix.ts";

/** So many ms of log time pass with each command. */
const appendTimeStep = 0.002;

/** Records of a mix, and one at a time at the start of a buffer. */
export class PackedCommands {
  readonly count: number;
  readonly byteCount: number;
  offset = 0;
  appendTime = 0;
  value: Uint8Array;
  readonly buffer = new CommandBuffer(4096);
  readonly view: DataView;
  /** The records' values, in order. */
  readonly values: readonly Uint8Array[];
  readonly #heads: (Uint8Array | undefined)[] = [];
  readonly #sendingTime: number;

  constructor(options: CommandMixOptions) {
    this.values = Array.from(new CommandMix(options).records(), ({ value }) => value);
    this.count = this.values.length;
    this.byteCount = this.values.reduce((sum, { length }) => sum + length, 0);
    this.value = this.buffer.bytes;
    this.view = this.buffer.view;
    this.#sendingTime = options.sendingTime;
  }

  load(index: number): void {
    const { bytes } = this.buffer;
    const value = this.values[index] ?? bytes;
    bytes.set(value);
    this.value = this.#heads[value.length] ??= bytes.subarray(0, value.length);
    this.offset = index;
    this.appendTime = this.appendTimeOf(index);
  }

  appendTimeOf(index: number): number {
    return this.#sendingTime + Math.floor(index * appendTimeStep);
  }
}

/** The core alone, on all of them. */
export function applyCore(commands: PackedCommands): void {
  const engine = new Engine();
  const out = new EventBuffer();
  for (let index = 0; index < commands.count; index++) {
    commands.load(index);
    out.reset();
    const { buffer, offset, appendTime } = commands;
    engine.apply(buffer, 0, offset, appendTime, offset + 1, out);
  }
}

/** Nanoseconds per command that this process was running for. */
export function processorNs(count: number, work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / count;
}
