import type { SeededRandom } from "../../seeded-random.ts";
import type { Stack, StackWorker } from "../../stack.ts";
import { stackMembers } from "../../stack/stack-environment.ts";
import type { StackMember } from "../../stack/stack-environment.ts";
import type { Fault } from "../fault.ts";
import { isReady, ownedBy, until } from "./recovery.ts";

/** As a fault of a store, of the venue's own processes. */
export interface ProcessFault extends Omit<Fault, "name"> {
  readonly name: "kill" | "zombie" | "rebalance";
}

const workers = ["engine-1", "engine-2"] as const;
type Worker = (typeof workers)[number];

const takeOverMsMax = 60_000;
const againMsMax = 1500;
const sleepMs = { least: 1000, most: 4000 };

/** kill -9 of one of the venue's processes, sometimes of two, sometimes once more while it starts. */
export function killFault(
  stack: Stack,
  target: StackMember,
  other: StackMember | null,
): ProcessFault {
  const targets = other === null ? [target] : [target, other];
  let detail = "";
  return {
    name: "kill",
    target: targets.join("+"),
    get detail() {
      return detail;
    },
    begin: async (random) => {
      for (const member of targets) stack.processes[member].kill("SIGKILL");
      const again = random.next() < 0.25;
      detail = again ? "and again" : "";
      if (!again) return;
      await Bun.sleep(random.integer(0, againMsMax));
      stack.processes[target].kill("SIGKILL");
    },
    end: () => Promise.resolve(),
  };
}

/** A process that sleeps and wakes: a worker until another has taken its partition over, others for a while. */
export function zombieFault(stack: Stack, target: StackMember): ProcessFault {
  let detail = "";
  return {
    name: "zombie",
    target,
    get detail() {
      return detail;
    },
    begin: async (random) => {
      const asleepAt = performance.now();
      stack.processes[target].kill("SIGSTOP");
      if (target === "engine-1" || target === "engine-2") await ownsAll(stack, otherThan(target));
      else await Bun.sleep(random.integer(sleepMs.least, sleepMs.most));
      detail = `asleep for ${Math.round(performance.now() - asleepAt)} ms`;
    },
    end: () => {
      stack.processes[target].kill("SIGCONT");
      return Promise.resolve();
    },
  };
}

/** Partitions that move while everybody is well: a worker that goes and comes back, or one more that stands in for it meanwhile. */
export function rebalanceFault(
  stack: Stack,
  { target, hasGuest }: { target: Worker; hasGuest: boolean },
): ProcessFault {
  const child = stack.processes[target];
  let guest: StackWorker | null = null;
  let detail = "";
  return {
    name: "rebalance",
    target,
    get detail() {
      return detail;
    },
    begin: async (random) => {
      const isShort = !hasGuest && random.next() < 0.3;
      detail = isShort ? "gone for a moment" : "gone until another has its partition";
      if (hasGuest) guest = await joined(stack.startWorker("engine-3"));
      child.hold();
      child.kill("SIGTERM");
      await child.ended();
      if (guest !== null) {
        detail = "a guest stands in";
        await owns(guest.operations, 1, "the guest");
      } else if (!isShort) await ownsAll(stack, otherThan(target));
    },
    end: async () => {
      child.release();
      await guest?.process.stop();
      guest = null;
    },
  };
}

/** It is in the group once it says so: a worker joins before it is ready. */
async function joined(worker: StackWorker): Promise<StackWorker> {
  const what = "the guest is at work";
  await until(() => isReady(worker.operations), { msMax: takeOverMsMax, what });
  return worker;
}

function otherThan(worker: Worker): Worker {
  return worker === "engine-1" ? "engine-2" : "engine-1";
}

function ownsAll(stack: Stack, member: Worker): Promise<void> {
  return owns(stack.operations[member], 2, member);
}

function owns(operations: string, count: number, who: string): Promise<void> {
  const what = `${who} owns ${count} partitions`;
  const holds = async (): Promise<boolean> => (await ownedBy(operations)).length === count;
  return until(holds, { msMax: takeOverMsMax, what });
}

/** Workers die more often than others: most of the promises are theirs. */
export function someMember(random: SeededRandom): StackMember {
  const all: readonly StackMember[] = [...stackMembers, ...workers];
  return all[random.integer(0, all.length - 1)] ?? "engine-1";
}

export function someWorker(random: SeededRandom): Worker {
  return random.next() < 0.5 ? "engine-1" : "engine-2";
}
