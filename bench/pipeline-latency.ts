import { bodyHeaderBytes } from "../schema/body.ts";
import type { RecordBatch } from "../ports/log/record-batch.ts";
import type { AppendRecord, Log } from "../ports/log/log.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { OutputChunkLayout } from "../schema/generated/output-chunk.ts";
import { TimeTickedLayout } from "../schema/generated/time-ticked.ts";
import { Topic } from "../schema/topics.ts";
import { childOptions, finish } from "./child-run.ts";
import { CommandMix } from "./command-mix.ts";
import { Histogram } from "./histogram.ts";
import { openBenchLog } from "./pipeline-place.ts";
import type { PipelinePlace } from "./pipeline-place.ts";

export interface LatencyOptions {
  readonly place: PipelinePlace;
  /** Bytes of each record where a copy loop answers; null where an engine does, and gets commands. */
  readonly copyBytes: number | null;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Milliseconds from when a command was produced to when its outcome was consumed. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The longest that a tick of the timer may be after the one before it and still count as on time. */
const tickNsMax = 1_200_000;
/** Where the template of a body's first event stands in a record of one chunk. */
const firstTemplateAt = headerBytes + OutputChunkLayout.blockLength + 4 + bodyHeaderBytes + 2;

if (import.meta.main) finish(await run(childOptions<LatencyOptions>()));

/**
 * The same client for the engine and for the copy loop, so that what it takes itself is in both. Commands come when they come, gathered to ticks of a millisecond, whatever the engine does; a stall of this process is charged to all whom
 * it kept waiting. Outcomes come in the order of the commands, so that the count tells whose they are.
 */
async function run(options: LatencyOptions): Promise<Latency> {
  const log = await openBenchLog(options.place);
  const { ratePerSecond, seconds, warmUpSeconds, copyBytes } = options;
  const count = ratePerSecond * seconds;
  const dueAt = new Float64Array(count);
  const histogram = new Histogram();
  const all = Promise.withResolvers<void>();
  let seen = 0;
  const from = await log.endOffset(Topic.OrderEvents, 0);
  log.followBatches(Topic.OrderEvents, 0, from, (batch) => {
    const now = Bun.nanoseconds();
    for (let index = 0; index < batch.count; index++) {
      if (copyBytes === null && isTick(batch, index)) continue;
      if (seen >= ratePerSecond * warmUpSeconds) histogram.record(now - (dueAt[seen] ?? now));
      seen++;
    }
    if (seen >= count) all.resolve();
  });
  await send(log, recordsOf(options, count), dueAt, ratePerSecond);
  await all.promise;
  return summary(histogram);
}

function recordsOf({ copyBytes, seed }: LatencyOptions, count: number): readonly AppendRecord[] {
  if (copyBytes !== null)
    return Array.from({ length: count }, () => ({ key: null, value: new Uint8Array(copyBytes) }));
  return [...new CommandMix({ seed, count, sendingTime: Date.now() }).commands()];
}

async function send(
  log: Log,
  commands: readonly AppendRecord[],
  dueAt: Float64Array,
  ratePerSecond: number,
): Promise<void> {
  const appends: Promise<unknown>[] = [];
  const startedAt = Bun.nanoseconds();
  let tick = startedAt;
  for (let next = 0; next < commands.length;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = Bun.nanoseconds();
    const due = Math.min(now, tick + tickNsMax);
    const target = Math.min(commands.length, ((now - startedAt) / 1e9) * ratePerSecond);
    for (; next < target; next++) {
      dueAt[next] = due;
      appends.push(log.append(Topic.Orders, 0, commands.slice(next, next + 1)));
    }
    tick = now;
  }
  await Promise.all(appends);
}

function isTick(batch: RecordBatch, index: number): boolean {
  batch.load(index);
  return batch.view.getUint16(firstTemplateAt, true) === TimeTickedLayout.templateId;
}

function summary(histogram: Histogram): Latency {
  const at = (fraction: number): number => histogram.percentile(fraction) / 1e6;
  return {
    count: histogram.count,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: histogram.max / 1e6,
  };
}
