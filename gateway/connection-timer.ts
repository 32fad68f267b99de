import type { DeadManTimerAnswer } from "../schema/http/orders.ts";
import { setDeadManTimer } from "./dead-man.ts";
import type { Edge } from "./edge.ts";
import { ApiProblem } from "./problems.ts";

export interface ConnectionTimerOptions {
  readonly accountID: number;
  readonly timeoutMs: number;
  /** Of a connection that this one takes over; without one it gets a number of its own. */
  readonly connectionID?: number | undefined;
  /** It could not be moved on; the next sign of life tries again. */
  onRefused(problem: ApiProblem): void;
}

/** Of a timeout, the part that may pass between two commands that move it: more often would be commands for nothing. */
const partsOfTimeout = 3;

/**
 * The dead-man timer of one connection (SEMANTICS §5d). Whoever has it tells when the client shows that it lives; nothing is to be done where
 * it does not: the timer runs out in the engine by itself, whatever has become of this process.
 */
export class ConnectionTimer {
  readonly connectionID: number;
  readonly #edge: Edge;
  readonly #options: ConnectionTimerOptions;
  /** On the monotonic clock, when the last command left. */
  #setAt = 0;
  #isMoving = false;
  #deadline: string | null = null;

  constructor(edge: Edge, options: ConnectionTimerOptions) {
    this.#edge = edge;
    this.#options = options;
    this.connectionID = options.connectionID ?? randomConnectionID();
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** RFC 3339, as last told by the engine; null before that. */
  get deadline(): string | null {
    return this.#deadline;
  }

  /** Arms it or moves it on. Throws ApiProblem; then nobody knows. */
  async set(): Promise<void> {
    this.#setAt = this.#edge.clock.monotonic();
    await this.#send(this.#options.timeoutMs);
  }

  /** The client lives. */
  alive(): void {
    const { timeoutMs } = this.#options;
    const since = this.#edge.clock.monotonic() - this.#setAt;
    if (this.#isMoving || since < timeoutMs / partsOfTimeout) return;
    this.#isMoving = true;
    void this.#move();
  }

  /** The connection has ended in good order: its orders stay. */
  async disarm(): Promise<void> {
    try {
      await this.#send(0);
    } catch (error) {
      // It runs out then, which is what a connection that did not end in good order gets.
      if (!(error instanceof ApiProblem)) throw error;
    }
  }

  async #move(): Promise<void> {
    try {
      await this.set();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#options.onRefused(error);
    } finally {
      this.#isMoving = false;
    }
  }

  async #send(timeoutMs: number): Promise<void> {
    const { accountID } = this.#options;
    const { connectionID } = this;
    const request = { accountID, timeoutMs, connectionID, idempotencyKey: null };
    const { status, body } = await setDeadManTimer(this.#edge, request);
    if (status === 200) this.#deadline = (body as DeadManTimerAnswer).deadline ?? null;
  }
}

/** One of 2^53 - 1, from 1 on: two of one account meet by chance once in millions of years. */
function randomConnectionID(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  const random = (high & 0x1fffff) * 2 ** 32 + low;
  return random === 0 ? 1 : random;
}
