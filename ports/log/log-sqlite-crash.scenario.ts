import { expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Topic } from "../../schema/topics.ts";
import { systemClock } from "../clock/clock-system.ts";
import { openSqliteLog } from "./log-sqlite.ts";
import { childValue } from "./log-sqlite.child.ts";
import type { Acknowledged } from "./log-sqlite.child.ts";
import { readAll, refuses, text } from "./log.probe.ts";

/** Lets one process after the other append to a log and kills each (SIGKILL) after some acknowledgements. */
export async function killRounds(roundCount: number, acknowledgedMax: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "orderbook-crash-"));
  const path = join(folder, "log.sqlite");
  try {
    for (let round = 0; round < roundCount; round++) {
      const killAfter = 1 + ((round * 7919) % acknowledgedMax);
      const acknowledged = await appendAndKill(path, killAfter);
      expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter);
      await expectAcknowledged(path, acknowledged);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything that the process said before it was gone, the last torn line aside. */
async function appendAndKill(path: string, killAfter: number): Promise<Acknowledged[]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "log-sqlite.child.ts"), path], {
    stdout: "pipe",
    stderr: "inherit",
  });
  let said = "";
  let checkedLock = false;
  const decoder = new TextDecoder();
  for await (const bytes of child.stdout) {
    said += decoder.decode(bytes, { stream: true });
    if (said.includes("\n") && !checkedLock) {
      expect(() => openSqliteLog({ path, partitionCount: 1, clock: systemClock })).toThrow(
        "has a writer already",
      );
      checkedLock = true;
    }
    if (said.split("\n").length > killAfter) child.kill("SIGKILL");
  }
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  const lines = said.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}

async function expectAcknowledged(
  path: string,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  const reader = openSqliteLog({ path, partitionCount: 1, clock: systemClock, readonly: true });
  const log = openSqliteLog({ path, partitionCount: 1, clock: systemClock });
  for (const topic of [Topic.Orders, Topic.OrderEvents]) {
    const stood = await readAll(log, topic, 0);
    expect(stood.map(text)).toEqual(stood.map((_, offset) => childValue(topic, offset)));
    const offsets = acknowledged.flatMap((of) => (of.topic === topic ? of.offsets : []));
    expect(Math.max(-1, ...offsets)).toBeLessThan(stood.length);
    expect(await reader.endOffset(topic, 0)).toBe(stood.length);
  }
  await log.close();
  await reader.close();
  await refuses(log.endOffset(Topic.Orders, 0), "Closed");
}
