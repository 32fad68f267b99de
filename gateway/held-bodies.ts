import type { FoldedBody } from "../ports/log/fold.ts";

const bytesMax = 32 * 1024 * 1024;

/**
 * The recent outcomes of a partition, by the offset of their commands. Held in two generations, of which the older goes as a whole:
 * between half of `countMax` and all of it, and never more than 32 MB but for one body.
 */
export class HeldBodies {
  readonly #countMax: number;
  #young = new Map<number, FoldedBody>();
  #old: ReadonlyMap<number, FoldedBody> = new Map();
  #youngBytes = 0;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get(commandOffset: number): FoldedBody | null {
    return this.#young.get(commandOffset) ?? this.#old.get(commandOffset) ?? null;
  }

  /** All after this seqNum in their order, where `last` is the last of the partition; null where some are not held any more. */
  after(seqNum: number, last: number): readonly FoldedBody[] | null {
    const bodies = [...this.#old.values(), ...this.#young.values()];
    const first = bodies[0]?.position.seqNum ?? last + 1;
    return first > seqNum + 1 ? null : bodies.filter(({ position }) => position.seqNum > seqNum);
  }

  add(body: FoldedBody): void {
    const full = this.#young.size * 2 >= this.#countMax || this.#youngBytes * 2 >= bytesMax;
    if (full) this.#turn();
    this.#young.set(body.commandOffset, body);
    this.#youngBytes += body.bytes.byteLength;
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}
