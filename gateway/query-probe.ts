import type { Clock } from "../ports/clock/clock.ts";
import type { QueryAccess } from "./reads.ts";

const probeMs = 500;
const probeTimeoutMs = 2000;

/** Asks query time and again whether it serves: until it does, reads are answered 503 at once, and readiness says so. */
export class QueryProbe implements QueryAccess {
  readonly secret: string;
  readonly #base: string;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #serving = false;

  constructor(options: { url: string; secret: string; clock: Clock }) {
    this.secret = options.secret;
    this.#base = options.url;
    this.#clock = options.clock;
    this.#done = this.#run();
  }

  url(): string | null {
    return this.#serving ? this.#base : null;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#serving = await this.#ask();
      await this.#clock.sleep(probeMs, signal);
    }
  }

  async #ask(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#base}/v1/instruments`, {
        headers: { "x-orderbook-secret": this.secret },
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(probeTimeoutMs)]),
      });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      // No connection, or no answer in time: query does not serve.
      return false;
    }
  }
}
