import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RoundReport } from "./chaos/run.ts";

const folder = mkdtempSync(join(tmpdir(), "orderbook-chaos-"));
const report = join(folder, "rounds.jsonl");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function chaos(...flags: string[]): Promise<{ exitCode: number; output: string }> {
  const script = join(import.meta.dir, "chaos.ts");
  const child = Bun.spawn([process.execPath, script, ...flags], { stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, output: stdout + stderr };
}

describe("chaos", () => {
  test.each([
    [[], "Name what is killed"],
    [["venue", "--rounds", "0"], "--rounds 0 is not 1 to 10000"],
    [["venue", "--clients", "x"], "--clients x is not 1 to 64"],
    [["venue", "--seed", "1.5"], "--seed 1.5 is no integer"],
  ])(
    "refuses %p and says how it is used",
    async (flags, why) => {
      const { exitCode, output } = await chaos(...flags);
      expect(exitCode).toBe(2);
      expect(output).toContain(why);
      expect(output).toContain("usage: bun run chaos venue");
    },
    60_000,
  );

  test.each([
    [["stack", "--rounds", "0"], "--rounds 0 is not 1 to 10000"],
    [["stack", "--kinds", "kill,flood"], "--kinds kill,flood: there is no such kind"],
    [["stack", "--ports", "80"], "--ports 80 is no offset"],
    [["stack", "--longest", "0"], "--longest 0 is not 1 to 600000"],
    [["stack", "--seed", "x"], "--seed x is no integer"],
  ])(
    "refuses %p and says how the stack's is used",
    async (flags, why) => {
      const { exitCode, output } = await chaos(...flags);
      expect(exitCode).toBe(2);
      expect(output).toContain(why);
      expect(output).toContain("usage: bun run chaos stack");
    },
    60_000,
  );

  test("a venue keeps every promise through three rounds", async () => {
    const data = join(folder, "data");
    const flags = ["--rounds", "3", "--seed", "2", "--data", data, "--report", report];
    const { exitCode, output } = await chaos("venue", ...flags);
    expect(output).toContain("0 promises broken");
    expect(exitCode).toBe(0);
    const lines = readFileSync(report, "utf8").trim().split("\n");
    const rounds = lines.map((line) => JSON.parse(line) as RoundReport);
    expect(rounds.map(({ round, brokenCount }) => [round, brokenCount])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect(rounds.every(({ done, unknown }) => done > 0 && unknown > 0)).toBe(true);
  }, 180_000);
});
