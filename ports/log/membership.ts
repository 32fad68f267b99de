/** What a member is told about the partitions that are its own by the group's word. Handlers return at once. */
export interface MembershipHandlers {
  /** These are this member's from now on. */
  onAssigned(partitions: readonly number[]): void;
  /**
   * These are no longer this member's once the handler has returned: nothing may be written to them after. `lost`: others may have them
   * already, since the group had given this member up.
   */
  onRevoked(partitions: readonly number[], lost: boolean): void;
  /** The member is out of the group for good: another one has its name, or the group refuses it. */
  onFailure(error: Error): void;
}

/**
 * One worker's place in the group that shares out the partitions. It says who is to claim what; that nobody else writes is decided by the Claims on
 * the log alone.
 */
export interface Membership {
  /** Tells the group how far a partition is, for lag graphs. Nothing is ever started from there. */
  commit(partition: number, nextOffset: number): void;
  /** Leaves; the partitions stay this member's until its session ends, so that a restart finds them. */
  close(): Promise<void>;
}
