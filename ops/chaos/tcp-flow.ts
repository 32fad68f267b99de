/** What happens to the bytes of one direction. `Hold` reads nothing, so that the sender feels it; `Swallow` reads and forgets. */
export type FlowMode =
  | { readonly kind: "Pass" }
  | { readonly kind: "Delay"; readonly delayMs: number }
  | { readonly kind: "Hold" }
  | { readonly kind: "Swallow" };

export interface FlowSocket {
  /** Bytes taken; fewer than given when the system's buffer is full, -1 when it is closed. */
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  /** Sends FIN and goes on reading. */
  shutdown(): void;
}

export interface FlowEvents {
  /** Bytes were read and forgotten. */
  onSwallowed(): void;
  /** The sender has ended, and the receiver has everything and knows it. */
  onFinished(): void;
}

interface Chunk {
  bytes: Uint8Array;
  readonly receivedAt: number;
}

/** Above it nothing more is read: room for what a delay keeps on its way, and no more. */
const queuedMax = 1024 * 1024;
const queuedLow = queuedMax / 2;

/** One direction of a proxied connection: bytes leave in the order in which they came, as fast as the receiver takes them. */
export class TcpFlow {
  readonly #from: FlowSocket;
  readonly #events: FlowEvents;
  #to: FlowSocket | null = null;
  #mode: FlowMode;
  #queue: Chunk[] = [];
  #queued = 0;
  #paused = false;
  #ended = false;
  #finished = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(from: FlowSocket, mode: FlowMode, events: FlowEvents) {
    this.#from = from;
    this.#mode = mode;
    this.#events = events;
    this.#regulate();
  }

  /** Whether nothing more will be handed on. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Bytes read and not yet handed on. */
  get queued(): number {
    return this.#queued;
  }

  set to(socket: FlowSocket) {
    this.#to = socket;
    this.pump();
  }

  /** Holds at once for what is under way too. */
  set mode(mode: FlowMode) {
    this.#mode = mode;
    this.pump();
  }

  receive(bytes: Uint8Array): void {
    if (this.#mode.kind === "Swallow") {
      this.#events.onSwallowed();
      return;
    }
    // The socket's own buffer may be used again.
    this.#queue.push({ bytes: bytes.slice(), receivedAt: performance.now() });
    this.#queued += bytes.length;
    this.pump();
  }

  /** The sender sends no more: the receiver is told once it has everything. */
  end(): void {
    this.#ended = true;
    this.pump();
  }

  /** Forgets what is on its way. */
  close(): void {
    this.#cancelTimer();
    this.#queue = [];
    this.#queued = 0;
    this.#finished = true;
  }

  /** Hands on what may go now; also to be called when the receiver has room again. */
  pump(): void {
    this.#cancelTimer();
    if (this.#finished) return;
    const to = this.#to;
    if (to !== null && this.#mode.kind !== "Hold") this.#forward(to);
    this.#regulate();
  }

  #forward(to: FlowSocket): void {
    for (;;) {
      const head = this.#queue[0];
      if (head === undefined) break;
      const waitMs = this.#waitMs(head);
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      const taken = Math.max(0, to.write(head.bytes));
      this.#queued -= taken;
      if (taken < head.bytes.length) {
        head.bytes = head.bytes.subarray(taken);
        return;
      }
      this.#queue.shift();
    }
    if (!this.#ended) return;
    this.#finished = true;
    to.shutdown();
    this.#events.onFinished();
  }

  #waitMs({ receivedAt }: Chunk): number {
    if (this.#mode.kind !== "Delay") return 0;
    return Math.ceil(receivedAt + this.#mode.delayMs - performance.now());
  }

  #regulate(): void {
    const full = this.#queued > (this.#paused ? queuedLow : queuedMax);
    const pause = full || this.#mode.kind === "Hold";
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#from.pause();
    else this.#from.resume();
  }

  #cancelTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
