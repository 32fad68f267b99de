import type { Fold, FoldedBody } from "../ports/log/fold.ts";
import type { LogRecord } from "../ports/log/log.ts";
import { EngineHostError } from "./host-error.ts";
import type { Recovered } from "./recovery.ts";

/** An owner's view of its own outputs as the log decides them: the same fold as everybody's, compared with what was written. */
export class OwnOutput {
  readonly #fold: Fold;
  readonly #epoch: number;
  readonly #expected = new Map<number, string>();
  #waiting: readonly { readonly seqNum: number; resolve(): void }[] = [];
  #abandoned = false;

  constructor({ fold, epoch }: Recovered) {
    this.#fold = fold;
    this.#epoch = epoch;
  }

  get foldedSeqNum(): number {
    return this.#fold.position === null ? 0 : this.#fold.position.seqNum;
  }

  /** A body is about to be written. */
  expect(seqNum: number, bodyHash: string): void {
    this.#expected.set(seqNum, bodyHash);
  }

  /**
   * Takes the next record of `order-events`; returns the body that it completes. Throws FoldAlarm, or EngineHostError:
   * `ForeignClaim` when another owner took over, `Diverged` when a body is not the one written here.
   */
  push(record: LogRecord): FoldedBody | null {
    const body = this.#fold.push(record);
    if (this.#fold.epoch !== this.#epoch) throw this.#foreignClaim();
    if (body === null) return null;
    const { seqNum, bodyHash } = body.position;
    const expected = this.#expected.get(seqNum);
    if (expected !== bodyHash) {
      const message = `seqNum ${seqNum} is ${bodyHash} on the log, ${expected ?? "nothing"} was written`;
      throw new EngineHostError("Diverged", message);
    }
    this.#expected.delete(seqNum);
    if (this.#waiting.length > 0) this.#wake(seqNum);
    return body;
  }

  /** Resolves when `seqNum` is folded, or when this is given up. */
  async whenFolded(seqNum: number): Promise<void> {
    if (this.#abandoned || this.foldedSeqNum >= seqNum) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = [...this.#waiting, { seqNum, resolve }];
    await promise;
  }

  /** Nothing more will be folded. */
  abandon(): void {
    this.#abandoned = true;
    this.#wake(Number.MAX_SAFE_INTEGER);
  }

  #wake(seqNum: number): void {
    for (const waiting of this.#waiting) if (seqNum >= waiting.seqNum) waiting.resolve();
    this.#waiting = this.#waiting.filter((waiting) => seqNum < waiting.seqNum);
  }

  #foreignClaim(): EngineHostError {
    const { claim, quarantine, partition, epoch } = this.#fold;
    const owner = claim === null ? "" : ` by ${claim.node} (${claim.build})`;
    const what =
      quarantine === null
        ? `was claimed${owner}`
        : `has its command at offset ${quarantine.commandOffset} set aside by ${quarantine.operator}`;
    return new EngineHostError("ForeignClaim", `Partition ${partition} ${what} at ${epoch}`);
  }
}
