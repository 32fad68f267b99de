import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";

import type { Clock } from "../ports/clock/clock.ts";
import { joinedText, MetricSet } from "../ports/telemetry/metric-set.ts";
import type { Books } from "./books.ts";
import type { Problem } from "./problem.ts";
import type { Stream } from "./stream.ts";

export interface QueryMetricsSources {
  readonly clock: Clock;
  readonly books: Books;
  readonly stream: Stream;
  /** What else this process has to tell. */
  readonly others: readonly { text(): Promise<string> }[];
}

/** What query counts, in Prometheus' text format. */
export class QueryMetrics {
  readonly #set = new MetricSet("query");
  readonly #sources: QueryMetricsSources;
  readonly #requests = this.#set.tally({
    name: "requests_total",
    help: "Reads answered",
    labels: ["route", "status"],
  });
  readonly #seconds = this.#set.histogram({
    name: "request_seconds",
    help: "Time to answer a read, waiting for minSeq included",
    labels: ["route"],
  });
  readonly #refusals = this.#set.tally({
    name: "refusals_total",
    help: "Problems answered, by code",
    labels: ["code"],
  });
  readonly #alarms = this.#set.tally({
    name: "alarms_total",
    help: "Books that stopped or wait, and reads that failed, by error",
    labels: ["error"],
  });

  constructor(sources: QueryMetricsSources) {
    this.#sources = sources;
    this.#set.gauge({ name: "streams", help: "Open WebSocket streams" }, (set) =>
      set(sources.stream.connectionCount),
    );
    addBooks(this.#set, sources);
  }

  /** Counts and times the routes behind it. */
  get middleware(): MiddlewareHandler {
    return async (context, next) => {
      const { clock } = this.#sources;
      const startedAt = clock.monotonic();
      await next();
      const route = routeOf(context);
      this.#requests({ route, status: context.res.status });
      this.#seconds((clock.monotonic() - startedAt) / 1000, { route });
    };
  }

  refused({ code }: Problem): void {
    this.#refusals({ code });
  }

  alarmed(error: Error): void {
    const { code } = error as { readonly code?: unknown };
    this.#alarms({ error: typeof code === "string" ? `${error.name} ${code}` : error.name });
  }

  get contentType(): string {
    return this.#set.contentType;
  }

  text(): Promise<string> {
    return joinedText([this.#set, ...this.#sources.others]);
  }
}

/** The pattern, never the path: a path is the client's to choose. */
function routeOf(context: Context): string {
  const route = matchedRoutes(context).findLast(({ method }) => method !== "ALL");
  return route === undefined ? "other" : `${route.method} ${route.path}`;
}

function addBooks(metrics: MetricSet, { books, clock }: QueryMetricsSources): void {
  const labels = ["partition"];
  metrics.gauge(
    { name: "books_serving", help: "1 while the books are up to date", labels },
    (set) => {
      for (const partition of books.partitions())
        set(books.serves(partition) ? 1 : 0, { partition });
    },
  );
  metrics.gauge({ name: "books_seqnum", help: "Last outcome in the books", labels }, (set) => {
    for (const partition of books.partitions()) set(books.seqNum(partition), { partition });
  });
  metrics.gauge(
    {
      name: "books_age_seconds",
      help: "Since the last outcome in the books; an owner ticks",
      labels,
    },
    (set) => {
      for (const partition of books.partitions())
        if (books.seqNum(partition) > 0)
          set(Math.max(0, clock.now() - books.transactTime(partition)) / 1000, { partition });
    },
  );
}
