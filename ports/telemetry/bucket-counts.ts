/**
 * Counts durations by their magnitude, two buckets an octave from 256 to 67 million units: a few nanoseconds an observation, so that it
 * may stand in the engine's loop, and exact sums for Prometheus, which perf_hooks' histogram does not give. Units are nanoseconds unless
 * told otherwise.
 */
export class BucketCounts {
  readonly #counts = new Float64Array(bucketCount);
  readonly unitsPerSecond: number;
  #sum = 0;
  #count = 0;

  constructor(unitsPerSecond = 1e9) {
    this.unitsPerSecond = unitsPerSecond;
  }

  record(units: number): void {
    this.#count++;
    this.#sum += units;
    const bucket = bucketOf(units);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  get count(): number {
    return this.#count;
  }

  /** In units. */
  get sum(): number {
    return this.#sum;
  }

  /** Of each bucket how many observations were within its bound or a lower one; the last bound is infinite. */
  get cumulative(): readonly { readonly bound: number; readonly count: number }[] {
    let count = 0;
    return Array.from(this.#counts, (own, bucket) => {
      count += own;
      return { bound: boundOf(bucket), count };
    });
  }

  /** Upper bound of the bucket that holds the quantile (0 to 1), in units; 0 before the first observation. */
  quantile(share: number): number {
    const wanted = share * this.#count;
    return this.#count === 0
      ? 0
      : (this.cumulative.find(({ count }) => count >= wanted)?.bound ?? Infinity);
  }
}

const firstExponent = 8;
const octaveCount = 18;
/** One below all octaves, one above. */
const bucketCount = 2 * octaveCount + 2;
const top = 2 ** (firstExponent + octaveCount);

/** The bucket whose bound is the first that is not below `units`. */
function bucketOf(units: number): number {
  if (units > top) return bucketCount - 1;
  const before = Math.ceil(units) - 1;
  if (before < 2 ** firstExponent) return 0;
  const exponent = 31 - Math.clz32(before);
  const upperHalf = (before >>> (exponent - 1)) & 1;
  return 1 + 2 * (exponent - firstExponent) + upperHalf;
}

function boundOf(bucket: number): number {
  if (bucket === 0) return 2 ** firstExponent;
  if (bucket === bucketCount - 1) return Infinity;
  const exponent = firstExponent + ((bucket - 1) >> 1);
  return bucket % 2 === 1 ? 1.5 * 2 ** exponent : 2 ** (exponent + 1);
}
