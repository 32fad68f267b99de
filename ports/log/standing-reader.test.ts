import { describe, expect, test } from "bun:test";

import { LogError } from "./log.ts";
import type { LogRecord } from "./log.ts";
import { StandingReader } from "./standing-reader.ts";

/** Records that arrive when the test says so, as from a broker. */
class Arrivals {
  readonly reader: StandingReader;
  closed = false;
  #here: LogRecord[] = [];
  #onReady: () => void = () => {};
  #onFailure: (error: LogError) => void = () => {};

  constructor(fromOffset: number) {
    this.reader = new StandingReader({
      fromOffset,
      open: ({ onReady, onFailure }) => {
        this.#onReady = onReady;
        this.#onFailure = onFailure;
        return { take: () => this.#here.splice(0), close: () => void (this.closed = true) };
      },
    });
  }

  /** The waker tells of the first record after none, and of no other. */
  arrive(from: number, count: number): void {
    const wasEmpty = this.#here.length === 0;
    for (let offset = from; offset < from + count; offset++)
      this.#here.push({ offset, appendTime: 0, key: null, value: new Uint8Array(0) });
    if (wasEmpty) this.#onReady();
  }

  fail(error: LogError): void {
    this.#onFailure(error);
  }
}

function offsets(page: readonly LogRecord[]): number[] {
  return page.map(({ offset }) => offset);
}

describe("reading what stands", () => {
  test("hands over pages one after another, each record once, however they arrive", async () => {
    const at = new Arrivals(3);
    const first = at.reader.page(4, 12);
    at.arrive(3, 2);
    await Promise.resolve();
    at.arrive(5, 5);
    expect(offsets(await first)).toEqual([3, 4, 5, 6]);
    expect(at.reader.nextOffset).toBe(7);
    const second = at.reader.page(4, 12);
    at.arrive(10, 2);
    expect(offsets(await second)).toEqual([7, 8, 9, 10]);
    expect(offsets(await at.reader.page(4, 12))).toEqual([11]);
  });

  test("waits for a page that is not whole, and not past the end", async () => {
    const at = new Arrivals(0);
    let pages = 0;
    const page = at.reader.page(10, 3).finally(() => pages++);
    at.arrive(0, 2);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(pages).toBe(0);
    at.arrive(2, 4);
    expect(offsets(await page)).toEqual([0, 1, 2]);
    expect(at.reader.nextOffset).toBe(3);
    expect(offsets(await at.reader.page(2, 6))).toEqual([3, 4]);
  });

  test("fails with what the log says, at once and for good", async () => {
    const at = new Arrivals(0);
    const page = at.reader.page(1, 1);
    at.fail(new LogError("OffsetOutOfRange", "gone"));
    expect(await page.catch((error: LogError) => error.code)).toBe("OffsetOutOfRange");
    expect(await at.reader.page(1, 1).catch((error: LogError) => error.code)).toBe(
      "OffsetOutOfRange",
    );
  });
});
