import { OutputRecords } from "../engine/output-records.ts";
import { appendClaim, recover } from "../engine/recovery.ts";
import type { RecoveryOptions } from "../engine/recovery.ts";
import { identityOf } from "../engine/partition-identity.ts";
import { Replica } from "../engine/replica.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { AppendBatch } from "../ports/log/append-batch.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { Topic } from "../schema/topics.ts";
import { childOptions, finish } from "./child-run.ts";
import type { CommandMixOptions } from "./command-mix.ts";
import { applyCore, PackedCommands, processorNs } from "./packed-commands.ts";
import { median } from "./report.ts";

/** Nanoseconds of processor time per command, medians. */
export interface Replay {
  readonly commandCount: number;
  readonly coreNs: number;
  /** With frames checked, bodies and hashes made. */
  readonly replicaNs: number;
  /** What a restart does: both logs read (from memory here), the outputs folded, each body compared with the one that stands. */
  readonly recoveryNs: number;
}

const passCount = 4;
const batchCount = 1024;

if (import.meta.main) finish(await run(childOptions<CommandMixOptions>()));

async function run(mix: CommandMixOptions): Promise<Replay> {
  const commands = new PackedCommands(mix);
  const options = await writeLogs(commands);
  const [core, replica, recovery]: number[][] = [[], [], []];
  for (let pass = 0; pass < passCount; pass++) {
    core?.push(processorNs(commands.count, () => applyCore(commands)));
    replica?.push(processorNs(commands.count, () => applyReplica(commands)));
    recovery?.push(await recoveryNs(commands.count, options));
  }
  const [coreNs, replicaNs, ns] = [core, replica, recovery].map((all = []) => median(all.slice(1)));
  return {
    commandCount: commands.count,
    coreNs: coreNs ?? NaN,
    replicaNs: replicaNs ?? NaN,
    recoveryNs: ns ?? NaN,
  };
}

function applyReplica(commands: PackedCommands): void {
  const replica = new Replica({});
  for (let index = 0; index < commands.count; index++) {
    commands.load(index);
    replica.apply(commands);
  }
}

async function recoveryNs(count: number, options: RecoveryOptions): Promise<number> {
  Bun.gc(true);
  const before = process.cpuUsage();
  const { steps } = await recover(options);
  const { user, system } = process.cpuUsage(before);
  const replayed = steps.find(({ step }) => step === "Replay")?.count;
  if (replayed !== count) throw new Error(`${replayed} of ${count} commands were replayed`);
  return ((user + system) * 1000) / count;
}

/** Both logs of a partition as an owner leaves them. */
async function writeLogs(commands: PackedCommands): Promise<RecoveryOptions> {
  let index = 0;
  const clock: Clock = { ...systemClock, now: () => commands.appendTimeOf(index) };
  const log = createMemoryLog({ partitionCount: 1, clock });
  const owner = { partition: 0, node: "bench", build: "bench" };
  const options = {
    log,
    clock: systemClock,
    snapshots: createMemorySnapshots(),
    limits: {},
    ...owner,
  };
  const epoch = await appendClaim(options, identityOf(log, owner.partition));
  const replica = new Replica({});
  const records = new OutputRecords(epoch);
  const batch = new AppendBatch();
  for (; index < commands.count; index++) {
    const value = commands.values[index] ?? new Uint8Array();
    await log.append(Topic.Orders, owner.partition, [{ key: null, value }]);
    commands.load(index);
    records.encode(replica.apply(commands), replica.seqNum, batch);
    if (batch.count < batchCount && index < commands.count - 1) continue;
    await log.appendBatch(Topic.OrderEvents, owner.partition, batch);
    batch.reset();
  }
  return options;
}
