import { Hono } from "hono";

import { builtSemantics } from "../engine/core/semantics.ts";
import type { SemanticsList } from "../engine/core/semantics.ts";
import type { Clock } from "../ports/clock/clock.ts";
import type { Idempotency } from "../ports/idempotency/idempotency.ts";
import { DeadLetters } from "../ports/log/dead-letters.ts";
import type { Log } from "../ports/log/log.ts";
import type { RateLimit } from "../ports/rate-limit/rate-limit.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { noLogger } from "../ports/telemetry/logger.ts";
import type { Logger } from "../ports/telemetry/logger.ts";
import { noTracer } from "../ports/telemetry/tracer.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import type { KeyRequest } from "../schema/http/admin.ts";
import { KeyPath, KeyRequest as KeyRequestSchema } from "../schema/http/admin.ts";
import type { Readiness } from "../schema/http/operations.ts";
import { defineKey } from "./administration.ts";
import { assetResponse } from "./assets.ts";
import type { Assets } from "./assets.ts";
import { Auth } from "./auth.ts";
import { Commands } from "./commands.ts";
import type { Edge, GatewayApp, GatewayContext, GatewayEnv, RequestBindings } from "./edge.ts";
import { EntryDoor } from "./entry-door.ts";
import { chooseFoldStart } from "./fold-start.ts";
import { defaultPolicies, Limits } from "./limits.ts";
import type { LimitPolicies } from "./limits.ts";
import { refuseOtherMethods } from "./methods.ts";
import { Metrics } from "./metrics.ts";
import { Outcomes } from "./outcomes.ts";
import { PrivateReports } from "./private-reports.ts";
import { ApiProblem, problemAnswer } from "./problems.ts";
import { readinessOf } from "./readiness.ts";
import type { Phase } from "./readiness.ts";
import { Reads } from "./reads.ts";
import type { QueryAccess } from "./reads.ts";
import { Reference } from "./reference.ts";
import { Repeats } from "./repeats.ts";
import { RequestLog } from "./request-log.ts";
import { addAdminRoutes } from "./routes/admin.ts";
import { addDeadLetterRoutes } from "./routes/dead-letters.ts";
import { addOperationRoutes } from "./routes/operations.ts";
import { addOrderListRoutes } from "./routes/order-lists.ts";
import { addOrderRoutes } from "./routes/orders.ts";
import { addReadRoutes } from "./routes/reads.ts";
import { socketHandlers } from "./sockets.ts";
import type { GatewayServer, SocketData } from "./sockets.ts";
import { StreamBridge } from "./stream-bridge.ts";

export interface GatewayOptions {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly idempotency: Idempotency;
  readonly rateLimit: RateLimit;
  readonly query: QueryAccess;
  readonly assets: Assets;
  /** That this build has; tests make other builds. */
  readonly semantics?: SemanticsList;
  /** How long a request waits for its outcome before 202; 2,000 by default. */
  readonly waitMs?: number;
  /** Recent outcomes a partition that repeats are answered from; 16,384 by default. */
  readonly heldCountMax?: number;
  readonly limitPolicies?: LimitPolicies;
  /** Origins beside the venue's own whose pages may open streams. */
  readonly allowedOrigins?: readonly string[];
  /** Traces requests that become commands; none by default. */
  readonly tracer?: Tracer;
  /** Gets refusals at debug and failures at error. */
  readonly logger?: Logger;
  /** What else this process tells at /metrics. */
  readonly metricsSources?: readonly { text(): Promise<string> }[];
  /** A request was answered 500: an invariant does not hold. */
  onInternalError?(error: unknown): void;
}

/** The edge: commands in, over HTTP and WebSocket; reads and streams passed on to query. Serves through `Bun.serve({ fetch, websocket })`. */
export interface Gateway {
  readonly websocket: Bun.WebSocketHandler<SocketData>;
  /** The door for what nobody could sign a request for yet. */
  readonly commands: {
    /** Rejects with ApiProblem when the key is refused, or when no outcome came. */
    defineKey(definition: KeyRequest & { readonly keyID: string }): Promise<void>;
  };
  readonly readiness: Readiness;
  /** Resolves when outcomes are folded up to the log's end. Rejects with LogError or FoldAlarm. */
  start(): Promise<void>;
  /** Refuses new commands, answers those on their way, then stops folding. */
  close(): Promise<void>;
  fetch(request: Request, server?: GatewayServer): Promise<Response>;
}

