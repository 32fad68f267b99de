import type { Limits } from "./limits.ts";
import { ApiProblem } from "./problems.ts";
import type { Reads } from "./reads.ts";

/** What stands behind a client's socket. */
export interface StreamData {
  upstream: WebSocket | null;
  /** What the client sent before the other side was open. */
  readonly waiting: string[];
  /** Query has been told to send nothing until the client has caught up. */
  paused: boolean;
}

type StreamServer = Bun.Server<StreamData>;
type StreamSocket = Bun.ServerWebSocket<StreamData>;

export interface StreamBridgeOptions {
  readonly reads: Reads;
  readonly limits: Limits;
  /** Origins beside the venue's own that pages may connect from. */
  readonly allowedOrigins: readonly string[];
  readonly connectionCountMax: number;
}

const waitingCountMax = 64;
/** Codes of RFC 6455 and its registry. */
const Close = {
  Normal: 1000,
  Unsupported: 1003,
  Policy: 1008,
  TryAgainLater: 1013,
  BadGateway: 1014,
};

/** Joins clients' WebSockets with query's. A client that reads slowly makes query pause, and only in the end loses its connection. */
export class StreamBridge {
  readonly #options: StreamBridgeOptions;
  readonly #sockets = new Set<StreamSocket>();

  constructor(options: StreamBridgeOptions) {
    this.#options = options;
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Takes the connection over; the caller answers nothing then. Throws ApiProblem. */
  async upgrade(request: Request, server: StreamServer): Promise<void> {
    const { limits, reads, connectionCountMax } = this.#options;
    this.#checkOrigin(request.headers);
    await limits.take("stream", server.requestIP(request)?.address ?? "");
    if (this.#sockets.size >= connectionCountMax) {
      throw new ApiProblem("Overloaded", "Too many streams are open", {
        headers: { "retry-after": "5" },
      });
    }
    // Says before the upgrade that there is nothing to stream from.
    void reads.stream;
    const data: StreamData = { upstream: null, waiting: [], paused: false };
    if (!server.upgrade(request, { data })) {
      throw new ApiProblem("UpgradeRequired", "This is no WebSocket handshake");
    }
  }

  get handlers(): Bun.WebSocketHandler<StreamData> {
    return {
      maxPayloadLength: 16 * 1024,
      backpressureLimit: 4 * 1024 * 1024,
      closeOnBackpressureLimit: true,
      perMessageDeflate: false,
      open: (socket) => this.#open(socket),
      message: (socket, message) => this.#message(socket, message),
      drain: (socket) => this.#drain(socket),
      close: (socket) => this.#close(socket),
    };
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.close(1001, "The venue is closing");
  }

  /** Browsers name the page's origin and cannot be made to lie; other clients name none. */
  #checkOrigin(headers: Headers): void {
    const origin = headers.get("origin");
    if (origin === null) return;
    const host = headers.get("host") ?? "";
    const own = [`http://${host}`, `https://${host}`];
    if (own.includes(origin) || this.#options.allowedOrigins.includes(origin)) return;
    throw new ApiProblem("ForbiddenOrigin", "Pages of this origin may not connect");
  }

  #open(socket: StreamSocket): void {
    this.#sockets.add(socket);
    const upstream = this.#connect();
    if (upstream === null)
      return socket.close(Close.TryAgainLater, "The read side does not answer");
    socket.data.upstream = upstream;
    upstream.onopen = () => {
      for (const text of socket.data.waiting.splice(0)) upstream.send(text);
    };
    upstream.onmessage = (event) => this.#passOn(socket, String(event.data));
    upstream.onclose = () =>
      socket.close(Close.TryAgainLater, "The stream has ended; connect again");
    upstream.onerror = () => socket.close(Close.BadGateway, "The read side cannot be reached");
  }

  #connect(): WebSocket | null {
    try {
      const { url, headers } = this.#options.reads.stream;
      // Bun's clients take headers, which the types of browsers do not know.
      return new WebSocket(url, { headers } as unknown as string[]);
    } catch (error) {
      if (error instanceof ApiProblem) return null;
      throw error;
    }
  }

  #passOn(socket: StreamSocket, text: string): void {
    const sent = socket.send(text);
    if (sent >= 0 || socket.data.paused) return;
    socket.data.paused = true;
    socket.data.upstream?.send('{"op":"pause"}');
  }

  #drain(socket: StreamSocket): void {
    if (!socket.data.paused) return;
    socket.data.paused = false;
    socket.data.upstream?.send('{"op":"resume"}');
  }

  #message(socket: StreamSocket, message: string | Buffer): void {
    const { upstream, waiting } = socket.data;
    if (typeof message !== "string") return socket.close(Close.Unsupported, "Messages are text");
    if (upstream === null) return;
    if (upstream.readyState === WebSocket.OPEN) return upstream.send(message);
    if (waiting.length >= waitingCountMax) return socket.close(Close.Policy, "Too many messages");
    waiting.push(message);
  }

  #close(socket: StreamSocket): void {
    this.#sockets.delete(socket);
    const { upstream } = socket.data;
    if (upstream === null) return;
    upstream.onclose = null;
    upstream.onerror = null;
    upstream.onmessage = null;
    upstream.close(Close.Normal);
  }
}
