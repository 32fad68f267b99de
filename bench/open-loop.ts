import { Histogram } from "./histogram.ts";

/** Time that passed while one command was applied, and more than pauseNs of it. */
export interface Pause {
  readonly index: number;
  readonly ms: number;
  /** As much of it this thread was not running: the machine gave its core to others. */
  readonly awayMs: number;
}

export interface OpenLoop {
  /** Nanoseconds from when a command was due to when it was done. */
  readonly latency: Histogram;
  readonly pauses: readonly Pause[];
}

const pauseNs = 1e6;

/**
 * Commands come when they come, one each `stepNs`, whatever is done with them: latency counts from when a command was due, so that a stall is
 * charged to all whom it kept waiting. The wait for a command that is not due yet is a spin.
 */
export function openLoop(count: number, stepNs: number, apply: (index: number) => void): OpenLoop {
  const latency = new Histogram();
  const pauses: Pause[] = [];
  const away = new AwayTime();
  const startedAt = Bun.nanoseconds() + pauseNs;
  let now = Bun.nanoseconds();
  for (let index = 0; index < count; index++) {
    const due = startedAt + index * stepNs;
    while (now < due) now = Bun.nanoseconds();
    const began = now;
    apply(index);
    now = Bun.nanoseconds();
    latency.record(now - due);
    if (now - began > pauseNs) {
      pauses.push({ index, ms: (now - began) / 1e6, awayMs: away.since(now) });
      now = Bun.nanoseconds();
    } else if ((index & 1023) === 0) away.since(now);
  }
  return { latency, pauses };
}

/** The longest time between two looks at the clock with nothing in between: what the machine itself does to whoever runs on it. */
export function emptySpin(seconds: number): OpenLoop {
  const latency = new Histogram();
  const pauses: Pause[] = [];
  const away = new AwayTime();
  let last = Bun.nanoseconds();
  const endsAt = last + seconds * 1e9;
  for (let index = 0; last < endsAt; index++) {
    const now = Bun.nanoseconds();
    latency.record(now - last);
    if (now - last > pauseNs) {
      pauses.push({ index, ms: (now - last) / 1e6, awayMs: away.since(now) });
    }
    last = Bun.nanoseconds();
  }
  return { latency, pauses };
}

/** A thread that spins has as much processor time as time passes, unless the machine ran others instead. */
class AwayTime {
  #at = Bun.nanoseconds();
  #processorNs = threadNs();

  /** Milliseconds away since the last call. */
  since(now: number): number {
    const processor = threadNs();
    const away = now - this.#at - (processor - this.#processorNs);
    this.#at = now;
    this.#processorNs = processor;
    return Math.max(0, away) / 1e6;
  }
}

function threadNs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
}
