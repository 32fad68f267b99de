/**
 * Places in PartitionState.numbers. What every command reads and may be above 2^31 stands there: as a property it would be tested and
 * converted each time, for an integer or a double.
 */
export const StateNumber = {
  /** Log time in ms, never falling. */
  now: 0,
  /**
   * Log time of the last step 2e (SEMANTICS §1): as of then, what has run out has left the id window. A step before it must not let more
   * leave, since a deferred order's entry may be among that.
   */
  windowTime: 1,
  /** Before then, no step 2 of a command has anything to do; 0 where that has to be found out. */
  dueAt: 2,
  /** From then on, a batch of the id window has run out. */
  batchDue: 3,
  /** Of the command at hand, not part of the state. */
  seqNum: 4,
  commandOffset: 5,
} as const;
export const numberCount = 6;
