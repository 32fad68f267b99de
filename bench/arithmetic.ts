/**
 * Arithmetic that takes as long as it is told and touches no memory: in an engine's place it shows what the machine alone makes of a loop.
 * Its length is fixed once, when the machine's clock is looked at; later runs only count.
 */
const probedSteps = 2_000_000;
const probes = 5;

export class Arithmetic {
  readonly #stepCount: number;
  /** What came out, so that nobody finds that the sums are for nothing. */
  result = 1;

  /** Runs of `ns` nanoseconds each. */
  constructor(ns: number) {
    const stepNs = Math.min(...Array.from({ length: probes }, () => this.#probe()));
    this.#stepCount = Math.max(1, Math.round(ns / stepNs));
  }

  run(): void {
    this.#compute(this.#stepCount);
  }

  /** Nanoseconds of a step. */
  #probe(): number {
    const startedAt = Bun.nanoseconds();
    this.#compute(probedSteps);
    return (Bun.nanoseconds() - startedAt) / probedSteps;
  }

  /** xorshift32: each step waits for the one before. */
  #compute(stepCount: number): void {
    let value = this.result;
    for (let step = 0; step < stepCount; step++) {
      value ^= value << 13;
      value ^= value >>> 17;
      value ^= value << 5;
    }
    this.result = value;
  }
}
