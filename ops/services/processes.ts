import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Folders } from "./folders.ts";
import { statFields } from "./process-tree.ts";
import { ServiceError, type Launch } from "./service.ts";

const stopMs = 20_000;
const pollMs = 50;

/** Starts a process of its own session, with its output in a log file, and remembers its pid. */
export function launch(folders: Folders, spec: Launch): void {
  spec.beforeLaunch?.();
  const log = openSync(logPath(folders, spec.process), "a", 0o600);
  try {
    const child = Bun.spawn(asUser(spec), {
      cwd: spec.cwd,
      env: { ...process.env, ...spec.environment },
      stdin: "ignore",
      stdout: log,
      stderr: log,
      detached: true,
    });
    child.unref();
    const started = { pid: child.pid, startedAt: startTimeOf(child.pid) };
    writeFileSync(pidPath(folders, spec.process), JSON.stringify(started), { mode: 0o600 });
  } finally {
    closeSync(log);
  }
}

/** The pid of a process that `launch` started and that still runs: never another one that got its number. */
export function runningPid(folders: Folders, process: string): number | null {
  let started: { pid: number; startedAt: string | null };
  try {
    started = JSON.parse(readFileSync(pidPath(folders, process), "utf8")) as typeof started;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const startedAt = startTimeOf(started.pid);
  return startedAt !== null && startedAt === started.startedAt ? started.pid : null;
}

/** Resolves when the launched process serves; throws when it ends first or takes too long. */
export async function untilHealthy(folders: Folders, spec: Launch, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await spec.healthy())) {
    if (runningPid(folders, spec.process) === null) throw failure(folders, spec, "ended at once");
    if (performance.now() > deadline) throw failure(folders, spec, `is not up after ${waitMs} ms`);
    await Bun.sleep(pollMs);
  }
}

/** Asks with SIGTERM, insists with SIGKILL. False where nothing ran. */
export async function stop(folders: Folders, name: string): Promise<boolean> {
  const pid = runningPid(folders, name);
  if (pid !== null) {
    process.kill(pid, "SIGTERM");
    const deadline = performance.now() + stopMs;
    while (runningPid(folders, name) !== null) {
      if (performance.now() > deadline) process.kill(pid, "SIGKILL");
      await Bun.sleep(pollMs);
    }
  }
  rmSync(pidPath(folders, name), { force: true });
  return pid !== null;
}

function failure(folders: Folders, spec: Launch, what: string): ServiceError {
  const path = logPath(folders, spec.process);
  const tail = readFileSync(path, "utf8").trimEnd().split("\n").slice(-8).join("\n");
  return new ServiceError(`${spec.process} ${what}. Its log is ${path}:\n${tail}`);
}

function asUser(spec: Launch): string[] {
  if (spec.user === undefined || process.getuid?.() !== 0) return [...spec.command];
  return [
    "setpriv",
    `--reuid=${spec.user}`,
    `--regid=${spec.user}`,
    "--init-groups",
    ...spec.command,
  ];
}

/** Field 22 of /proc/PID/stat: with the pid it names one process for the life of the machine. Null when it is gone or a zombie. */
function startTimeOf(pid: number): string | null {
  const fields = statFields(pid);
  return fields === null || fields[0] === "Z" ? null : (fields[19] ?? null);
}

function pidPath(folders: Folders, process: string): string {
  return join(runFolder(folders), `${process}.pid`);
}

function logPath(folders: Folders, process: string): string {
  return join(runFolder(folders), `${process}.log`);
}

function runFolder(folders: Folders): string {
  const folder = join(folders.data, "run");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}
