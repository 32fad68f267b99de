import type { Clock } from "./clock.ts";

const timerMsMax = 2 ** 31 - 1;

/** The machine's clocks. A sleep longer than a timer can be (24 days) ends there. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep,
};

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(Math.max(ms, 0), timerMsMax));
    signal?.addEventListener("abort", wake);
  });
}
