import { CommandBuffer } from "../engine/core/command-buffer.ts";
import { Engine } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { EventCounts } from "../engine/event-counts.ts";
import { OutputRecords } from "../engine/output-records.ts";
import { Replica } from "../engine/replica.ts";
import { AppendBatch } from "../ports/log/append-batch.ts";
import { childOptions, finish } from "./child-run.ts";
import { CommandMix } from "./command-mix.ts";
import type { CommandMixOptions } from "./command-mix.ts";
import { median } from "./report.ts";

export interface EngineAlone {
  readonly commandCount: number;
  readonly inBytes: number;
  readonly outBytes: number;
  /** What the mix came to: share of all events by kind, in percent. */
  readonly events: Readonly<Record<string, number>>;
  /** Nanoseconds of processor time per command, medians: the core alone, and with frames checked, bodies, hashes and records made. */
  readonly coreNs: number;
  readonly engineNs: number;
}

const passCount = 5;
const appendTimeStep = 0.002;
const batchCount = 1024;

if (import.meta.main) finish(run(childOptions<CommandMixOptions>()));

/** The same commands in memory, one behind the other through one buffer, as the log's reader hands them over. */
function run(options: CommandMixOptions): EngineAlone {
  const commands = new PackedCommands(options);
  const core: number[] = [];
  const engine: number[] = [];
  const counts = new EventCounts();
  let outBytes = 0;
  for (let pass = 0; pass < passCount; pass++) {
    core.push(timed(commands.count, () => applyCore(commands)));
    engine.push(
      timed(commands.count, () => {
        outBytes = applyEngine(commands, pass === 0 ? counts : null);
      }),
    );
  }
  return {
    commandCount: commands.count,
    inBytes: commands.byteCount / commands.count,
    outBytes: outBytes / commands.count,
    events: sharesOf(counts),
    coreNs: median(core.slice(1)),
    engineNs: median(engine.slice(1)),
  };
}

function applyCore(commands: PackedCommands): void {
  const engine = new Engine();
  const out = new EventBuffer();
  for (let index = 0; index < commands.count; index++) {
    commands.load(index);
    out.reset();
    const { buffer, offset, appendTime } = commands;
    engine.apply(buffer, 0, offset, appendTime, offset + 1, out);
  }
}

/** Returns the bytes of all records. */
function applyEngine(commands: PackedCommands, counts: EventCounts | null): number {
  const replica = new Replica({});
  const records = new OutputRecords(0);
  const batch = new AppendBatch();
  let byteCount = 0;
  for (let index = 0; index < commands.count; index++) {
    commands.load(index);
    const body = replica.applyInPlace(commands);
    records.encode(body, replica.seqNum, batch);
    counts?.add(body);
    if (batch.count < batchCount) continue;
    byteCount += batch.length;
    batch.reset();
  }
  return byteCount + batch.length;
}

/** Nanoseconds per command that this process was running for. */
function timed(count: number, work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / count;
}

function sharesOf({ kinds }: EventCounts): Record<string, number> {
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const share = (count: number): number => Math.round((count / total) * 1000) / 10;
  return Object.fromEntries(kinds.map(({ kind, count }) => [kind, share(count)]));
}

/** Records of a mix, and one at a time at the start of a buffer. */
class PackedCommands {
  readonly count: number;
  readonly byteCount: number;
  offset = 0;
  appendTime = 0;
  value: Uint8Array;
  readonly buffer = new CommandBuffer(4096);
  readonly view: DataView;
  readonly #values: Uint8Array[];
  readonly #heads: (Uint8Array | undefined)[] = [];
  readonly #sendingTime: number;

  constructor(options: CommandMixOptions) {
    this.#values = Array.from(new CommandMix(options).records(), ({ value }) => value);
    this.count = this.#values.length;
    this.byteCount = this.#values.reduce((sum, { length }) => sum + length, 0);
    this.value = this.buffer.bytes;
    this.view = this.buffer.view;
    this.#sendingTime = options.sendingTime;
  }

  load(index: number): void {
    const { bytes } = this.buffer;
    const value = this.#values[index] ?? bytes;
    bytes.set(value);
    this.value = this.#heads[value.length] ??= bytes.subarray(0, value.length);
    this.offset = index;
    this.appendTime = this.#sendingTime + Math.floor(index * appendTimeStep);
  }
}
