import type { Limits } from "./limits.ts";
import { ApiProblem } from "./problems.ts";
import type { Reads } from "./reads.ts";
import { checkOrigin, Close, takeOver, tooManyOpen } from "./sockets.ts";
import type { ClientSocket, GatewayServer, SocketSide } from "./sockets.ts";

export interface StreamBridgeOptions {
  readonly reads: Reads;
  readonly limits: Limits;
  /** Origins beside the venue's own that pages may connect from. */
  readonly allowedOrigins: readonly string[];
  readonly connectionCountMax: number;
}

const waitingCountMax = 64;

/** Joins clients' WebSockets with query's. A client that reads slowly makes query pause, and only in the end loses its connection. */
export class StreamBridge {
  readonly #options: StreamBridgeOptions;
  readonly #sockets = new Set<ClientSocket>();

  constructor(options: StreamBridgeOptions) {
    this.#options = options;
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Takes the connection over; the caller answers nothing then. Throws ApiProblem. */
  async upgrade(request: Request, server: GatewayServer): Promise<void> {
    const { limits, reads, connectionCountMax, allowedOrigins } = this.#options;
    checkOrigin(request.headers, allowedOrigins);
    await limits.take("stream", server.requestIP(request)?.address ?? "");
    if (this.#sockets.size >= connectionCountMax) throw tooManyOpen("Too many streams are open");
    // Says before the upgrade that there is nothing to stream from.
    void reads.stream;
    takeOver(request, server, new StreamSide(reads, this.#sockets));
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.close(Close.GoingAway, "The venue is closing");
  }
}

/** One client's stream. */
class StreamSide implements SocketSide {
  readonly #reads: Reads;
  /** Of all streams. */
  readonly #sockets: Set<ClientSocket>;
  #upstream: WebSocket | null = null;
  /** What the client sent before the other side was open. */
  readonly #waiting: string[] = [];
  /** Query has been told to send nothing until the client has caught up. */
  #paused = false;

  constructor(reads: Reads, sockets: Set<ClientSocket>) {
    this.#reads = reads;
    this.#sockets = sockets;
  }

  open(socket: ClientSocket): void {
    this.#sockets.add(socket);
    const upstream = this.#connect();
    if (upstream === null)
      return socket.close(Close.TryAgainLater, "The read side does not answer");
    this.#upstream = upstream;
    upstream.onopen = () => {
      for (const text of this.#waiting.splice(0)) upstream.send(text);
    };
    upstream.onmessage = (event) => this.#passOn(socket, String(event.data));
    upstream.onclose = () =>
      socket.close(Close.TryAgainLater, "The stream has ended; connect again");
    upstream.onerror = () => socket.close(Close.BadGateway, "The read side cannot be reached");
  }

  message(socket: ClientSocket, message: string | Buffer): void {
    const upstream = this.#upstream;
    if (typeof message !== "string") return socket.close(Close.Unsupported, "Messages are text");
    if (upstream === null) return;
    if (upstream.readyState === WebSocket.OPEN) return upstream.send(message);
    if (this.#waiting.length >= waitingCountMax)
      return socket.close(Close.Policy, "Too many messages");
    this.#waiting.push(message);
  }

  drained(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#upstream?.send('{"op":"resume"}');
  }

  close(socket: ClientSocket): void {
    this.#sockets.delete(socket);
    const upstream = this.#upstream;
    if (upstream === null) return;
    upstream.onclose = null;
    upstream.onerror = null;
    upstream.onmessage = null;
    upstream.close(Close.Normal);
  }

  #connect(): WebSocket | null {
    try {
      const { url, headers } = this.#reads.stream;
      // Bun's clients take headers, which the types of browsers do not know.
      return new WebSocket(url, { headers } as unknown as string[]);
    } catch (error) {
      if (error instanceof ApiProblem) return null;
      throw error;
    }
  }

  #passOn(socket: ClientSocket, text: string): void {
    const sent = socket.send(text);
    if (sent >= 0 || this.#paused) return;
    this.#paused = true;
    this.#upstream?.send('{"op":"pause"}');
  }
}
