import type { StreamMessage, StreamRequest } from "../schema/http/reads-stream.ts";

export type StreamState = "connecting" | "live" | "lost";

export interface MarketStreamOptions {
  readonly url: string;
  onMessage(message: StreamMessage): void;
  onState(state: StreamState): void;
  /** Milliseconds from a ping to its pong. */
  onLatency(ms: number): void;
}

const pingEveryMs = 2000;
const silenceMaxMs = 7000;
const retryMs = { first: 250, most: 5000 };

/**
 * The market data stream, followed for one symbol at a time. It reconnects by itself, and after each connection subscribes anew, so
 * that the messages begin with a snapshot again.
 */
export class MarketStream {
  readonly #options: MarketStreamOptions;
  #socket: WebSocket | null = null;
  #symbol: string | null = null;
  #retryMs = retryMs.first;
  #pingSentAt = 0;
  #heardAt = 0;
  #closed = false;
  readonly #pinging: ReturnType<typeof setInterval>;

  constructor(options: MarketStreamOptions) {
    this.#options = options;
    this.#connect();
    this.#pinging = setInterval(() => this.#ping(), pingEveryMs);
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#pinging);
    this.#socket?.close();
  }

  /** Leaves the symbol before and subscribes to the book and the trades of this one. */
  watch(symbol: string): void {
    if (this.#symbol !== null) this.#ask("unsubscribe", this.#symbol);
    this.#symbol = symbol;
    this.#ask("subscribe", symbol);
  }

  /** After a gap or a wrong checksum: a new snapshot of the book. */
  resnapshot(): void {
    if (this.#symbol === null) return;
    this.#send({ op: "unsubscribe", channel: "book", symbol: this.#symbol });
    this.#send({ op: "subscribe", channel: "book", symbol: this.#symbol });
  }

  #connect(): void {
    if (this.#closed) return;
    this.#options.onState("connecting");
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.addEventListener("open", () => {
      this.#retryMs = retryMs.first;
      this.#options.onState("live");
      if (this.#symbol !== null) this.#ask("subscribe", this.#symbol);
      this.#ping();
    });
    socket.addEventListener("message", (event: MessageEvent<string>) => this.#hear(event.data));
    socket.addEventListener("close", () => {
      if (this.#socket === socket) this.#retry();
    });
  }

  /** Later after each failure, and not all pages at the same moment. */
  #retry(): void {
    this.#socket = null;
    this.#options.onState("lost");
    setTimeout(() => this.#connect(), this.#retryMs * (0.5 + Math.random()));
    this.#retryMs = Math.min(this.#retryMs * 2, retryMs.most);
  }

  #hear(text: string): void {
    this.#heardAt = performance.now();
    const message = JSON.parse(text) as StreamMessage;
    if (message.type === "pong") this.#options.onLatency(this.#heardAt - this.#pingSentAt);
    else this.#options.onMessage(message);
  }

  /** A connection that has gone silent is given up: the network may have died without a word. */
  #ping(): void {
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) return;
    if (performance.now() - this.#heardAt > silenceMaxMs) return socket.close();
    this.#pingSentAt = performance.now();
    this.#send({ op: "ping" });
  }

  #ask(op: "subscribe" | "unsubscribe", symbol: string): void {
    this.#send({ op, channel: "book", symbol });
    this.#send({ op, channel: "trades", symbol });
  }

  #send(request: StreamRequest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }
}
