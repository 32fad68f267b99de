import type { Socket } from "bun";

interface Exchange {
  answered(status: number): void;
  failed(error: Error): void;
}

const headEnd = Buffer.from("\r\n\r\n");

/**
 * One keep-alive HTTP/1.1 connection, one exchange at a time, that looks at an answer's status and length only: a load generator must
 * cost less than what it measures.
 */
export class HttpConnection {
  #socket: Socket | null = null;
  #received: Buffer = Buffer.alloc(0);
  #exchange: Exchange | null = null;

  private constructor() {}

  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(url);
    const connection = new HttpConnection();
    connection.#socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (_, bytes) => connection.#receive(bytes),
        close: () => connection.#fail(new Error("The venue closed a connection")),
        error: (_, error) => connection.#fail(error),
      },
    });
    return connection;
  }

  /** Writes a whole request. The next one may follow once this one is answered. */
  send(request: string, exchange: Exchange): void {
    if (this.#exchange !== null) throw new Error("A connection has one exchange at a time");
    this.#exchange = exchange;
    const written = this.#socket?.write(request) ?? 0;
    if (written < request.length) this.#fail(new Error("A request did not fit into the socket"));
  }

  close(): void {
    this.#exchange = null;
    this.#socket?.end();
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? "0");
    if (this.#received.length < end + headEnd.length + length) return;
    this.#received = Buffer.alloc(0);
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.answered(Number(head.slice(9, 12)));
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.failed(error);
  }
}
