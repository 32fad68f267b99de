const subBuckets = 64;
const subBits = 6;
/** Values below 2^53. */
const bucketCount = (54 - subBits) * subBuckets + subBuckets;

/**
 * Counts of whole numbers (nanoseconds, say) in log-linear buckets: 64 in each octave, so that a percentile is at most 1/64 above the
 * true one, and exact below 64. Fixed memory; histograms merge, percentiles never do.
 */
export class Histogram {
  readonly #counts = new Float64Array(bucketCount);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Largest value recorded; 0 when there is none. */
  get max(): number {
    return this.#max;
  }

  /** Records a value from 0 to 2^53 - 1; fractions are cut off, what is below 0 counts as 0. */
  record(value: number): void {
    const whole = Math.max(0, Math.floor(value));
    const bucket = bucketOf(whole);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    if (whole > this.#max) this.#max = whole;
  }

  merge(other: Histogram): void {
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (other.#counts[bucket] ?? 0);
    }
    this.#count += other.#count;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** The value that `fraction` (0 to 1) of all values do not pass, up to 1/64 too high; 0 when there is none. */
  percentile(fraction: number): number {
    const rank = Math.max(1, Math.ceil(fraction * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= rank) return Math.min(this.#max, highestOf(bucket));
    }
    return this.#max;
  }
}

function bucketOf(value: number): number {
  if (value < subBuckets) return value;
  const octave = octaveOf(value);
  const within = Math.floor(value / 2 ** (octave - subBits)) - subBuckets;
  return (octave - subBits + 1) * subBuckets + within;
}

function highestOf(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const octave = Math.floor(bucket / subBuckets) + subBits - 1;
  const within = bucket % subBuckets;
  return (subBuckets + within + 1) * 2 ** (octave - subBits) - 1;
}

/** Floor of the base-2 logarithm, exact. */
function octaveOf(value: number): number {
  const high = Math.floor(value / 2 ** 31);
  return high > 0 ? 62 - Math.clz32(high) : 31 - Math.clz32(value);
}
