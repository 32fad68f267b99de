import type { Stack } from "../../stack.ts";
import { requestPartition, verdictOf } from "../journal.ts";
import type { Journal } from "../journal.ts";

const pollMs = 25;
const askMs = 1000;
const againMs = 100;
const giveUpMs = 200_000;

/** Thrown when something did not come true by itself. */
export class NotInTime extends Error {
  override readonly name = "NotInTime";
}

/** Resolves when the condition holds. Rejects with NotInTime. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { msMax, what }: { msMax: number; what: string },
): Promise<void> {
  const deadline = performance.now() + msMax;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new NotInTime(`Not within ${msMax} ms: ${what}`);
    await Bun.sleep(pollMs);
  }
}

/** The same again, which has to be harmless, through whatever fault there is. Rejects as the last time when it takes too long. */
export async function untilDone<Result>(action: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + giveUpMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await Bun.sleep(againMs);
    }
  }
}

/** The partitions that the worker at this private listener owns; none where it does not answer. */
export async function ownedBy(operations: string): Promise<number[]> {
  const { roles = [] } = (await readyOf(operations)) as { roles?: readonly string[] };
  return roles.flatMap((role, partition) => (role === "Owner" ? [partition] : []));
}

export interface RecoveryOptions {
  readonly stack: Stack;
  readonly journal: Journal;
  readonly partitionCount: number;
  /** Of `performance`: requests sent before it prove nothing. */
  readonly since: number;
  readonly msMax: number;
}

/** Resolves when every process is at work again and every partition has answered a client. Rejects with NotInTime, saying what is missing. */
export async function recovered(options: RecoveryOptions): Promise<void> {
  const { stack, msMax, partitionCount } = options;
  const every = Array.from({ length: partitionCount }, (_, partition) => partition);
  const steps: readonly (readonly [string, () => boolean | Promise<boolean>])[] = [
    ["the gateway is ready, and so are its reads", () => gatewayServes(stack)],
    ["each worker owns one partition", () => workersShare(stack)],
    ["the projector is at work", () => isReady(stack.operations.projector)],
    ["query is at work", () => isReady(stack.operations.query)],
    ["each partition answers clients", () => every.every((each) => answered(options, each))],
  ];
  const deadline = performance.now() + msMax;
  for (const [what, holds] of steps) {
    await until(holds, { msMax: Math.max(0, deadline - performance.now()), what });
  }
}

/** Whether a process says that it is ready. */
export async function isReady(operations: string): Promise<boolean> {
  try {
    return (await fetch(`${operations}/readyz`, { signal: AbortSignal.timeout(askMs) })).ok;
  } catch {
    return false;
  }
}

async function gatewayServes({ url }: Stack): Promise<boolean> {
  const { status, reads } = (await readyOf(url)) as { status?: string; reads?: boolean };
  return status === "ready" && reads === true;
}

async function workersShare({ operations }: Stack): Promise<boolean> {
  const workers = [operations["engine-1"], operations["engine-2"]];
  const owned = await Promise.all(workers.map(ownedBy));
  return owned.every((partitions) => partitions.length === 1);
}

function answered({ journal, since, partitionCount }: RecoveryOptions, partition: number): boolean {
  const attempts = journal.attempts;
  for (let index = attempts.length - 1; index >= 0; index--) {
    const attempt = attempts[index];
    if (attempt === undefined || attempt.sentAt < since) return false;
    const isHere = requestPartition(attempt.request, partitionCount) === partition;
    if (isHere && verdictOf(attempt) !== "Unknown") return true;
  }
  return false;
}

/** A process that is away says nothing, and one that does not answer is as good as away. */
async function readyOf(operations: string): Promise<object> {
  try {
    const answer = await fetch(`${operations}/readyz`, { signal: AbortSignal.timeout(askMs) });
    return (await answer.json()) as object;
  } catch {
    return {};
  }
}
