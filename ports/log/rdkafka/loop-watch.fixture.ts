import { LoopWatch } from "./loop-watch.ts";

/** A process whose loop stands still for `blockedMs` and then says so: `bun loop-watch.fixture.ts STALL_MS BLOCKED_MS END|TELL`. */
const [, , stallMs, blockedMs, what] = process.argv;
const loop = new LoopWatch({
  service: "fixture",
  stallMs: Number(stallMs),
  endsProcess: what === "END",
});
while (!loop.isWatching) await Bun.sleep(10);
process.stdout.write("blocks\n");
const endsAt = performance.now() + Number(blockedMs);
while (performance.now() < endsAt);
process.stdout.write(`came back after ${loop.stallCount} stalls\n`);
loop.close();
