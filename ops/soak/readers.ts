import { VenueClient } from "../venue-client.ts";

export interface ReadersOptions {
  readonly url: string;
  readonly symbols: readonly string[];
  readonly token: string;
}

const pauseMs = 250;
const failuresKept = 100;

/** Reads of every kind, a few a second, and a stream of both channels: what a venue under load has beside it. */
export class Readers {
  /** What was not answered well. */
  readonly failures: string[] = [];
  readCount = 0;
  messageCount = 0;
  readonly #options: ReadersOptions;
  #socket: WebSocket | null = null;
  #ended = false;
  readonly #run: Promise<void>;

  constructor(options: ReadersOptions) {
    this.#options = options;
    this.#listen();
    this.#run = this.#read();
  }

  async stop(): Promise<void> {
    this.#ended = true;
    this.#socket?.close();
    await this.#run;
  }

  async #read(): Promise<void> {
    const { url, token } = this.#options;
    const client = new VenueClient(url, token);
    const paths = this.#options.symbols.flatMap((symbol) => [
      `/v1/instruments/${symbol}/book?level=2`,
      `/v1/instruments/${symbol}/trades?limit=100`,
      `/v1/orders?symbol=${symbol}&limit=100`,
      `/v1/fills?symbol=${symbol}&limit=100`,
      `/v1/instruments/${symbol}/candles`,
      `/v1/positions`,
    ]);
    for (let at = 0; !this.#ended; at++) {
      const path = paths[at % paths.length] ?? "";
      try {
        const { status } = await client.get(path);
        this.readCount++;
        if (status !== 200) this.#fail(`${path.split("?")[0]}: ${status}`);
      } catch (error) {
        this.#fail(`${path.split("?")[0]}: ${(error as Error).message}`);
      }
      await Bun.sleep(pauseMs);
    }
  }

  #listen(): void {
    const { url, symbols } = this.#options;
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1/stream`);
    this.#socket = socket;
    socket.onopen = () => {
      for (const symbol of symbols)
        for (const channel of ["book", "trades"])
          socket.send(JSON.stringify({ op: "subscribe", channel, symbol }));
    };
    socket.onmessage = () => void this.messageCount++;
    socket.onclose = ({ code, reason }) => {
      if (!this.#ended) this.#fail(`the stream was closed: ${code} ${reason}`);
    };
  }

  #fail(what: string): void {
    if (this.failures.length < failuresKept) this.failures.push(what);
  }
}
