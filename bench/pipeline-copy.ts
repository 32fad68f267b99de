import { AppendBatch } from "../ports/log/append-batch.ts";
import type { RecordBatch } from "../ports/log/record-batch.ts";
import { Topic } from "../schema/topics.ts";
import { childOptions, finish } from "./child-run.ts";
import type { PipelineRun } from "./pipeline-engine.ts";
import { openBenchLog } from "./pipeline-place.ts";
import type { PipelinePlace } from "./pipeline-place.ts";

export interface CopyRunOptions {
  readonly place: PipelinePlace;
  readonly outBytes: number;
  readonly fromCount: number;
  readonly toCount: number;
}

/** As an owner's. */
const inFlightCountMax = 1;

if (import.meta.main) finish(await run(childOptions<CopyRunOptions>()));

/** An engine worker's way through Kafka with a copy in place of the engine: each command comes out as a record of `outBytes`. */
async function run({ place, outBytes, fromCount, toCount }: CopyRunOptions): Promise<PipelineRun> {
  const log = await openBenchLog(place);
  const outputs = new AppendBatch();
  const inFlight: Promise<void>[] = [];
  const start = Promise.withResolvers<Mark>();
  const end = Promise.withResolvers<void>();
  let count = 0;
  log.followBatches(Topic.Orders, 0, 0, async (batch) => {
    copyAll(batch, outputs, outBytes);
    inFlight.push(log.appendBatch(Topic.OrderEvents, 0, outputs));
    count += batch.count;
    if (count >= fromCount) start.resolve(mark(count));
    if (count >= toCount) return end.resolve();
    if (inFlight.length > inFlightCountMax) await inFlight.shift();
  });
  const from = await start.promise;
  await end.promise;
  const to = mark(count);
  await Promise.all(inFlight);
  const last = mark(count);
  return {
    commandsPerSecond: ((to.count - from.count) / (last.at - from.at)) * 1000,
    cpuUsPerCommand: (last.cpuUs - from.cpuUs) / (to.count - from.count),
  };
}

function copyAll(batch: RecordBatch, outputs: AppendBatch, outBytes: number): void {
  outputs.reset();
  for (let index = 0; index < batch.count; index++) {
    batch.load(index);
    const at = outputs.add(outBytes);
    outputs.bytes.set(batch.value, at);
  }
}

interface Mark {
  readonly count: number;
  readonly at: number;
  readonly cpuUs: number;
}

function mark(count: number): Mark {
  const { user, system } = process.cpuUsage();
  return { count, at: performance.now(), cpuUs: user + system };
}
