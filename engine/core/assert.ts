/** A broken invariant ends the partition (its owner replays): never a refusal, never caught inside the engine. */
export function assert(condition: boolean, mustHold: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${mustHold}`);
}
