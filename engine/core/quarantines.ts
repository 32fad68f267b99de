/** A command that an operator has set aside, and that has not come yet. */
export interface PendingQuarantine {
  readonly commandOffset: number;
  /** 16 hex digits, as in a body. */
  readonly commandHash: string;
}

/** The pending ones, by (commandOffset, commandHash). There are none nearly always. */
export class Quarantines {
  /** Below it no command is set aside. */
  nextOffset = Infinity;
  #pending: readonly PendingQuarantine[] = [];

  get pending(): readonly PendingQuarantine[] {
    return this.#pending;
  }

  add(commandOffset: number, commandHash: string): void {
    const others = this.#pending.filter(
      (each) => each.commandOffset !== commandOffset || each.commandHash !== commandHash,
    );
    this.#set([...others, { commandOffset, commandHash }]);
  }

  /** Whether the command at this place is set aside. Whatever is pending for it or for one before it is used up. */
  take(commandOffset: number, commandHash: string): boolean {
    const isSetAside = this.#pending.some(
      (each) => each.commandOffset === commandOffset && each.commandHash === commandHash,
    );
    this.#set(this.#pending.filter((each) => each.commandOffset > commandOffset));
    return isSetAside;
  }

  #set(pending: readonly PendingQuarantine[]): void {
    this.#pending = pending.toSorted(byPlace);
    const [next] = this.#pending;
    this.nextOffset = next === undefined ? Infinity : next.commandOffset;
  }
}

const byPlace = (left: PendingQuarantine, right: PendingQuarantine): number => {
  if (left.commandOffset !== right.commandOffset) return left.commandOffset - right.commandOffset;
  return left.commandHash < right.commandHash ? -1 : 1;
};
