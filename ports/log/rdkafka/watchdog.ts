import type { Clock } from "../../clock/clock.ts";

/** `Produce`: an append waits for its report. `Read`: records stand that a reader does not get. `GroupPoll`: the member does not poll. */
export type StallKind = "Produce" | "Read" | "GroupPoll";

/** Something that has to go on. All of it is asked often and has to answer at once. */
export interface Watched {
  readonly kind: StallKind;
  /** For people: `orders-0`. */
  readonly name: string;
  /** Any change of it is progress. */
  progress(): number;
  /** Whether something is to be done at all. */
  isWaiting(): boolean;
  /** How the brokers say whether it could go on; without it they have no part in it. Rejects where none answers. */
  readonly ask?: () => Promise<boolean>;
}

export interface Stall {
  readonly kind: StallKind;
  readonly name: string;
  readonly forMs: number;
}

export interface WatchdogOptions {
  readonly clock: Clock;
  /** What stands still for so long, although the brokers answer others, is stalled. */
  readonly stallMs: number;
  /** Once for each stall; another one of the same instance is told after it has moved again. */
  onStall(stall: Stall): void;
  /** No broker answers for what is named, or they answer again for everything: what waits for them is no stall. */
  onBrokers(away: boolean, name: string): void;
}

interface WatchState {
  progress: number;
  /** When it was first seen standing still with the brokers answering; null while it moves, has nothing to do, or waits for a broker. */
  stillSince: number | null;
  told: boolean;
  /** When it was first seen standing still, whatever the brokers say; null while it moves or has nothing to do. */
  unmovedSince: number | null;
  /** When the question was put that is not answered yet; null where there is none. */
  askedAt: number | null;
  /** The brokers did not answer for it when they were last asked. */
  away: boolean;
}

const checksPerStall = 10;
const checkMsMax = 2000;
/** A broker that has not answered by then is away. */
const askMsMax = 5000;

/**
 * Tells when an instance of the client has stopped making progress though it should: nothing is reported, read or polled for `stallMs` while the
 * brokers answer another instance. An outage of the brokers is told apart, and so is a process that slept: neither counts towards a stall.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #checkMs: number;
  readonly #watched = new Map<Watched, WatchState>();
  readonly #closing = new AbortController();
  readonly #stallCounts = new Map<StallKind, number>();
  #brokersAway = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#checkMs = Math.min(checkMsMax, options.stallMs / checksPerStall);
    void this.#run();
  }

  get brokersAway(): boolean {
    return this.#brokersAway;
  }

  /** Stalls so far, by kind. */
  get stallCounts(): ReadonlyMap<StallKind, number> {
    return this.#stallCounts;
  }

  /** Returns the function that ends it. */
  watch(watched: Watched): () => void {
    this.#watched.set(watched, {
      progress: NaN,
      stillSince: null,
      told: false,
      unmovedSince: null,
      askedAt: null,
      away: false,
    });
    return () => void this.#watched.delete(watched);
  }

  close(): void {
    this.#closing.abort();
    this.#watched.clear();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    let checkedAt = clock.monotonic();
    while (!signal.aborted) {
      await clock.sleep(this.#checkMs, signal);
      const now = clock.monotonic();
      // A process that was stopped, or whose loop stood still, has not had the time to go on with anything.
      if (now - checkedAt > this.#checkMs + askMsMax) this.#forgive();
      checkedAt = now;
      for (const [watched, state] of this.#watched) this.#check(watched, state, now);
    }
  }

  #forgive(): void {
    for (const state of this.#watched.values()) {
      state.stillSince = null;
      state.unmovedSince = null;
    }
  }

  #check(watched: Watched, state: WatchState, now: number): void {
    const progress = watched.progress();
    const moved = progress !== state.progress;
    if (moved || !watched.isWaiting()) {
      state.progress = progress;
      state.stillSince = null;
      state.unmovedSince = null;
      if (moved) state.told = false;
      return this.#setAway(watched, state, false);
    }
    state.unmovedSince ??= now;
    if (watched.ask === undefined) this.#standsStill(watched, state, now);
    else if (state.askedAt === null) void this.#ask(watched, watched.ask, state);
    // The question may be one that an earlier outage swallowed: no other is put while the client still waits for its answer.
    else if (now - Math.max(state.askedAt, state.unmovedSince) >= askMsMax)
      this.#setAway(watched, state, true);
  }

  async #ask(watched: Watched, ask: () => Promise<boolean>, state: WatchState): Promise<void> {
    const { clock } = this.#options;
    state.askedAt = clock.monotonic();
    const waiting = new AbortController();
    const answer = ask().catch(() => null);
    const late = clock.sleep(askMsMax, waiting.signal).then(() => null);
    const couldGoOn = await Promise.race([answer, late]);
    waiting.abort();
    if (!this.#watched.has(watched)) return;
    this.#setAway(watched, state, couldGoOn === null);
    if (couldGoOn !== true) state.stillSince = null;
    else if (watched.progress() === state.progress && watched.isWaiting())
      this.#standsStill(watched, state, clock.monotonic());
    // One question at a time: the next one waits until the broker has answered this one, or has given it up.
    await answer;
    state.askedAt = null;
  }

  #standsStill({ kind, name }: Watched, state: WatchState, now: number): void {
    state.stillSince ??= now;
    const forMs = now - state.stillSince;
    if (forMs < this.#options.stallMs || state.told) return;
    state.told = true;
    this.#stallCounts.set(kind, (this.#stallCounts.get(kind) ?? 0) + 1);
    this.#options.onStall({ kind, name, forMs });
  }

  #setAway({ name }: Watched, state: WatchState, away: boolean): void {
    state.away = away;
    const someAway = [...this.#watched.values()].some((one) => one.away);
    if (someAway === this.#brokersAway) return;
    this.#brokersAway = someAway;
    this.#options.onBrokers(someAway, name);
  }
}
