import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Resident bytes of a process, or 0 when it is gone. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, "VmRSS");
}

/** Resident bytes that are not of a file or shared, of a process and all its descendants. */
export function treeBytes(pid: number): number {
  const children = childrenByParent();
  let bytes = 0;
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    bytes += statusBytes(next, "RssAnon");
    waiting.push(...(children.get(next) ?? []));
  }
  return bytes;
}

/** Pids of the processes that `services` keeps in a data folder, by name. */
export function servicePids(dataFolder: string): ReadonlyMap<string, number> {
  const folder = join(dataFolder, "run");
  const pids = new Map<string, number>();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".pid")) continue;
    const { pid } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { pid: number };
    pids.set(name.slice(0, -".pid".length), pid);
  }
  return pids;
}

function statusBytes(pid: number, field: string): number {
  const text = readOrEmpty(`/proc/${pid}/status`);
  const kilobytes = new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(text)?.[1] ?? "0";
  return Number(kilobytes) * 1024;
}

function childrenByParent(): ReadonlyMap<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readOrEmpty(`/proc/${name}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "0");
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

/** A process may end between two looks. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}
