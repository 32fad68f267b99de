import type { Clock } from "../ports/clock/clock.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import type { Book } from "./book.ts";
import type { Books } from "./books.ts";
import { readPositions } from "./fold-positions.ts";
import { parsePosition } from "./position.ts";
import type { PositionList } from "./position.ts";
import { invalidRequest, Problem } from "./problem.ts";

/** Longest wait for a store to come up to minSeq. */
export const minSeqWaitMs = 2000;

const pollMs = 10;

/** Holds a read back until the store that answers it is as new as the client asks for. */
export class MinSeqGate {
  readonly #books: Books;
  readonly #readDb: ReadDb;
  readonly #clock: Clock;
  #reading: Promise<PositionList> | null = null;

  constructor(parts: { books: Books; readDb: ReadDb; clock: Clock }) {
    this.#books = parts.books;
    this.#readDb = parts.readDb;
    this.#clock = parts.clock;
  }

  /**
   * The book of an instrument, once it is as new as wanted. Rejects with Problem: StaleRead after two seconds, UnknownSymbol,
   * BookUnavailable while the replicas cannot tell.
   */
  async book(minSeq: string | undefined, symbol: string): Promise<Book> {
    const wanted = this.#wanted(minSeq);
    const partition = this.#books.partitionOf(symbol);
    const seqNum = wanted?.get(partition);
    if (seqNum !== undefined) await this.#awaitBooks(new Map([[partition, seqNum]]));
    this.#assertServes([partition]);
    const book = this.#books.find(symbol);
    if (book === null) throw new Problem("UnknownSymbol", `There is no ${symbol}`);
    return book;
  }

  /** For answers out of all partitions' books. */
  async allBooks(minSeq: string | undefined): Promise<void> {
    const wanted = this.#wanted(minSeq);
    if (wanted !== null) await this.#awaitBooks(wanted);
    this.#assertServes(this.#books.partitions());
  }

  /** For answers out of Postgres. */
  async readDb(minSeq: string | undefined): Promise<void> {
    const wanted = this.#wanted(minSeq);
    if (wanted === null) return;
    if (!(await this.readDbReaches(wanted))) throw stale(wanted, await this.#positions());
  }

  /** True as soon as Postgres is at the wanted place, false after two seconds. */
  async readDbReaches(wanted: PositionList): Promise<boolean> {
    const deadline = this.#clock.monotonic() + minSeqWaitMs;
    while (true) {
      if (missing(wanted, await this.#positions()) === null) return true;
      if (this.#clock.monotonic() >= deadline) return false;
      await this.#clock.sleep(pollMs);
    }
  }

  #assertServes(partitions: readonly number[]): void {
    const missed = partitions.find((partition) => !this.#books.serves(partition));
    if (missed === undefined) return;
    throw new Problem("BookUnavailable", `The books of partition ${missed} are not up to date`);
  }

  async #awaitBooks(wanted: PositionList): Promise<void> {
    const limit = new AbortController();
    const done = new AbortController();
    void this.#clock.sleep(minSeqWaitMs, done.signal).then(() => limit.abort());
    const reached = await Promise.all(
      [...wanted].map(([partition, seqNum]) =>
        this.#books.reaches(partition, seqNum, limit.signal),
      ),
    );
    done.abort();
    if (reached.includes(false)) {
      const at = [...wanted.keys()].map((key): [number, number] => [key, this.#books.seqNum(key)]);
      throw stale(wanted, new Map(at));
    }
  }

  /** Requests that wait at the same time share a look. */
  #positions(): Promise<PositionList> {
    this.#reading ??= readPositions(this.#readDb).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  #wanted(minSeq: string | undefined): PositionList | null {
    if (minSeq === undefined) return null;
    const wanted = parsePosition(minSeq, this.#books.partitionCount);
    if (wanted === null) {
      throw invalidRequest([{ pointer: "/minSeq", detail: "Not a position on this log" }]);
    }
    return wanted;
  }
}

/** First partition that is behind. */
function missing(wanted: PositionList, at: PositionList): number | null {
  for (const [partition, seqNum] of wanted) {
    if ((at.get(partition) ?? 0) < seqNum) return partition;
  }
  return null;
}

function stale(wanted: PositionList, at: PositionList): Problem {
  const partition = missing(wanted, at) ?? 0;
  return new Problem(
    "StaleRead",
    `Partition ${partition} is at ${at.get(partition) ?? 0}, not yet at ${wanted.get(partition) ?? 0}`,
  );
}
