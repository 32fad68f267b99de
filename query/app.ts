import { timingSafeEqual } from "node:crypto";

import type { Server, ServerWebSocket, WebSocketHandler } from "bun";
import { Hono } from "hono";

import { AnalyticsError } from "../ports/analytics/analytics.ts";
import type { Analytics } from "../ports/analytics/analytics.ts";
import type { Clock } from "../ports/clock/clock.ts";
import type { Log } from "../ports/log/log.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { Books } from "./books.ts";
import { QueryMetrics } from "./metrics.ts";
import { MinSeqGate } from "./min-seq.ts";
import { Problem, problemResponse } from "./problem.ts";
import { addAccountRoutes } from "./routes/account.ts";
import { addInstrumentRoutes } from "./routes/instruments.ts";
import { addOrderRoutes } from "./routes/orders.ts";
import { addTradeRoutes } from "./routes/trades.ts";
import type { StreamConnection } from "./stream-connection.ts";
import { connectionCountMax, Stream } from "./stream.ts";

export interface QueryOptions {
  readonly log: Log;
  readonly readDb: ReadDb;
  /** Null: candles answer 503 AnalyticsUnavailable. */
  readonly analytics: Analytics | null;
  readonly clock: Clock;
  /** Requests without it in `x-orderbook-secret` answer 403: only the gateway, which has authenticated the account, may ask. */
  readonly secret: string;
  /** Books start from the newest one that holds; without it from the log's beginning. */
  readonly snapshots?: SnapshotStore;
  /** What else this process tells at /metrics. */
  readonly metricsSources?: readonly { text(): Promise<string> }[];
  /** A partition's books stopped or wait for a Claim, or a request met an error that is none of the client's. */
  onAlarm?(error: Error): void;
}

/** Reads out: what the gateway proxies, and the public stream. */
export interface Query {
  fetch(request: Request, server?: Server<StreamData>): Promise<Response | undefined>;
  readonly websocket: WebSocketHandler<StreamData>;
  /** Also at /metrics, for who has the secret. */
  readonly metrics: QueryMetrics;
  /** Resolves once the books have caught up with the log's end as of the call; until then they answer 503. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What Bun keeps with a socket. */
export interface StreamData {
  connection: StreamConnection | null;
}

export function createQuery(options: QueryOptions): Query {
  const { readDb, clock, secret } = options;
  const onAlarm = (error: Error): void => {
    metrics.alarmed(error);
    options.onAlarm?.(error);
  };
  const stream = new Stream({ clock, books: () => books });
  const books = new Books(
    {
      log: options.log,
      clock,
      snapshots: options.snapshots ?? null,
      onAlarm: (_, error) => onAlarm(error),
    },
    {
      onChanged: (changed) => stream.changed(changed),
      onStopped: (partition) => stream.stopped(partition),
    },
  );
  const metrics = new QueryMetrics({
    clock,
    books,
    stream,
    others: options.metricsSources ?? [],
  });
  const gate = new MinSeqGate({ books, readDb, clock });
  const { partitionCount } = books;
  const app = new Hono();
  app.get("/metrics", async (context) =>
    context.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );
  app.use(metrics.middleware);
  addOrderRoutes(app, { readDb, gate, partitionCount });
  addAccountRoutes(app, { readDb, gate, partitionCount });
  addInstrumentRoutes(app, { books, gate });
  addTradeRoutes(app, { books, readDb, analytics: options.analytics, clock, gate });
  app.notFound(() => problemResponse(new Problem("NotFound", "There is no such route")));
  app.onError((error) => {
    const problem = problemOf(error, onAlarm);
    metrics.refused(problem);
    return problemResponse(problem);
  });
  const mayAsk = secretCheck(secret);
  return {
    fetch: async (request, server) => {
      if (!mayAsk(request)) return problemResponse(new Problem("Forbidden", "Ask the gateway"));
      if (new URL(request.url).pathname !== "/v1/stream") return app.fetch(request);
      return upgrade(request, server, stream);
    },
    websocket: streamHandler(stream),
    metrics,
    start: () => books.start(),
    close: async () => {
      stream.close();
      await books.close();
    },
  };
}

/** Compares digests in constant time: neither the secret's bytes nor its length show in how long it takes. */
function secretCheck(secret: string): (request: Request) => boolean {
  const digest = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest();
  const wanted = digest(secret);
  return (request) => {
    const given = request.headers.get("x-orderbook-secret");
    return timingSafeEqual(digest(given ?? ""), wanted) && given !== null;
  };
}

/** Undefined: the socket has been taken over. */
function upgrade(
  request: Request,
  server: Server<StreamData> | undefined,
  stream: Stream,
): Response | undefined {
  if (stream.connectionCount >= connectionCountMax) {
    return problemResponse(new Problem("ReadsUnavailable", "Too many connections"));
  }
  if (server?.upgrade(request, { data: { connection: null } }) === true) return undefined;
  return problemResponse(new Problem("InvalidRequest", "This is for WebSockets"));
}

/** Bytes of a client's message: the longest subscription needs a hundred. */
const payloadBytesMax = 16 * 1024;
/** Above any snapshot of a book: a longer queue never builds up, since nothing is queued behind one. */
const backpressureBytesMax = 256 * 1024 * 1024;
const idleTimeoutSeconds = 60;

function streamHandler(stream: Stream): WebSocketHandler<StreamData> {
  return {
    maxPayloadLength: payloadBytesMax,
    backpressureLimit: backpressureBytesMax,
    idleTimeout: idleTimeoutSeconds,
    sendPings: true,
    open: (socket: ServerWebSocket<StreamData>) => {
      socket.data.connection = stream.open({
        send: (text) => socket.send(text),
        close: (code, reason) => socket.close(code, reason),
      });
    },
    message: (socket, message) => {
      const { connection } = socket.data;
      if (connection === null) return;
      stream.received(connection, typeof message === "string" ? message : "");
    },
    drain: ({ data }) => {
      if (data.connection !== null) stream.drained(data.connection);
    },
    close: ({ data }) => {
      if (data.connection !== null) stream.closed(data.connection);
    },
  };
}

/** What went wrong, as far as it is the client's business. */
function problemOf(error: Error, onAlarm: (error: Error) => void): Problem {
  if (error instanceof Problem) return error;
  onAlarm(error);
  if (error instanceof ReadDbError && error.code !== "Rejected") {
    return new Problem("ReadsUnavailable", "The read database is not available");
  }
  if (error instanceof AnalyticsError && error.code !== "Rejected") {
    return new Problem("AnalyticsUnavailable", "ClickHouse is not available");
  }
  return new Problem("InternalError", "The read failed");
}
