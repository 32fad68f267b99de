import { join } from "node:path";

import { createWorker } from "../engine/worker.ts";
import type { Worker } from "../engine/worker.ts";
import type { OwnerStats } from "../engine/owner.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { kafkaTopicName } from "../ports/log/kafka-topics.ts";
import { GroupMember } from "../ports/log/rdkafka/group-member.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { openFileSnapshots } from "../ports/snapshot/snapshot-file.ts";
import { Topic } from "../schema/topics.ts";
import { childOptions, finish } from "./child-run.ts";
import { openBenchLog, settingsOf } from "./pipeline-place.ts";
import type { PipelinePlace } from "./pipeline-place.ts";

export interface EngineRunOptions {
  readonly place: PipelinePlace;
  /** Commands that are worked off before the time is taken, and up to which it is taken. Without an end it serves until it is killed. */
  readonly fromSeqNum: number;
  readonly toSeqNum: number | null;
}

export interface PipelineRun {
  readonly commandsPerSecond: number;
  /** Of all threads of the process. */
  readonly cpuUsPerCommand: number;
}

export interface EngineRun extends PipelineRun {
  readonly residentMiB: number;
}

const sessionTimeoutMs = 6000;
const pollMs = 4;

if (import.meta.main) finish(await run(childOptions<EngineRunOptions>()));

/** A worker as `engine/main.ts` makes it, its snapshots in files instead of MinIO. */
async function run({ place, fromSeqNum, toSeqNum }: EngineRunOptions): Promise<EngineRun> {
  const worker = await openWorker(place);
  worker.start();
  const start = await reached(worker, ({ foldedSeqNum }) => foldedSeqNum >= fromSeqNum);
  if (toSeqNum === null) process.stdout.write("ready\n");
  const last = toSeqNum ?? Infinity;
  const end = await reached(worker, ({ foldedSeqNum }) => foldedSeqNum >= last);
  const count = end.seqNum - start.seqNum;
  return {
    commandsPerSecond: (count / (end.at - start.at)) * 1000,
    cpuUsPerCommand: (end.cpuUs - start.cpuUs) / count,
    residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

async function openWorker(place: PipelinePlace): Promise<Worker> {
  const library = openLibrary([place.library]);
  const fail = (error: Error): never => {
    throw error;
  };
  return createWorker({
    log: await openBenchLog(place, library),
    snapshots: openFileSnapshots(join(place.folder, "snapshots")),
    clock: systemClock,
    node: "bench",
    build: "bench",
    keepsStandby: false,
    reclaimAfterMs: sessionTimeoutMs,
    join: (handlers) =>
      new GroupMember({
        library,
        settings: settingsOf(place),
        groupID: `${place.topicPrefix}engine`,
        instanceID: `bench-${process.pid}`,
        topic: kafkaTopicName(Topic.Orders, place.topicPrefix),
        sessionTimeoutMs,
        ...handlers,
      }),
    onRecovered: () => {},
    onTrouble: (_partition, _what, error) => fail(error),
    onHalted: (_partition, error) => fail(error),
    onFatal: fail,
  });
}

/** Where the worker stands when it has come so far. */
async function reached(worker: Worker, holds: (stats: OwnerStats) => boolean) {
  for (;;) {
    const stats = worker.hosts[0]?.stats ?? null;
    if (stats !== null && holds(stats)) {
      const { user, system } = process.cpuUsage();
      return { seqNum: stats.foldedSeqNum, at: performance.now(), cpuUs: user + system };
    }
    await Bun.sleep(pollMs);
  }
}
