import { assert } from "./assert.ts";

/** A change of a trading state that waits for its time (SEMANTICS §5e). */
export interface ScheduledState {
  /** Log time in ms. */
  readonly effectiveTime: number;
  readonly securityID: number;
  readonly tradingState: number;
}

/**
 * The changes that wait, by (effectiveTime, securityID); one a time and instrument. Operators set them now and then: plain objects, apart
 * from the hot path, which asks for nothing but `firstDue`.
 */
export class ScheduledStates {
  /** Infinity where none waits. */
  firstDue = Infinity;
  #queue: ScheduledState[] = [];

  get listed(): readonly ScheduledState[] {
    return this.#queue;
  }

  /** How many wait for an instrument, one at this time left out. */
  countOthers(securityID: number, effectiveTime: number): number {
    return this.#queue.filter(
      (each) => each.securityID === securityID && each.effectiveTime !== effectiveTime,
    ).length;
  }

  /** Takes the place of one of the same time and instrument. */
  set(change: ScheduledState): void {
    const { effectiveTime, securityID } = change;
    const others = this.#queue.filter(
      (each) => each.securityID !== securityID || each.effectiveTime !== effectiveTime,
    );
    this.#replace([...others, change].sort(byTime));
  }

  /** Takes those of a snapshot, where there are none yet. Throws unless they stand in order. */
  load(queue: readonly ScheduledState[]): void {
    queue.forEach((each, index) => {
      const last = queue[index - 1];
      assert(last === undefined || byTime(last, each) < 0, "scheduled states stand by their time");
    });
    this.#replace([...queue]);
  }

  /** None waits for the instrument any more. */
  drop(securityID: number): void {
    if (this.#queue.length === 0) return;
    this.#replace(this.#queue.filter((each) => each.securityID !== securityID));
  }

  /** The one that is due first, which waits no longer. Throws where there is none. */
  takeFirst(): ScheduledState {
    const [first, ...others] = this.#queue;
    if (first === undefined) throw new Error("No change of a trading state waits");
    this.#replace(others);
    return first;
  }

  #replace(queue: ScheduledState[]): void {
    this.#queue = queue;
    this.firstDue = queue[0]?.effectiveTime ?? Infinity;
  }
}

const byTime = (left: ScheduledState, right: ScheduledState): number =>
  left.effectiveTime - right.effectiveTime || left.securityID - right.securityID;
