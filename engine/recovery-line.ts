import type { RecoveryReport } from "./recovery.ts";

/** What a recovery did and how long each step took, for a log line. */
export function recoveryFields(report: RecoveryReport): Record<string, unknown> {
  const { partition, epoch, snapshot, skippedSnapshots, tailSeqNum, steps, ms } = report;
  const fromStandby = !steps.some(({ step }) => step === "Snapshot");
  return {
    partition,
    epoch,
    from: fromStandby ? "standby" : snapshot === null ? "the first command" : "snapshot",
    ...(snapshot === null ? {} : { snapshotSeqNum: snapshot.seqNum }),
    tailSeqNum,
    ...(skippedSnapshots.length === 0 ? {} : { skippedSnapshots }),
    steps: steps.map(({ step, count, ms: stepMs }) => `${step} ${count} in ${round(stepMs)} ms`),
    ms: round(ms),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
