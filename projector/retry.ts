import type { Clock } from "../ports/clock/clock.ts";

/** Thrown out of a wait when the projector stops. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** True: the same attempt may succeed later. */
  isTransient(error: unknown): boolean;
}

const waitMs = { least: 50, most: 5_000 };

/** Tries in place, ever more slowly, until it succeeds, fails for good, or is stopped (throws Stopped): order is kept, nothing is skipped. */
export async function untilAvailable<Result>(
  attempt: () => Promise<Result>,
  { clock, signal, isTransient }: RetryOptions,
): Promise<Result> {
  for (let wait = waitMs.least; ; wait = Math.min(2 * wait, waitMs.most)) {
    if (signal.aborted) throw new Stopped("The projector stops");
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      await clock.sleep(wait, signal);
    }
  }
}
