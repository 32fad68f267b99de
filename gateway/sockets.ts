import { ApiProblem } from "./problems.ts";

/** What a connection is there for. */
export interface SocketSide {
  open(socket: ClientSocket): void;
  message(socket: ClientSocket, message: string | Buffer): void;
  /** What was queued for it has been sent. */
  drained?(socket: ClientSocket): void;
  /** `code` is the client's own, or says how it broke. */
  close(socket: ClientSocket, code: number): void;
}

/** What stands behind a client's socket. */
export interface SocketData {
  readonly side: SocketSide;
}

export type ClientSocket = Bun.ServerWebSocket<SocketData>;
export type GatewayServer = Bun.Server<SocketData>;

/** Codes of RFC 6455 and its registry; from 4000 on our own. */
export const Close = {
  Normal: 1000,
  GoingAway: 1001,
  Unsupported: 1003,
  Policy: 1008,
  TryAgainLater: 1013,
  BadGateway: 1014,
  Unauthorized: 4401,
} as const;

/** Every connection of the gateway, whatever it is there for. */
export const socketHandlers: Bun.WebSocketHandler<SocketData> = {
  maxPayloadLength: 16 * 1024,
  backpressureLimit: 4 * 1024 * 1024,
  closeOnBackpressureLimit: true,
  perMessageDeflate: false,
  open: (socket) => socket.data.side.open(socket),
  message: (socket, message) => socket.data.side.message(socket, message),
  drain: (socket) => socket.data.side.drained?.(socket),
  close: (socket, code) => socket.data.side.close(socket, code),
};

/** Browsers name the page's origin and cannot be made to lie; other clients name none. Throws ApiProblem. */
export function checkOrigin(headers: Headers, allowedOrigins: readonly string[]): void {
  const origin = headers.get("origin");
  if (origin === null) return;
  const host = headers.get("host") ?? "";
  const own = [`http://${host}`, `https://${host}`];
  if (own.includes(origin) || allowedOrigins.includes(origin)) return;
  throw new ApiProblem("ForbiddenOrigin", "Pages of this origin may not connect");
}

/** Takes the connection over; the caller answers nothing then. Throws ApiProblem. */
export function takeOver(request: Request, server: GatewayServer, side: SocketSide): void {
  if (server.upgrade(request, { data: { side } })) return;
  throw new ApiProblem("UpgradeRequired", "This is no WebSocket handshake");
}

export function tooManyOpen(detail: string): ApiProblem {
  return new ApiProblem("Overloaded", detail, { headers: { "retry-after": "5" } });
}
