/** A dead-man timer that is armed (SEMANTICS §5d). */
export interface DeadManTimer {
  /** Log time in ms. */
  readonly deadline: number;
  readonly accountID: number;
  /** Of one connection's; 0 = the account's own. */
  readonly connectionID: number;
}

/**
 * The timers that are armed, by (deadline, accountID, connectionID); of each account one of its own, and one a connection. They are set
 * now and then: plain objects, apart from the hot path, which asks for nothing but `firstDue`, and for orders of connections
 * whether they have one.
 *
 * Invariant: a timer is in the queue exactly while its account has its deadline. Known limit: setting one moves all that run out later.
 */
export class DeadManTimers {
  /** Infinity where none is armed. */
  firstDue = Infinity;
  /** Timers of connections. */
  connectionCount = 0;
  #queue: DeadManTimer[] = [];
  /** Deadlines by accountID and connectionID. Nothing goes by their order. */
  readonly #deadlines = new Map<number, Map<number, number>>();

  get count(): number {
    return this.#queue.length;
  }

  /** All of them, in the order in which they run out. */
  get listed(): readonly DeadManTimer[] {
    return [...this.#queue];
  }

  isArmed(accountID: number, connectionID: number): boolean {
    return this.#deadlines.get(accountID)?.has(connectionID) === true;
  }

  /** Arms a timer or moves it; a deadline of 0 disarms it. */
  set(accountID: number, connectionID: number, deadline: number): void {
    const armed = this.#deadlines.get(accountID)?.get(connectionID);
    if (armed !== undefined) {
      this.#queue.splice(this.#placeOf(accountID, connectionID, armed), 1);
      this.#forget(accountID, connectionID);
    }
    if (deadline !== 0) {
      const place = this.#placeOf(accountID, connectionID, deadline);
      this.#queue.splice(place, 0, { deadline, accountID, connectionID });
      this.#note(accountID, connectionID, deadline);
    }
    this.#setFirstDue();
  }

  /** The one that runs out first, which is armed no longer. Throws where there is none. */
  takeFirst(): DeadManTimer {
    const first = this.#queue.shift();
    if (first === undefined) throw new Error("No dead-man timer is armed");
    this.#forget(first.accountID, first.connectionID);
    this.#setFirstDue();
    return first;
  }

  /** Fills it with timers in their order. */
  load(timers: readonly DeadManTimer[]): void {
    this.#queue = [...timers];
    for (const { accountID, connectionID, deadline } of timers)
      this.#note(accountID, connectionID, deadline);
    this.#setFirstDue();
  }

  #note(accountID: number, connectionID: number, deadline: number): void {
    if (connectionID !== 0) this.connectionCount++;
    const known = this.#deadlines.get(accountID);
    if (known === undefined) this.#deadlines.set(accountID, new Map([[connectionID, deadline]]));
    else known.set(connectionID, deadline);
  }

  #forget(accountID: number, connectionID: number): void {
    if (connectionID !== 0) this.connectionCount--;
    const known = this.#deadlines.get(accountID);
    known?.delete(connectionID);
    if (known?.size === 0) this.#deadlines.delete(accountID);
  }

  /** How many come before this one. */
  #placeOf(accountID: number, connectionID: number, deadline: number): number {
    const timer = { accountID, connectionID, deadline };
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isDueBefore(this.#queue[middle]!, timer)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #setFirstDue(): void {
    this.firstDue = this.#queue[0]?.deadline ?? Infinity;
  }
}

/** Whether of two timers the left one fires first. */
export const isDueBefore = (left: DeadManTimer, right: DeadManTimer): boolean => {
  if (left.deadline !== right.deadline) return left.deadline < right.deadline;
  if (left.accountID !== right.accountID) return left.accountID < right.accountID;
  return left.connectionID < right.connectionID;
};
