import { Histogram } from "../../bench/histogram.ts";
import { HttpConnection } from "../../bench/http-connection.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { FlowRequest, RequestKind } from "./flow.ts";

/** What came of requests since the last look. */
export interface DriveInterval {
  /** Done as asked. */
  readonly doneCount: number;
  /** 404 and 409: a market order was quicker. */
  readonly refusedCount: number;
  /** Anything else: late (202), limited (429), failed (5xx), mistaken (4xx), or the connection broke. By what it was. */
  readonly errors: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<RequestKind, number>>;
  /** Nanoseconds from when a request was due to its answer. */
  readonly latency: Histogram;
}

export interface DriveOptions {
  readonly url: string;
  readonly connectionCount: number;
  nextRequest(): FlowRequest;
}

const reconnectMs = 200;
const drainMsMax = 120_000;
const refusals: ReadonlySet<number> = new Set([404, 409]);
/** The longest that a tick of the timer may be after the one before it and still count as on time. */
const tickNanosecondsMax = 1_200_000;

/** Sends requests over a fixed set of connections, as fast as it goes or at a rate, for as long as a run takes. */
export class Drive {
  /** Of all intervals taken since it was made anew. */
  latency = new Histogram();
  readonly #options: DriveOptions;
  readonly #free: HttpConnection[] = [];
  readonly #open = new Set<HttpConnection>();
  /** When each request was due that waits for a connection; what it asks is decided when it goes. */
  #waiting: number[] = [];
  #waitingFrom = 0;
  #interval = new Interval();
  #answeredAt = performance.now();
  #mode: "closed" | "open" | "ended" = "ended";

  private constructor(options: DriveOptions) {
    this.#options = options;
  }

  static async open(options: DriveOptions): Promise<Drive> {
    const drive = new Drive(options);
    await Promise.all(Array.from({ length: options.connectionCount }, () => drive.#connect()));
    return drive;
  }

  /** Requests that are due and have no connection yet. */
  get backlog(): number {
    return this.#waiting.length - this.#waitingFrom;
  }

  /** performance.now() of the last answer. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  /** What came since the last call. */
  takeInterval(): DriveInterval {
    const interval = this.#interval;
    this.#interval = new Interval();
    this.latency.merge(interval.latency);
    return interval;
  }

  /** Each connection sends its next request when it has its answer. */
  async closedLoop(seconds: number): Promise<void> {
    this.#mode = "closed";
    for (const connection of this.#free.splice(0)) this.#sendNext(connection);
    await Bun.sleep(seconds * 1000);
    await this.#drain();
  }

  /**
   * Poisson arrivals at a rate, whatever the venue does: latency counts from when a request was due, so that a stall is charged to all whom it kept
   * waiting.
   */
  async openLoop(ratePerSecond: number, seconds: number, random: SeededRandom): Promise<void> {
    this.#mode = "open";
    const startedAt = Bun.nanoseconds();
    const endsAt = startedAt + seconds * 1e9;
    let arrival = startedAt;
    let tick = startedAt;
    while (tick < endsAt) {
      await Bun.sleep(1);
      const now = Bun.nanoseconds();
      const dueAt = Math.min(now, tick + tickNanosecondsMax);
      for (; arrival < now; arrival += (-Math.log(1 - random.next()) * 1e9) / ratePerSecond)
        this.#waiting.push(dueAt);
      this.#sendWaiting();
      tick = now;
    }
    await this.#drain();
  }

  close(): void {
    for (const connection of this.#open) connection.close();
  }

  async #drain(): Promise<void> {
    this.#mode = "ended";
    const deadline = performance.now() + drainMsMax;
    while (this.backlog > 0 || this.#free.length < this.#options.connectionCount) {
      if (performance.now() > deadline) return this.#interval.add("Place", "no answer", 0);
      this.#sendWaiting();
      await Bun.sleep(5);
    }
  }

  #sendWaiting(): void {
    for (;;) {
      const dueAt = this.#waiting[this.#waitingFrom];
      // The one that was free longest: the gateway closes connections that are idle for some seconds.
      const connection = dueAt === undefined ? undefined : this.#free.shift();
      if (dueAt === undefined || connection === undefined) break;
      this.#waitingFrom++;
      this.#send(connection, dueAt);
    }
    if (this.#waitingFrom < 4096 && this.#waitingFrom < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#waitingFrom);
    this.#waitingFrom = 0;
  }

  #sendNext(connection: HttpConnection): void {
    if (this.#mode === "closed") return this.#send(connection, Bun.nanoseconds());
    this.#free.push(connection);
    this.#sendWaiting();
  }

  #send(connection: HttpConnection, dueAt: number): void {
    const request = this.#options.nextRequest();
    const { kind } = request;
    connection.send(request.text, {
      answered: (status) => {
        this.#answeredAt = performance.now();
        this.#interval.add(kind, status, Bun.nanoseconds() - dueAt);
        request.answered(status);
        this.#sendNext(connection);
      },
      failed: (error) => {
        this.#interval.add(kind, error.message, Bun.nanoseconds() - dueAt);
        request.answered(null);
        this.#open.delete(connection);
        void this.#reconnect();
      },
    });
  }

  async #reconnect(): Promise<void> {
    for (;;) {
      await Bun.sleep(reconnectMs);
      try {
        return await this.#connect();
      } catch (error) {
        this.#interval.add("Place", `no connection: ${(error as Error).message}`, 0);
      }
    }
  }

  async #connect(): Promise<void> {
    const connection = await HttpConnection.open(this.#options.url);
    this.#open.add(connection);
    this.#sendNext(connection);
  }
}

class Interval implements DriveInterval {
  doneCount = 0;
  refusedCount = 0;
  readonly errors: Record<string, number> = {};
  readonly kinds = { Place: 0, Cancel: 0, Replace: 0, Make: 0, Take: 0 };
  readonly latency = new Histogram();

  add(kind: RequestKind, outcome: number | string, nanoseconds: number): void {
    this.latency.record(nanoseconds);
    this.kinds[kind]++;
    if (outcome === 200 || outcome === 201) this.doneCount++;
    else if (typeof outcome === "number" && refusals.has(outcome)) this.refusedCount++;
    else this.errors[outcome] = (this.errors[outcome] ?? 0) + 1;
  }
}
