/** A broken invariant ends the partition (its owner replays): never a refusal, never caught inside the engine. */
export const assert: (condition: boolean, mustHold: string) => asserts condition = (
  condition,
  mustHold,
) => {
  if (!condition) throw new Error(`Invariant broken: ${mustHold}`);
};
