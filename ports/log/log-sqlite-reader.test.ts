import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Topic } from "../../schema/topics.ts";
import { systemClock } from "../clock/clock-system.ts";
import type { Log } from "./log.ts";
import { openSqliteLog } from "./log-sqlite.ts";
import { record } from "./log.probe.ts";

const followerSource = (path: string, tell: string): string => `
  import { openSqliteLog } from ${JSON.stringify(join(import.meta.dir, "log-sqlite.ts"))};
  import { systemClock } from ${JSON.stringify(join(import.meta.dir, "../clock/clock-system.ts"))};
  const log = openSqliteLog({ path: ${JSON.stringify(path)}, partitionCount: 1, clock: systemClock, readonly: true });
  log.follow("orders", 0, 0, (records) => {
    for (const { value } of records) ${tell}(new TextDecoder().decode(value));
  });
`;

test("another thread of the process is handed what the writer commits, as it comes", async () => {
  await inFolder(async (log, path, folder) => {
    const source = join(folder, "follower.ts");
    await Bun.write(source, followerSource(path, "self.postMessage"));
    const worker = new Worker(source);
    const heard = new Heard();
    worker.onmessage = (event: MessageEvent<string>) => heard.hear(event.data);
    await expectHeard(log, heard);
    worker.terminate();
  });
});

test("another process is handed what the writer commits, as it comes", async () => {
  await inFolder(async (log, path) => {
    const child = Bun.spawn([process.execPath, "-e", followerSource(path, "console.log")], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const heard = new Heard();
    void (async () => {
      const decoder = new TextDecoder();
      let rest = "";
      for await (const bytes of child.stdout) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) heard.hear(line);
      }
    })();
    await expectHeard(log, heard);
    child.kill("SIGKILL");
    await child.exited;
  });
});

/** Each record is waited for before the next is appended, so that none can hide behind a later one. */
async function expectHeard(log: Log, heard: Heard): Promise<void> {
  for (let count = 1; count <= 20; count++) {
    await log.append(Topic.Orders, 0, [record(`record ${count}`)]);
    await heard.count(count);
  }
  expect(heard.lines).toEqual(Array.from({ length: 20 }, (_, index) => `record ${index + 1}`));
}

class Heard {
  readonly lines: string[] = [];
  #waiting: { count: number; resolve(): void } | null = null;

  hear(line: string): void {
    this.lines.push(line);
    if (this.#waiting !== null && this.lines.length >= this.#waiting.count) this.#waiting.resolve();
  }

  count(count: number): Promise<void> {
    if (this.lines.length >= count) return Promise.resolve();
    return new Promise((resolve) => (this.#waiting = { count, resolve }));
  }
}

async function inFolder(
  work: (log: Log, path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "orderbook-reader-"));
  const path = join(folder, "log.sqlite");
  const log = openSqliteLog({ path, partitionCount: 1, clock: systemClock });
  try {
    await work(log, path, folder);
  } finally {
    await log.close();
    rmSync(folder, { recursive: true });
  }
}