export function createGateway(options: GatewayOptions): Gateway {
  return new VenueGateway(options);
}

const validForMs = 10_000;
const inFlightMax = 8192;
const cancelsInFlightMax = 2048;
const streamCountMax = 1000;
const entryCountMax = 1000;
const accountEntryCountMax = 64;

class VenueGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #edge: Edge;
  readonly #bridge: StreamBridge;
  readonly #door: EntryDoor;
  readonly #app: GatewayApp;
  #phase: Phase = "starting";

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#edge = this.#createEdge();
    const { reads, limits } = this.#edge;
    const { allowedOrigins = [] } = options;
    this.#bridge = new StreamBridge({
      reads,
      limits,
      allowedOrigins,
      connectionCountMax: streamCountMax,
    });
    this.#door = new EntryDoor({
      edge: this.#edge,
      ask: (request, connectionID) => this.#answer(request, null, connectionID),
      allowedOrigins,
      connectionCountMax: entryCountMax,
      accountConnectionCountMax: accountEntryCountMax,
    });
    this.#app = this.#createApp();
  }

  get websocket(): Bun.WebSocketHandler<SocketData> {
    return socketHandlers;
  }

  get readiness(): Readiness {
    return readinessOf(this.#edge, this.#phase);
  }

  get commands(): Gateway["commands"] {
    return {
      defineKey: async ({ keyID, ...definition }) => {
        const request = KeyRequestSchema.parse(definition);
        const operator = { accountID: 0, idempotencyKey: null };
        const key = { keyID: KeyPath.parse({ keyID }).keyID, request, operator };
        const { status } = await defineKey(this.#edge, key);
        if (status !== 200)
          throw new ApiProblem("LogUnavailable", "The key's outcome did not come in time");
      },
    };
  }

  async start(): Promise<void> {
    const { log } = this.#options;
    const starts = await Promise.all(
      Array.from({ length: log.partitionCount }, (_, partition) =>
        chooseFoldStart(this.#options, partition),
      ),
    );
    for (const [partition, start] of starts.entries()) {
      if (start !== null) this.#edge.reference.load(partition, start.reference);
    }
    await this.#edge.outcomes.start(starts.map((start) => start?.position ?? null));
    this.#phase = "open";
  }

  async close(): Promise<void> {
    this.#phase = "closing";
    const { commands, outcomes, limits } = this.#edge;
    commands.refuseMore();
    this.#bridge.closeAll();
    await commands.drain();
    await this.#door.close();
    await outcomes.close();
    await limits.close();
  }

  readonly fetch = async (request: Request, server?: GatewayServer): Promise<Response> => {
    const door = server === undefined ? null : this.#doorOf(request);
    if (server === undefined || door === null) return this.#answer(request, server ?? null, 0);
    const refused = await upgrade(door, request, server);
    // Bun answers a connection that was taken over itself, and wants nothing from here.
    if (refused === null) return undefined as unknown as Response;
    return secured(refused);
  };

  /** What the routes say to a request, whatever way it came. */
  async #answer(
    request: Request,
    server: GatewayServer | null,
    connectionID: number,
  ): Promise<Response> {
    const { clock, metrics } = this.#edge;
    const startedAt = clock.monotonic();
    const bindings: RequestBindings = { server, route: "other", span: null, connectionID };
    const response = secured(await this.#app.fetch(request, bindings));
    metrics.answered(bindings.route, response.status, (clock.monotonic() - startedAt) / 1000);
    bindings.span?.set({ "http.response.status_code": response.status });
    bindings.span?.end();
    return response;
  }

  /** Where a WebSocket's handshake goes; null: it is none. */
  #doorOf(request: Request): StreamBridge | EntryDoor | null {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return null;
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/stream") return this.#bridge;
    return pathname === "/v1/order-entry" ? this.#door : null;
  }

  #createEdge(): Edge {
    const { log, clock, assets, query, idempotency, rateLimit, waitMs = 2000 } = this.#options;
    const { heldCountMax = 16_384, tracer = noTracer, logger = noLogger } = this.#options;
    const { semantics = builtSemantics } = this.#options;
    const reference = new Reference(semantics[0]);
    const outcomes = new Outcomes({
      log,
      clock,
      waitMs,
      heldCountMax,
      onBody: (body, partition) => reference.apply(body, partition),
      onHeld: (body, partition) => reports.take(body, partition),
      onAnswered: (seconds) => metrics.outcome(seconds),
      onGap: () => metrics.gap(),
    });
    const reports = new PrivateReports(outcomes, reference);
    const { partitionCount } = log;
    const commands = new Commands({
      outcomes,
      clock,
      tracer,
      partitionCount,
      validForMs,
      inFlightMax,
      cancelsInFlightMax,
      schemaVersionOf: (partition) => reference.semanticsOf(partition).schemaVersion,
    });
    const metrics = new Metrics({
      log,
      tracer,
      standings: () => outcomes.standings,
      monotonic: () => clock.monotonic(),
      inFlight: () => commands.inFlight,
      streamCount: () => this.#bridge.connectionCount,
      entryCount: () => this.#door.connectionCount,
      others: this.#options.metricsSources ?? [],
    });
    const policies = this.#options.limitPolicies ?? defaultPolicies;
    return {
      log,
      clock,
      semantics,
      deadLetters: new DeadLetters(log),
      assets,
      reference,
      outcomes,
      reports,
      commands,
      metrics,
      tracer,
      requestLog: new RequestLog(logger, clock),
      auth: new Auth({ clock, key: (keyID) => reference.key(keyID) }),
      limits: new Limits({ rateLimit, clock, policies }),
      repeats: new Repeats(idempotency),
      reads: new Reads(query),
    };
  }

  #createApp(): GatewayApp {
    const app: GatewayApp = new Hono<GatewayEnv>();
    addOrderRoutes(app, this.#edge);
    addOrderListRoutes(app, this.#edge);
    addReadRoutes(app, this.#edge);
    addAdminRoutes(app, this.#edge);
    addDeadLetterRoutes(app, this.#edge);
    addOperationRoutes(app, this.#edge, () => this.#phase);
    refuseOtherMethods(app);
    app.notFound((c) => this.#notFound(c));
    app.onError((error, c) => this.#answerError(error, c));
    return app;
  }

  #notFound(c: GatewayContext): Response {
    const { method, path } = c.req;
    const asset =
      method === "GET" || method === "HEAD"
        ? assetResponse(this.#edge.assets, path, c.req.raw)
        : null;
    if (asset !== null) return asset;
    return this.#answerError(new ApiProblem("NotFound", "There is nothing here"), c);
  }

  /** The one place where a failure becomes an answer. Whatever is no ApiProblem is ours, and the client learns no more of it. */
  #answerError(error: Error, c: GatewayContext): Response {
    const { metrics, requestLog } = this.#edge;
    if (error instanceof ApiProblem) {
      metrics.refused(error.code);
      requestLog.refused(error, c.env);
      return problemAnswer(c, error);
    }
    metrics.failed();
    requestLog.failed(error, c.env);
    c.env.span?.fail(error.name);
    this.#options.onInternalError?.(error);
    return problemAnswer(c, new ApiProblem("InternalError", "The venue failed to answer this"));
  }
}

/** Null: the connection was taken over. */
async function upgrade(
  door: StreamBridge | EntryDoor,
  request: Request,
  server: GatewayServer,
): Promise<Response | null> {
  try {
    await door.upgrade(request, server);
    return null;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { status, body, details } = error;
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/problem+json", ...details.headers },
    });
  }
}

/** No answer is to be taken for another type, nor to be read by pages of elsewhere: no CORS header is ever sent. */
function secured(response: Response): Response {
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}
