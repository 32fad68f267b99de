import { SeededRandom } from "../ops/seeded-random.ts";
import { Histogram } from "./histogram.ts";
import { HttpConnection } from "./http-connection.ts";

export interface LoadOptions {
  readonly url: string;
  readonly seconds: number;
  /** Connections, and with that requests in flight at most. */
  readonly connectionCount: number;
  nextRequest(): string;
}

export interface LoadOutcome {
  readonly seconds: number;
  readonly answerCount: number;
  /** Answers by HTTP status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Nanoseconds from when a request was due (open loop) or sent (closed loop) to its answer. */
  readonly latency: Histogram;
}

/** The longest that a tick of the open loop's timer may be after the one before it and still count as on time. */
const tickNanosecondsMax = 1_200_000;
const drainSeconds = 30;

/** As fast as it goes: each connection sends its next request when it has its answer. */
export async function closedLoop(options: LoadOptions): Promise<LoadOutcome> {
  const load = new Load();
  const startedAt = Bun.nanoseconds();
  const endsAt = startedAt + options.seconds * 1e9;
  await withConnections(options, async (connections) => {
    const loops = connections.map(async (connection) => {
      while (Bun.nanoseconds() < endsAt) {
        await load.exchange(connection, options.nextRequest(), Bun.nanoseconds());
      }
    });
    await Promise.all(loops);
  });
  return load.outcome(startedAt);
}

/**
 * Requests come when they come (Poisson arrivals, gathered to ticks of a millisecond), whatever the venue does: latency counts from when
 * a request was due, also when it had to wait for a free connection, so that a stall is charged to all whom it kept waiting.
 */
export async function openLoop(
  options: LoadOptions & { ratePerSecond: number; seed: number },
): Promise<LoadOutcome> {
  const load = new Load();
  const startedAt = Bun.nanoseconds();
  await withConnections(options, async (connections) => {
    const pool = new ConnectionPool(connections, load);
    const random = new SeededRandom(options.seed);
    const endsAt = startedAt + options.seconds * 1e9;
    let arrival = startedAt;
    let tick = startedAt;
    while (tick < endsAt) {
      await nextTick();
      const now = Bun.nanoseconds();
      const due = Math.min(now, tick + tickNanosecondsMax);
      for (
        ;
        arrival < now;
        arrival += (-Math.log(1 - random.next()) * 1e9) / options.ratePerSecond
      ) {
        pool.send(options.nextRequest(), due);
      }
      tick = now;
    }
    await pool.drained();
  });
  return load.outcome(startedAt, options.seconds);
}

/** What is measured of a load. */
class Load {
  readonly #latency = new Histogram();
  readonly #statuses = new Map<number, number>();
  #answerCount = 0;

  exchange(connection: HttpConnection, request: string, due: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const answered = (status: number): void => {
        this.#latency.record(Bun.nanoseconds() - due);
        this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
        this.#answerCount++;
        resolve();
      };
      connection.send(request, { answered, failed: reject });
    });
  }

  outcome(startedAt: number, seconds = (Bun.nanoseconds() - startedAt) / 1e9): LoadOutcome {
    return {
      seconds,
      answerCount: this.#answerCount,
      statuses: this.#statuses,
      latency: this.#latency,
    };
  }
}

/** Hands requests to free connections, oldest first. */
class ConnectionPool {
  readonly #free: HttpConnection[];
  readonly #connectionCount: number;
  readonly #load: Load;
  readonly #waiting: { request: string; due: number }[] = [];
  readonly #drained = Promise.withResolvers<void>();
  #draining = false;

  constructor(connections: readonly HttpConnection[], load: Load) {
    this.#free = [...connections];
    this.#connectionCount = connections.length;
    this.#load = load;
  }

  send(request: string, due: number): void {
    this.#waiting.push({ request, due });
    this.#sendWaiting();
  }

  /** Resolves when all are answered; rejects when one failed, or when answers stay out. */
  async drained(): Promise<void> {
    this.#draining = true;
    this.#endWhenDrained();
    const late = setTimeout(() => {
      this.#drained.reject(new Error(`No answer within ${drainSeconds} s`));
    }, drainSeconds * 1000);
    await this.#drained.promise.finally(() => clearTimeout(late));
  }

  #sendWaiting(): void {
    for (;;) {
      const connection = this.#free.at(-1);
      const next = this.#waiting.at(0);
      if (connection === undefined || next === undefined) return;
      this.#free.pop();
      this.#waiting.shift();
      this.#load.exchange(connection, next.request, next.due).then(
        () => this.#onAnswered(connection),
        (error: Error) => this.#drained.reject(error),
      );
    }
  }

  #onAnswered(connection: HttpConnection): void {
    this.#free.push(connection);
    this.#sendWaiting();
    this.#endWhenDrained();
  }

  #endWhenDrained(): void {
    const idle = this.#free.length === this.#connectionCount && this.#waiting.length === 0;
    if (this.#draining && idle) this.#drained.resolve();
  }
}

async function withConnections(
  { url, connectionCount }: LoadOptions,
  work: (connections: readonly HttpConnection[]) => Promise<void>,
): Promise<void> {
  const connections = await Promise.all(
    Array.from({ length: connectionCount }, () => HttpConnection.open(url)),
  );
  try {
    await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
