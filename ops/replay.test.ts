import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { startChildVenue } from "./child-venue.ts";
import { SeededRandom } from "./seeded-random.ts";

const folder = mkdtempSync(join(tmpdir(), "orderbook-recording-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shared = process.env["ORDERBOOK_SHARED"] ?? join(dirname(import.meta.dir), "..", "shared");
const lobsterPath = join(shared, "market-data", "AAPL_2012-06-21_message_10.csv");
const hasLobster = existsSync(lobsterPath);
if (!hasLobster) console.log(`Skipped: no real recording at ${lobsterPath}`);

async function replay(...args: string[]): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "replay.ts"), ...args], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, output: stdout + stderr };
}

/** A capture with the flaws of a real one: orders that cross, amends, rows of orders that were never created. */
function madeUpCapture(rowCount: number): string {
  const random = new SeededRandom(7);
  const rows = ["id,timestamp,exchange.timestamp,price,volume,action,direction"];
  const directions = ["bid", "ask"] as const;
  for (let id = 1; id <= rowCount; id++) {
    const direction = directions[id % 2] ?? "bid";
    const price = (236 + random.integer(-40, 40) / 100).toFixed(2);
    const volume = random.integer(1, 500) * 1_000_000;
    rows.push(`${id},1,1,${price},${volume},created,${direction}`);
    const other = random.integer(1, rowCount);
    const otherDirection = directions[other % 2] ?? "bid";
    if (random.next() < 0.3) rows.push(`${other},1,1,236.00,0,deleted,${otherDirection}`);
    if (random.next() < 0.1) rows.push(`${other},1,1,236.00,5000000,changed,${otherDirection}`);
  }
  return `${rows.join("\n")}\n`;
}

describe("replay", () => {
  test.each([
    [[], "One file, please."],
    [["a.csv", "b.csv"], "One file, please."],
    [["a.csv", "--in-flight", "0"], "--in-flight is a number"],
    [["a.csv", "--url", "nowhere"], "--url nowhere is no URL"],
  ])("refuses %p and says how it is used", async (args, why) => {
    const { exitCode, output } = await replay(...args);
    expect(exitCode).toBe(2);
    expect(output).toContain(why);
    expect(output).toContain("usage: bun run replay FILE");
  });

  test("sends a capture to a venue of its own in the file's order, and every view equals the log's fold", async () => {
    const path = join(folder, "capture.csv.zst");
    await Bun.write(path, Bun.zstdCompressSync(madeUpCapture(300)));
    const { exitCode, output } = await replay(path);
    expect(output).toContain("created 300 of 300");
    expect(output).toContain("refusals by code: UnknownOrder");
    expect(output).toContain("order: the log has the file's order");
    expect(output).toContain("books (level 3): equal");
    expect(output).toContain("orders (Postgres): equal to the fold of the log (300 rows)");
    expect(output).not.toContain("DIFFERS");
    expect(exitCode).toBe(0);
  }, 120_000);

  test.skipIf(!hasLobster)(
    "agrees with the true market of a LOBSTER recording, on a venue that runs already",
    async () => {
      const venue = await startChildVenue({ demo: false });
      try {
        const { exitCode, output } = await replay(
          lobsterPath,
          `--url=${venue.file.url}`,
          `--data=${venue.dataDir}`,
        );
        expect(output).toContain("94 of 94 hit exactly that order");
        expect(output).toContain("44 exceptions at 3 levels that were not in view at the start");
        expect(output).not.toContain("DISAGREES");
        expect(output).not.toContain("DIFFERS");
        expect(exitCode).toBe(0);
      } finally {
        await venue.close();
      }
    },
    240_000,
  );
});
