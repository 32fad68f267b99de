import type { Clock } from "../ports/clock/clock.ts";
import { StreamRequest } from "../schema/http/reads-stream.ts";
import { BookFeed } from "./book-feed.ts";
import type { Book } from "./book.ts";
import type { Books } from "./books.ts";
import { StreamConnection } from "./stream-connection.ts";
import type { StreamSocket, TradeText } from "./stream-connection.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Changes within this time make one message, so that many readers of a busy book are cheap. */
const flushIntervalMs = 25;

export const connectionCountMax = 10_000;
export const subscriptionCountMax = 64;
const messagesAtOnce = 200;
const messagesPerSecond = 50;

interface Channel {
  readonly feed: BookFeed;
  readonly bookReaders: Set<StreamConnection>;
  readonly tradeReaders: Set<StreamConnection>;
}

/** Streams of books and trades (schema/http/reads-stream.ts) to every connection. */
export class Stream {
  readonly #clock: Clock;
  readonly #find: (symbol: string) => Book | null;
  readonly #serves: (partition: number) => boolean;
  readonly #channels = new Map<Book, Channel>();
  readonly #connections = new Map<StreamConnection, TokenBucket>();
  readonly #closing = new AbortController();
  #dirty = new Set<Book>();
  #flushDue = false;
  #flushedAt = -Infinity;

  constructor(parts: { clock: Clock; books: () => Pick<Books, "find" | "serves"> }) {
    this.#clock = parts.clock;
    this.#find = (symbol) => parts.books().find(symbol);
    this.#serves = (partition) => parts.books().serves(partition);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  open(socket: StreamSocket): StreamConnection {
    const connection = new StreamConnection(socket);
    const bucket = new TokenBucket(this.#clock, messagesAtOnce, messagesPerSecond);
    this.#connections.set(connection, bucket);
    return connection;
  }

  closed(connection: StreamConnection): void {
    this.#connections.delete(connection);
    for (const feed of connection.feeds) {
      const channel = this.#channels.get(feed.book);
      channel?.bookReaders.delete(connection);
      channel?.tradeReaders.delete(connection);
    }
  }

  /** A message of the client. */
  received(connection: StreamConnection, text: string): void {
    if (this.#connections.get(connection)?.take() === false) {
      connection.refuse("TooManyMessages", `More than ${messagesPerSecond} messages a second`);
      connection.close(1008, "Too many messages");
      return;
    }
    const request = readRequest(text);
    if (request === null) {
      connection.refuse("InvalidMessage", "Not a message of this stream");
      return;
    }
    this.#answer(connection, request);
  }

  drained(connection: StreamConnection): void {
    connection.drained();
    this.flush();
    connection.catchUp();
  }

  /** Some books have changed: tells the readers at once, or when the last telling is long enough ago. */
  changed(books: ReadonlySet<Book>): void {
    for (const book of books) this.#dirty.add(book);
    if (this.#dirty.size === 0 || this.#flushDue) return;
    this.#flushDue = true;
    void this.#flushLater();
  }

  /** Tells the readers of every changed book now. */
  flush(): void {
    const dirty = this.#dirty;
    if (dirty.size === 0) return;
    this.#dirty = new Set();
    this.#flushedAt = this.#clock.monotonic();
    for (const book of dirty) tell(this.#channelOf(book));
  }

  /** The books of a partition are of no use any more: its readers learn that, and come back elsewhere or later. */
  stopped(partition: number): void {
    for (const connection of this.#connections.keys()) {
      if (![...connection.feeds].some(({ book }) => book.partition === partition)) continue;
      connection.refuse("BookUnavailable", "The book is not kept up to date any more");
      connection.close(1011, "The book stopped");
    }
  }

  close(): void {
    this.#closing.abort();
    for (const connection of this.#connections.keys()) connection.close(1001, "Closing");
  }

  async #flushLater(): Promise<void> {
    const wait = this.#flushedAt + flushIntervalMs - this.#clock.monotonic();
    await this.#clock.sleep(Math.max(0, wait), this.#closing.signal);
    this.#flushDue = false;
    this.flush();
  }

  #answer(connection: StreamConnection, request: StreamRequest): void {
    switch (request.op) {
      case "ping":
        return connection.pong();
      case "pause":
        return connection.pause();
      case "resume":
        connection.resume();
        this.flush();
        return connection.catchUp();
      case "subscribe":
        return this.#subscribe(connection, request);
      case "unsubscribe":
        return this.#unsubscribe(connection, request);
    }
  }

  #subscribe(connection: StreamConnection, request: Subscription): void {
    const book = this.#bookFor(connection, request.symbol);
    if (book === null) return;
    this.flush();
    const { feed, bookReaders, tradeReaders } = this.#channelOf(book);
    const known = connection.reads(request.channel, feed);
    if (!known && connection.subscriptionCount >= subscriptionCountMax) {
      connection.refuse("TooManySubscriptions", `At most ${subscriptionCountMax} a connection`);
      return;
    }
    if (request.channel === "book") {
      bookReaders.add(connection);
      connection.readBook(feed);
    } else {
      tradeReaders.add(connection);
      connection.readTrades(feed);
    }
  }

  #unsubscribe(connection: StreamConnection, request: Subscription): void {
    const book = this.#bookFor(connection, request.symbol);
    if (book === null) return;
    const { feed, bookReaders, tradeReaders } = this.#channelOf(book);
    (request.channel === "book" ? bookReaders : tradeReaders).delete(connection);
    connection.leave(request.channel, feed);
  }

  #bookFor(connection: StreamConnection, symbol: string): Book | null {
    const book = this.#find(symbol);
    if (book === null) connection.refuse("UnknownSymbol", `There is no ${symbol}`);
    else if (this.#serves(book.partition)) return book;
    else connection.refuse("BookUnavailable", `The book of ${symbol} is not up to date`);
    return null;
  }

  #channelOf(book: Book): Channel {
    const known = this.#channels.get(book);
    if (known !== undefined) return known;
    const channel = {
      feed: new BookFeed(book),
      bookReaders: new Set<StreamConnection>(),
      tradeReaders: new Set<StreamConnection>(),
    };
    this.#channels.set(book, channel);
    return channel;
  }
}

type Subscription = Extract<StreamRequest, { channel: string }>;

function tell({ feed, bookReaders, tradeReaders }: Channel): void {
  const fresh = feed.takeTrades(tradeReaders.size > 0);
  const texts: TradeText[] = fresh.trades.map((trade) => ({
    rptSeq: trade.rptSeq,
    text: JSON.stringify(trade),
  }));
  const missedTo = fresh.missed?.toRptSeq ?? null;
  for (const reader of tradeReaders) reader.offerTrades(feed, texts, missedTo);
  const delta = feed.takeDelta(bookReaders.size > 0);
  if (delta === null) return;
  for (const reader of bookReaders) reader.offerDelta(feed, delta);
}

function readRequest(text: string): StreamRequest | null {
  try {
    const parsed = StreamRequest.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
