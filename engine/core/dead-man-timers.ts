/** A dead-man timer that is armed (SEMANTICS §5d). */
export interface DeadManTimer {
  readonly accountID: number;
  /** Log time in ms. */
  readonly deadline: number;
}

/**
 * The timers that are armed, by (deadline, accountID); one an account. They are set now and then: plain objects, apart from the hot path,
 * which asks for nothing but `firstDue`.
 *
 * Known limit: setting one moves all that run out later.
 */
export class DeadManTimers {
  /** Infinity where none is armed. */
  firstDue = Infinity;
  readonly #queue: DeadManTimer[] = [];

  get count(): number {
    return this.#queue.length;
  }

  /** Exchanges an account's deadline for another; 0 is none. */
  move(accountID: number, from: number, to: number): void {
    if (from !== 0) this.#queue.splice(this.#placeOf(accountID, from), 1);
    if (to !== 0) this.#queue.splice(this.#placeOf(accountID, to), 0, { accountID, deadline: to });
    this.#setFirstDue();
  }

  /** The one that runs out first, which is armed no longer. Throws where there is none. */
  takeFirst(): DeadManTimer {
    const first = this.#queue.shift();
    if (first === undefined) throw new Error("No dead-man timer is armed");
    this.#setFirstDue();
    return first;
  }

  /** How many come before an account's timer with this deadline. */
  #placeOf(accountID: number, deadline: number): number {
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#queue[middle]!;
      const isBefore =
        other.deadline === deadline ? other.accountID < accountID : other.deadline < deadline;
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #setFirstDue(): void {
    this.firstDue = this.#queue[0]?.deadline ?? Infinity;
  }
}
