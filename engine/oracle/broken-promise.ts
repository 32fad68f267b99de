import type { Event } from "../../schema/generated/records.ts";

/** A promise that the events break. */
export class BrokenPromise extends Error {
  readonly event: Event | null;

  constructor(promise: string, event: Event | null) {
    super(event === null ? promise : `${promise}: ${event.kind} with rptSeq ${rptSeqOf(event)}`);
    this.name = "BrokenPromise";
    this.event = event;
  }
}

/** Throws BrokenPromise unless it holds. */
export function check(holds: boolean, promise: string, event: Event): void {
  if (!holds) throw new BrokenPromise(promise, event);
}

function rptSeqOf(event: Event): number {
  return "rptSeq" in event ? event.rptSeq : 0;
}
