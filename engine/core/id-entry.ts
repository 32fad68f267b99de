/**
 * An entry of the id window: what a request came to (SEMANTICS §2). A record of 16 words, in the ring of entries or, once its time is
 * out while its order rests, in the pool of held ones.
 */
export const entryShift = 4;

/** Words of an entry. */
export const EntryWord = {
  id: 0,
  /** Low word, then high word. */
  requestHash: 4,
  idHash: 6,
  /** As packOutcome packs it. */
  outcome: 7,
  /** Slot of its order; of an entry of the ring whose order is open. */
  order: 14,
  /** Slot of the account's record; 0 in an entry that is none any more. */
  account: 15,
} as const;

/** Doubles of an entry. */
export const EntryDouble = { seqNum: 4, commandOffset: 5, entryTime: 6 } as const;

/** What has become of an order that was deferred once (SEMANTICS §3a). */
export const EntryMark = { none: 0, dead: 1, replayed: 2 } as const;

/** decision 8 bits, attempt 4, mark 4, reason 16. */
export const packOutcome = (
  decision: number,
  reason: number,
  attempt: number,
  mark: number,
): number => decision | (attempt << 8) | (mark << 12) | (reason << 16);

export const decisionOf = (outcome: number): number => outcome & 0xff;

export const attemptOf = (outcome: number): number => (outcome >>> 8) & 0xf;

export const markOf = (outcome: number): number => (outcome >>> 12) & 0xf;

export const reasonOf = (outcome: number): number => outcome >>> 16;
