/** A request of the public API and whose it is. */
export interface ApiRequest {
  readonly method: "POST" | "PATCH" | "DELETE" | "GET";
  readonly path: string;
  readonly token: string;
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  /** `partition:seqNum` of what decided it; null where nothing reached the log. */
  readonly position: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Sends requests in order with several in flight: each goes out on a connection of its own that is free, written before the next
 * one is. HTTP promises no order between connections. Requests of one kind take the same way through the venue, and have kept their
 * order wherever that was measured; of mixed kinds some overtake others. So the caller checks the order by the seqNum in each answer;
 * with one in flight it is certain.
 */
export class OrderedWindow {
  readonly #connections: readonly Connection[];
  readonly #free: Connection[];
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #broken: Error | null = null;

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections;
    this.#free = [...connections];
  }

  static async open(url: string, inFlightMax: number): Promise<OrderedWindow> {
    const { hostname, port } = new URL(url);
    const connections = Array.from({ length: inFlightMax }, () =>
      Connection.open(hostname, Number(port)),
    );
    return new OrderedWindow(await Promise.all(connections));
  }

  /** Resolves as soon as a request can go out; await it before each send, from one caller. */
  async room(): Promise<void> {
    if (this.#free.length === 0) await this.#change();
  }

  /** Writes the request now and resolves with its answer. Rejects when the connection breaks; room() then rejects as well. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const connection = this.#free.shift();
    if (connection === undefined) throw new Error("No connection is free: await room() first");
    try {
      const answer = await connection.exchange(request);
      this.#free.push(connection);
      this.#waiting.shift()?.resolve();
      return answer;
    } catch (cause) {
      this.#broken = new Error(`${request.method} ${request.path} got no answer`, { cause });
      for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#broken);
      throw this.#broken;
    }
  }

  /** Resolves when nothing is in flight. */
  async drained(): Promise<void> {
    while (this.#free.length < this.#connections.length) await this.#change();
  }

  /** The next answer, or the error that ended it all. */
  #change(): Promise<void> {
    if (this.#broken !== null) throw this.#broken;
    const waiting = Promise.withResolvers<void>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** One keep-alive HTTP/1.1 connection with one exchange at a time: just what this venue's answers need. */
class Connection {
  readonly #host: string;
  #socket: Bun.Socket | null = null;
  #received = Buffer.alloc(0);
  #exchange: PromiseWithResolvers<ApiAnswer> | null = null;

  private constructor(host: string) {
    this.#host = host;
  }

  static async open(hostname: string, port: number): Promise<Connection> {
    const connection = new Connection(`${hostname}:${port}`);
    connection.#socket = await Bun.connect({
      hostname,
      port,
      socket: {
        data: (_, bytes) => connection.#receive(bytes),
        close: () => connection.#fail(new Error("The venue closed the connection")),
        error: (_, error) => connection.#fail(error),
      },
    });
    return connection;
  }

  exchange(request: ApiRequest): Promise<ApiAnswer> {
    if (this.#exchange !== null) throw new Error("One exchange at a time");
    const exchange = Promise.withResolvers<ApiAnswer>();
    this.#exchange = exchange;
    const body = request.body === undefined ? "" : JSON.stringify(request.body);
    const head = [
      `${request.method} ${request.path} HTTP/1.1`,
      `host: ${this.#host}`,
      `authorization: Bearer ${request.token}`,
      ...(body === "" ? [] : ["content-type: application/json"]),
      ...(body === "" ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    ];
    this.#socket?.write(`${head.join("\r\n")}\r\n\r\n${body}`);
    return exchange.promise;
  }

  close(): void {
    this.#socket?.end();
  }

  #receive(bytes: Uint8Array): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.toString("latin1", 0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) return this.#fail(new Error("An answer without content-length"));
    const end = headEnd + 4 + length;
    if (this.#received.length < end) return;
    const text = this.#received.toString("utf8", headEnd + 4, end);
    this.#received = this.#received.subarray(end);
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.resolve({
      status: Number(head.slice(9, 12)),
      position: /\r\nx-orderbook-position: *([\d:,]+)/i.exec(head)?.[1] ?? null,
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    });
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.reject(error);
  }
}
