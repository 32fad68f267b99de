/** A place in a row: what stands before it has gone, or not yet. */
export interface Turn {
  /** Resolves when all that came before have passed. */
  readonly mine: Promise<void>;
  /** To be called once, at the latest when there is nothing more to do; later calls do nothing. */
  pass(): void;
}

/** A row of turns: they come in the order in which they were taken, however long each one's work before it takes. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  take(): Turn {
    const mine = this.#last;
    const passed = Promise.withResolvers<void>();
    this.#last = mine.then(() => passed.promise);
    return { mine, pass: () => passed.resolve() };
  }
}
