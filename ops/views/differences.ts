const shownMax = 5;

/** Collects what differs in one view, and says so in a line or a few. */
export class Differences {
  readonly #view: string;
  readonly #shown: string[] = [];
  #comparedCount = 0;
  #differingCount = 0;

  constructor(view: string) {
    this.#view = view;
  }

  get none(): boolean {
    return this.#differingCount === 0;
  }

  /** Compares two values of one thing; both are shown when they differ. */
  compare(what: string, expected: string, found: string): void {
    this.#comparedCount++;
    if (expected === found) return;
    this.add(`${what}: the log says ${expected}, the view ${found}`);
  }

  add(line: string): void {
    this.#differingCount++;
    if (this.#shown.length < shownMax) this.#shown.push(line);
  }

  report(): string[] {
    if (this.none)
      return [`${this.#view}: equal to the fold of the log (${this.#comparedCount} rows)`];
    const more = this.#differingCount - this.#shown.length;
    return [
      `${this.#view}: DIFFERS from the fold of the log in ${this.#differingCount} of ${this.#comparedCount} rows`,
      ...this.#shown.map((line) => `  ${line}`),
      ...(more > 0 ? [`  and ${more} more`] : []),
    ];
  }
}

/** Compares two sets of rows by key, each row as one text. */
export function compareRows(
  differences: Differences,
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): void {
  for (const [key, row] of expected) differences.compare(key, row, found.get(key) ?? "nothing");
  for (const [key, row] of found) if (!expected.has(key)) differences.compare(key, "nothing", row);
}

/** One spelling a value: no zeros at the end of a fraction. */
export function plain(value: unknown): string {
  const text = String(value);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
