import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const fixture = join(import.meta.dir, "loop-watch.fixture.ts");
const stallMs = 800;
/** Longer than the watching thread takes for a sleep of the whole process. */
const stoppedMs = 3500;

function start(blockedMs: number, what: "END" | "TELL") {
  return Bun.spawn([process.execPath, fixture, String(stallMs), String(blockedMs), what], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
}

describe.concurrent("a process whose event loop stands still", () => {
  test("ends with code 1, saying why, where it is told to", async () => {
    const child = start(600_000, "END");
    const lines = (await new Response(child.stdout).text()).trimEnd().split("\n");
    expect(await child.exited).toBe(1);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      level: "error",
      service: "fixture",
      stall: { kind: "EventLoop", name: "fixture" },
    });
  }, 20_000);

  test("goes on where it is not, and has counted it once", async () => {
    const child = start(2 * stallMs, "TELL");
    const lines = (await new Response(child.stdout).text()).trimEnd().split("\n");
    expect(await child.exited).toBe(0);
    expect(lines.at(-1)).toBe("came back after 1 stalls");
    expect(lines.filter((line) => line.includes("EventLoop")).length).toBe(1);
  }, 20_000);

  test("is not blamed for having been stopped as a whole", async () => {
    const child = start(0.7 * stallMs, "END");
    let text = "";
    for await (const chunk of child.stdout) {
      text += new TextDecoder().decode(chunk);
      if (text !== "blocks\n") continue;
      child.kill("SIGSTOP");
      await Bun.sleep(stoppedMs);
      child.kill("SIGCONT");
    }
    expect(await child.exited).toBe(0);
    expect(text).toBe("blocks\ncame back after 0 stalls\n");
  }, 20_000);
});
