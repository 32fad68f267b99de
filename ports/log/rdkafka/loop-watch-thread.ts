import { dlopen } from "bun:ffi";
import { writeSync } from "node:fs";

import { LoopWord } from "./loop-watch.ts";
import type { LoopWatchStart } from "./loop-watch.ts";

declare const self: Worker;

const lookMs = 500;
/** A look that comes so late means that the whole process slept: no stall of its loop. */
const sleptMs = 2000;
const standardOutput = 1;

/** `process.exit` ends only the thread that calls it. */
const { symbols: libc } = dlopen("libc.so.6", { _exit: { args: ["i32"], returns: "void" } });

self.onmessage = ({ data }: MessageEvent<LoopWatchStart>) => {
  watch(data);
  self.onmessage = null;
  self.terminate?.();
};

/** Blocks this thread, which has nothing else to do. */
function watch({ words: shared, stallMs, endsProcess, service }: LoopWatchStart): void {
  const words = new Int32Array(shared);
  let beats = Atomics.load(words, LoopWord.beats);
  let movedAt = performance.now();
  let lookedAt = movedAt;
  let told = false;
  Atomics.store(words, LoopWord.watching, 1);
  for (;;) {
    Atomics.wait(words, LoopWord.end, 0, lookMs);
    if (Atomics.load(words, LoopWord.end) !== 0) return;
    const now = performance.now();
    const beatsNow = Atomics.load(words, LoopWord.beats);
    if (beatsNow !== beats || now - lookedAt > lookMs + sleptMs) {
      beats = beatsNow;
      movedAt = now;
      told = false;
    }
    lookedAt = now;
    if (told || now - movedAt < stallMs) continue;
    told = true;
    Atomics.add(words, LoopWord.stalls, 1);
    tell(service, now - movedAt, endsProcess);
    if (endsProcess) libc._exit(1);
  }
}

/** In the shape of the process's other lines; the thread that writes those is the one that stands still. */
function tell(service: string, forMs: number, endsProcess: boolean): void {
  const line = {
    level: "error",
    time: new Date().toISOString(),
    service,
    pid: process.pid,
    stall: { kind: "EventLoop", name: service, forMs: Math.round(forMs) },
    msg: endsProcess
      ? "The event loop stands still: the process ends"
      : "The event loop stands still",
  };
  writeSync(standardOutput, `${JSON.stringify(line)}\n`);
}
