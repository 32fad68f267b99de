import type { StreamErrorCode, StreamGap, StreamMessage } from "../schema/http/reads-stream.ts";
import type { BookFeed } from "./book-feed.ts";

/** What a connection needs of Bun's socket. `send` says 0: dropped; -1: queued, wait for the drain; else sent. */
export interface StreamSocket {
  send(text: string): number;
  close(code: number, reason: string): void;
}

export interface TradeText {
  readonly rptSeq: number;
  readonly text: string;
}

/** Answers that wait for a reader who does not read. */
const controlsQueuedMax = 64;

/**
 * One reader. While its socket's queue is full, or it has asked for a pause, nothing of the feeds is queued for it: a book is marked and
 * sent whole afterwards, missed trades are named by a gap. So a slow reader costs one message of memory and never has a silent hole.
 */
export class StreamConnection {
  readonly #socket: StreamSocket;
  readonly #books = new Map<BookFeed, { stale: boolean }>();
  readonly #trades = new Map<BookFeed, { rptSeq: number; stale: boolean }>();
  #blocked = false;
  #paused = false;
  #controlsQueued = 0;

  constructor(socket: StreamSocket) {
    this.#socket = socket;
  }

  get subscriptionCount(): number {
    return this.#books.size + this.#trades.size;
  }

  get feeds(): Set<BookFeed> {
    return new Set([...this.#books.keys(), ...this.#trades.keys()]);
  }

  reads(channel: "book" | "trades", feed: BookFeed): boolean {
    return channel === "book" ? this.#books.has(feed) : this.#trades.has(feed);
  }

  /** Again for a book that it reads already: it gets a fresh snapshot. The feed must have no change left to take. */
  readBook(feed: BookFeed): void {
    this.#books.set(feed, { stale: true });
    this.#confirm("subscribed", "book", feed);
    this.catchUp();
  }

  readTrades(feed: BookFeed): void {
    if (!this.#trades.has(feed)) {
      this.#trades.set(feed, { rptSeq: feed.tradesRptSeq, stale: false });
    }
    this.#confirm("subscribed", "trades", feed);
  }

  leave(channel: "book" | "trades", feed: BookFeed): void {
    if (channel === "book") this.#books.delete(feed);
    else this.#trades.delete(feed);
    this.#confirm("unsubscribed", channel, feed);
  }

  offerDelta(feed: BookFeed, text: string): void {
    const reading = this.#books.get(feed);
    if (reading === undefined || reading.stale) return;
    if (!this.#send(text)) reading.stale = true;
  }

  /** Trades in order; `missedTo`: others up to that rptSeq came before them and are gone. */
  offerTrades(feed: BookFeed, trades: readonly TradeText[], missedTo: number | null): void {
    const reading = this.#trades.get(feed);
    if (reading === undefined || reading.stale) return;
    if (missedTo !== null && !this.#sendGap(feed, reading, missedTo)) return;
    for (const { rptSeq, text } of trades) {
      if (!this.#send(text)) {
        reading.stale = true;
        return;
      }
      reading.rptSeq = rptSeq;
    }
    reading.rptSeq = feed.tradesRptSeq;
  }

  /** Sends what was held back, as far as the socket takes it. The feeds must have no change left to take. */
  catchUp(): void {
    for (const [feed, reading] of this.#books) {
      if (!reading.stale) continue;
      if (!this.#send(feed.snapshot())) return;
      reading.stale = false;
    }
    for (const [feed, reading] of this.#trades) {
      if (reading.stale && !this.#sendGap(feed, reading, feed.tradesRptSeq)) return;
    }
  }

  /** The socket's queue is empty again. */
  drained(): void {
    this.#blocked = false;
    this.#controlsQueued = 0;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  pong(): void {
    this.#control({ type: "pong" });
  }

  refuse(code: StreamErrorCode, detail: string): void {
    this.#control({ type: "error", code, detail });
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** False when it was not sent, and has to be made up for. */
  #send(text: string): boolean {
    if (this.#blocked || this.#paused) return false;
    const sent = this.#socket.send(text);
    this.#blocked = sent <= 0;
    return sent !== 0;
  }

  #sendGap(feed: BookFeed, reading: { rptSeq: number; stale: boolean }, toRptSeq: number): boolean {
    const gap: StreamGap = {
      type: "gap",
      channel: "trades",
      symbol: feed.book.terms.symbol,
      fromRptSeq: reading.rptSeq,
      toRptSeq,
    };
    const sent = this.#send(JSON.stringify(gap));
    reading.stale = !sent;
    if (sent) reading.rptSeq = toRptSeq;
    return sent;
  }

  #confirm(type: "subscribed" | "unsubscribed", channel: "book" | "trades", feed: BookFeed): void {
    this.#control({ type, channel, symbol: feed.book.terms.symbol });
  }

  /** Answers are queued even for a reader that does not read, but not for ever. */
  #control(message: StreamMessage): void {
    if (this.#blocked && ++this.#controlsQueued > controlsQueuedMax) {
      this.close(1013, "Answers are not read");
      return;
    }
    if (this.#socket.send(JSON.stringify(message)) <= 0) this.#blocked = true;
  }
}
