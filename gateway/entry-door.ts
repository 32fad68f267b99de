import type { Edge } from "./edge.ts";
import { EntryConnection } from "./entry-connection.ts";
import type { EntryConnectionOptions } from "./entry-connection.ts";
import { checkOrigin, takeOver, tooManyOpen } from "./sockets.ts";
import type { GatewayServer } from "./sockets.ts";

export interface EntryDoorOptions {
  readonly edge: Edge;
  /** As of an EntryConnection. */
  readonly ask: EntryConnectionOptions["ask"];
  /** Origins beside the venue's own that pages may connect from. */
  readonly allowedOrigins: readonly string[];
  readonly connectionCountMax: number;
  readonly accountConnectionCountMax: number;
}

/** The connections for order entry. */
export class EntryDoor {
  readonly #options: EntryDoorOptions;
  readonly #connections = new Set<EntryConnection>();
  /** Connections of each account that has any. */
  readonly #counts = new Map<number, number>();

  constructor(options: EntryDoorOptions) {
    this.#options = options;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Takes the connection over; the caller answers nothing then. Throws ApiProblem. */
  async upgrade(request: Request, server: GatewayServer): Promise<void> {
    const { edge, ask, allowedOrigins, connectionCountMax } = this.#options;
    checkOrigin(request.headers, allowedOrigins);
    await edge.limits.take("stream", server.requestIP(request)?.address ?? "");
    if (this.#connections.size >= connectionCountMax) {
      throw tooManyOpen("Too many connections are open");
    }
    const side = new EntryConnection({
      edge,
      ask,
      onOpen: (connection) => void this.#connections.add(connection),
      onLogin: (accountID) => this.#count(accountID),
      onClose: (connection, accountID) => this.#forget(connection, accountID),
    });
    takeOver(request, server, side);
  }

  /** Ends all of them, with what they have asked for answered. Their timers run out, unless the clients come back before that. */
  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.drain()));
  }

  #count(accountID: number): void {
    const count = this.#counts.get(accountID) ?? 0;
    if (count >= this.#options.accountConnectionCountMax) {
      throw tooManyOpen("The account has as many connections as it may have");
    }
    this.#counts.set(accountID, count + 1);
  }

  #forget(connection: EntryConnection, accountID: number | null): void {
    this.#connections.delete(connection);
    if (accountID === null) return;
    const count = (this.#counts.get(accountID) ?? 1) - 1;
    if (count === 0) this.#counts.delete(accountID);
    else this.#counts.set(accountID, count);
  }
}
