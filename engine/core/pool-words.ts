import type { PoolCapture } from "./capture.ts";
import { chunkMask, chunkShift } from "./record-pool.ts";

/** A captured pool's chunks as words. */
export function poolWords({ chunks }: PoolCapture): readonly Int32Array[] {
  return chunks.map((chunk) => new Int32Array(chunk));
}

/** A captured pool's chunks as doubles. */
export function poolDoubles({ chunks }: PoolCapture): readonly Float64Array[] {
  return chunks.map((chunk) => new Float64Array(chunk));
}

/** Word `index` of a record of `1 << strideShift` words. */
export function wordAt(
  words: readonly Int32Array[],
  slot: number,
  strideShift: number,
  index: number,
): number {
  return words[slot >>> chunkShift]![((slot & chunkMask) << strideShift) + index]!;
}

/** Double `index` of a record of `1 << strideShift` words. */
export function doubleAt(
  doubles: readonly Float64Array[],
  slot: number,
  strideShift: number,
  index: number,
): number {
  return doubles[slot >>> chunkShift]![((slot & chunkMask) << (strideShift - 1)) + index]!;
}
