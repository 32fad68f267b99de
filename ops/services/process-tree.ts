import { readdirSync, readFileSync } from "node:fs";

/** A process and all that came of it, parents first. Servers put their children into sessions of their own: no signal to a group reaches them. */
export function processTree(pid: number): number[] {
  const childrenOf = Map.groupBy(processes(), ({ parent }) => parent);
  const tree = [pid];
  for (const each of tree) {
    tree.push(...(childrenOf.get(each) ?? []).map((child) => child.pid));
  }
  return tree;
}

/** Sends it to each; those that have ended meanwhile are passed over. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Whether it still runs; one that is dead and not yet fetched by its parent does not. */
export function isRunning(pid: number): boolean {
  const fields = statFields(pid);
  return fields !== null && fields[0] !== "Z";
}

function processes(): { pid: number; parent: number }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      const fields = statFields(pid);
      return fields === null ? [] : [{ pid, parent: Number(fields[1]) }];
    });
}

/** What follows the name in /proc/PID/stat: state, parent, …; null when the process is gone. The name may hold blanks and brackets. */
export function statFields(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}
