import type { Clock } from "../ports/clock/clock.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import type { Log, LogRecord } from "../ports/log/log.ts";
import { asAttempt } from "../schema/attempt.ts";
import { DeadReason } from "../schema/generated/enums.ts";
import { Topic } from "../schema/topics.ts";
import type { WaitingOrder } from "./core/waiting-orders.ts";
import { backOffOf, letterNotes, letterOf } from "./letters.ts";
import type { LetterNote, RetryNote } from "./letters.ts";

export interface RelayOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly partition: number;
  readonly build: string;
  /** A letter or an order could not be written: recovery then begins again from the snapshot. Called once. */
  onFailure(error: Error): void;
}

export interface RelayStats {
  readonly retryLetterCount: number;
  /** Records written to `orders.dlq`, a takeover's copies too, by what the command died of. */
  readonly deadLetters: readonly { readonly reason: DeadReason; readonly count: number }[];
  readonly resequencedCount: number;
  /** Orders that wait for their back-off to end. */
  readonly waitingCount: number;
}

/**
 * What an owner writes beside its outputs: letters of deferred and dead commands, each at least once, and deferred orders once more on
 * `orders` when their back-off has ended. All of it is derived from folded bodies and from the state that they made; the engine takes
 * copies for what they are (SEMANTICS §3a), so that nothing here has to be exact.
 *
 * Invariant: letters are written in the order of their bodies, and `acked` resolves only when those of all bodies before it stand.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #ending = new AbortController();
  readonly #waiting = new Set<string>();
  readonly #gone = Promise.withResolvers<void>();
  #written: Promise<void> = Promise.resolve();
  #abandoned = false;
  #retryLetterCount = 0;
  readonly #deadLetters = new Map(Object.values(DeadReason).map((reason) => [reason, 0]));
  #resequencedCount = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  get stats(): RelayStats {
    return {
      retryLetterCount: this.#retryLetterCount,
      deadLetters: [...this.#deadLetters].map(([reason, count]) => ({ reason, count })),
      resequencedCount: this.#resequencedCount,
      waitingCount: this.#waiting.size,
    };
  }

  /**
   * Begins where another owner may have ended: writes the letters of all bodies since the snapshot once more, and sees to the orders
   * that wait. How long one has waited already its note tells; without one its deferral lies before the snapshot.
   */
  resume(notes: readonly LetterNote[], waiting: readonly WaitingOrder[]): void {
    for (const note of notes) this.#enqueue(note, false);
    const retries = notes.filter((note) => note.kind === "Retry");
    for (const { orderID, attempt, commandOffset } of waiting) {
      const note = retries.findLast((each) => each.orderID === orderID);
      const { ms } = backOffOf(attempt);
      const passed = note === undefined ? ms : this.#options.clock.now() - note.deferredAt;
      const left = Math.min(ms, Math.max(0, ms - passed));
      void this.#resequence({ orderID, attempt, commandOffset }, left);
    }
  }

  /** Takes a folded body, in its turn. */
  take(body: FoldedBody): void {
    for (const note of letterNotes(body)) this.#enqueue(note, true);
  }

  /** Resolves when the letters of every body taken so far stand; never when one could not be written. */
  acked(): Promise<void> {
    return this.#written;
  }

  /** Writes what was derived; orders whose back-off has not ended are left to the next owner. Never rejects. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.race([this.#written, this.#gone.promise]);
  }

  /** Writes nothing more from here on. */
  abandon(): void {
    this.#abandoned = true;
    this.#gone.resolve();
    this.#ending.abort();
  }

  #enqueue(note: LetterNote, isNew: boolean): void {
    this.#written = this.#written.then(() => this.#write(note, isNew));
  }

  async #write(note: LetterNote, isNew: boolean): Promise<void> {
    const { log, partition, build } = this.#options;
    try {
      const command = await this.#command(note.commandOffset);
      if (this.#abandoned) return await never;
      const { topic, record } = letterOf(note, command, { partition, build });
      await log.append(topic, partition, [record]);
    } catch (error) {
      this.#fail(error as Error);
      return await never;
    }
    if (note.kind === "Dead") {
      this.#deadLetters.set(note.deadReason, (this.#deadLetters.get(note.deadReason) ?? 0) + 1);
      return;
    }
    this.#retryLetterCount++;
    if (isNew) void this.#resequence(note, backOffOf(note.attempt).ms);
  }

  /** Puts the order on `orders` again after `waitMs`. */
  async #resequence(
    { orderID, attempt, commandOffset }: Pick<RetryNote, "orderID" | "attempt" | "commandOffset">,
    waitMs: number,
  ): Promise<void> {
    const { log, clock, partition } = this.#options;
    const { signal } = this.#ending;
    this.#waiting.add(orderID);
    await clock.sleep(waitMs, signal);
    this.#waiting.delete(orderID);
    if (signal.aborted) return;
    try {
      const command = await this.#command(commandOffset);
      if (this.#abandoned) return;
      const value = asAttempt(command.value, attempt + 1);
      await log.append(Topic.Orders, partition, [{ ...command, value }]);
      this.#resequencedCount++;
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  async #command(commandOffset: number): Promise<LogRecord> {
    const { log, partition } = this.#options;
    const [command] = await log.read(Topic.Orders, partition, commandOffset, 1);
    if (command?.offset === commandOffset) return command;
    throw new Error(`The command at offset ${commandOffset} is gone from orders-${partition}`);
  }

  #fail(error: Error): void {
    if (this.#abandoned) return;
    this.abandon();
    this.#options.onFailure(error);
  }
}

/** What an owner that has ended waits for. */
const never = new Promise<never>(() => {});
