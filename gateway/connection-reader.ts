import type { Clock } from "../ports/clock/clock.ts";
import type { ReportReader } from "./private-reports.ts";
import { ApiProblem } from "./problems.ts";

export interface ConnectionReaderOptions {
  readonly clock: Clock;
  send(text: string): void;
  /** Rejects with ApiProblem where the client's token does not hold any more. */
  check(): Promise<unknown>;
  onRefused(problem: ApiProblem): void;
}

/** A client that only listens is asked for its token this often at most, when there is something to tell. */
export const checkIntervalMs = 5_000;

/** A connection that reads its account's reports. */
export class ConnectionReader implements ReportReader {
  readonly accountID: number;
  readonly #options: ConnectionReaderOptions;
  #checkedAt: number;

  constructor(accountID: number, options: ConnectionReaderOptions) {
    this.accountID = accountID;
    this.#options = options;
    this.#checkedAt = options.clock.monotonic();
  }

  report(text: string): void {
    const { clock, send } = this.#options;
    const now = clock.monotonic();
    send(text);
    if (now - this.#checkedAt < checkIntervalMs) return;
    this.#checkedAt = now;
    void this.#check();
  }

  async #check(): Promise<void> {
    try {
      await this.#options.check();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#options.onRefused(error);
    }
  }
}
