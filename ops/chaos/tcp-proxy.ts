import type { Socket, TCPSocketListener } from "bun";

import { TcpFlow } from "./tcp-flow.ts";
import type { FlowMode } from "./tcp-flow.ts";

/**
 * What the network between a client and a store does. `Delay` holds each way up. `Cut` resets every connection and refuses new ones.
 * `BlackHole` accepts and forwards nothing; what was sent meanwhile arrives afterwards. `DropAcks` lets the store hear the client,
 * swallows what it answers, and resets the connection a while later.
 */
export type ProxyMode =
  | { readonly kind: "Pass" }
  | { readonly kind: "Delay"; readonly delayMs: number }
  | { readonly kind: "Cut" }
  | { readonly kind: "BlackHole" }
  | { readonly kind: "DropAcks"; readonly cutAfterMs: number };

export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** A TCP proxy on loopback in front of one address. */
export class TcpProxy {
  readonly port: number;
  readonly #target: Address;
  readonly #links = new Set<Link>();
  #listener: TCPSocketListener<Accepted> | null;
  #mode: ProxyMode = { kind: "Pass" };

  /** Listens on the port, or on a free one for 0; throws where it is taken. */
  constructor(port: number, target: Address) {
    this.#target = target;
    this.#listener = this.#listen(port);
    this.port = this.#listener.port;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  /** Connections of clients that are open now. */
  get linkCount(): number {
    return this.#links.size;
  }

  /** Bytes read and not yet handed on, of all connections. */
  get queued(): number {
    return [...this.#links].reduce((sum, link) => sum + link.queued, 0);
  }

  /** Changes what happens to every connection, old and new, at once. */
  set(mode: ProxyMode): void {
    this.#mode = mode;
    for (const link of this.#links) link.apply(mode);
    if (mode.kind === "Cut") this.#refuse();
    else this.#listener ??= this.#listen(this.port);
  }

  /** Resets every connection and stops listening. */
  close(): void {
    for (const link of this.#links) link.reset();
    this.#refuse();
  }

  #refuse(): void {
    this.#listener?.stop(true);
    this.#listener = null;
  }

  #listen(port: number): TCPSocketListener<Accepted> {
    return Bun.listen<Accepted>({
      hostname: "127.0.0.1",
      port,
      allowHalfOpen: true,
      socket: {
        open: (socket) => this.#accept(socket),
        data: ({ data }, bytes) => data.link.fromClient(bytes),
        drain: ({ data }) => data.link.clientHasRoom(),
        end: ({ data }) => data.link.clientEnded(),
        close: ({ data }, error) => data.link.clientClosed(error),
      },
    });
  }

  #accept(socket: Socket<Accepted>): void {
    const link: Link = new Link(socket, this.#target, this.#mode, () => this.#links.delete(link));
    socket.data = { link };
    this.#links.add(link);
    link.apply(this.#mode);
  }
}

interface Accepted {
  readonly link: Link;
}

/** One connection of a client, and the one to the store that belongs to it. */
class Link {
  readonly #client: Socket<Accepted>;
  readonly #target: Address;
  readonly #onClosed: () => void;
  readonly #toStore: TcpFlow;
  #toClient: TcpFlow | null = null;
  #store: Socket | null = null;
  #connecting = false;
  #closed = false;
  #mode: ProxyMode;
  #cutTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: Socket<Accepted>, target: Address, mode: ProxyMode, onClosed: () => void) {
    this.#client = client;
    this.#target = target;
    this.#mode = mode;
    this.#onClosed = onClosed;
    this.#toStore = new TcpFlow(client, flowMode(mode, "store"), {
      onSwallowed: () => {},
      onFinished: () => this.#closeWhenDone(),
    });
  }

  get queued(): number {
    return this.#toStore.queued + (this.#toClient?.queued ?? 0);
  }

  apply(mode: ProxyMode): void {
    this.#mode = mode;
    // After bytes were swallowed the client would take what follows for what is missing.
    const torn = this.#cutTimer !== null && mode.kind !== "DropAcks";
    if (mode.kind === "Cut" || torn) return this.reset();
    this.#toStore.mode = flowMode(mode, "store");
    if (this.#toClient !== null) this.#toClient.mode = flowMode(mode, "client");
    if (mode.kind !== "BlackHole" && !this.#connecting) void this.#connect();
  }

  fromClient(bytes: Uint8Array): void {
    this.#toStore.receive(bytes);
  }

  clientHasRoom(): void {
    this.#toClient?.pump();
  }

  clientEnded(): void {
    this.#toStore.end();
  }

  /** Where this side had ended before, a client's end comes as a close without an error. */
  clientClosed(error: Error | undefined): void {
    if (error !== undefined || this.#toClient === null) return this.reset();
    this.#toClient.close();
    this.#toStore.end();
    this.#closeWhenDone();
  }

  reset(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#cutTimer !== null) clearTimeout(this.#cutTimer);
    this.#toStore.close();
    this.#toClient?.close();
    this.#client.terminate();
    this.#store?.terminate();
    this.#onClosed();
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    try {
      await Bun.connect({
        ...this.#target,
        allowHalfOpen: true,
        socket: {
          open: (socket) => this.#connected(socket),
          data: (_, bytes) => this.#toClient?.receive(bytes),
          drain: () => this.#toStore.pump(),
          end: () => this.#toClient?.end(),
          close: (_, error) => this.#storeClosed(error),
        },
      });
    } catch {
      // The store is not there: the client learns it as it would without a proxy, a little later.
      this.reset();
    }
  }

  #connected(store: Socket): void {
    if (this.#closed) {
      store.terminate();
      return;
    }
    this.#store = store;
    this.#toClient = new TcpFlow(store, flowMode(this.#mode, "client"), {
      onSwallowed: () => this.#cutSoon(),
      onFinished: () => this.#closeWhenDone(),
    });
    this.#toClient.to = this.#client;
    this.#toStore.to = store;
  }

  #cutSoon(): void {
    if (this.#mode.kind !== "DropAcks") return;
    this.#cutTimer ??= setTimeout(() => this.reset(), this.#mode.cutAfterMs);
  }

  #storeClosed(error: Error | undefined): void {
    if (error !== undefined) return this.reset();
    this.#toStore.close();
    this.#toClient?.end();
    this.#closeWhenDone();
  }

  /** Both sides have said all: the connection closes in good order. */
  #closeWhenDone(): void {
    const done = this.#toStore.finished && this.#toClient?.finished === true;
    if (!done || this.#closed) return;
    this.#closed = true;
    if (this.#cutTimer !== null) clearTimeout(this.#cutTimer);
    this.#client.end();
    this.#store?.end();
    this.#onClosed();
  }
}

function flowMode(mode: ProxyMode, receiver: "store" | "client"): FlowMode {
  switch (mode.kind) {
    case "Delay":
      return mode;
    case "BlackHole":
      return { kind: "Hold" };
    case "DropAcks":
      return { kind: receiver === "client" ? "Swallow" : "Pass" };
    case "Pass":
    case "Cut":
      return { kind: "Pass" };
  }
}
