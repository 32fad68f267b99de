import { EventCounts } from "../engine/event-counts.ts";
import { OutputRecords } from "../engine/output-records.ts";
import { Replica } from "../engine/replica.ts";
import { AppendBatch } from "../ports/log/append-batch.ts";
import { childOptions, finish } from "./child-run.ts";
import type { CommandMixOptions } from "./command-mix.ts";
import { applyCore, PackedCommands, processorNs } from "./packed-commands.ts";
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
    core.push(processorNs(commands.count, () => applyCore(commands)));
    engine.push(
      processorNs(commands.count, () => {
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

/** Returns the bytes of all records. */
function applyEngine(commands: PackedCommands, counts: EventCounts | null): number {
  const replica = new Replica({});
  const records = new OutputRecords(0);
  const batch = new AppendBatch();
  let byteCount = 0;
  for (let index = 0; index < commands.count; index++) {
    commands.load(index);
    const body = replica.apply(commands);
    records.encode(body, replica.seqNum, batch);
    counts?.add(body);
    if (batch.count < batchCount) continue;
    byteCount += batch.length;
    batch.reset();
  }
  return byteCount + batch.length;
}

function sharesOf({ kinds }: EventCounts): Record<string, number> {
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const share = (count: number): number => Math.round((count / total) * 1000) / 10;
  return Object.fromEntries(kinds.map(({ kind, count }) => [kind, share(count)]));
}
