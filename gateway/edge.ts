import type { Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import type { SemanticsList } from "../engine/core/semantics.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { traceparentHeader } from "../ports/telemetry/tracer.ts";
import type { DeadLetters } from "../ports/log/dead-letters.ts";
import type { Log } from "../ports/log/log.ts";
import type { Span, Tracer } from "../ports/telemetry/tracer.ts";
import type { Assets } from "./assets.ts";
import type { Auth, Principal } from "./auth.ts";
import type { Commands } from "./commands.ts";
import type { LimitClass, Limits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import { described } from "./openapi.ts";
import type { Operation } from "./openapi.ts";
import type { Outcomes } from "./outcomes.ts";
import { problemType } from "./problems.ts";
import type { PrivateReports } from "./private-reports.ts";
import type { Reads } from "./reads.ts";
import type { Reference } from "./reference.ts";
import type { RequestLog } from "./request-log.ts";
import type { Answer, Repeats, Replay } from "./repeats.ts";
import type { GatewayServer } from "./sockets.ts";

/**
 * Beside each request: the server that it came through (none in tests, and for one out of a connection), the route it took, for the metrics, its
 * span if it is traced, and the connection that it came over where that has a dead-man timer, else 0.
 */
export interface RequestBindings {
  readonly server: GatewayServer | null;
  route: string;
  span: Span | null;
  readonly connectionID: number;
}

export interface GatewayEnv {
  Bindings: RequestBindings;
}

export type GatewayContext = Context<GatewayEnv>;
export type GatewayApp = Hono<GatewayEnv>;

/** What the routes call. */
export interface Edge {
  readonly log: Log;
  readonly clock: Clock;
  readonly semantics: SemanticsList;
  readonly deadLetters: DeadLetters;
  readonly auth: Auth;
  readonly limits: Limits;
  readonly reference: Reference;
  readonly outcomes: Outcomes;
  readonly reports: PrivateReports;
  readonly commands: Commands;
  readonly repeats: Repeats;
  readonly reads: Reads;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly requestLog: RequestLog;
  readonly assets: Assets;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Route {
  readonly method: Method;
  /** As Hono writes it. */
  readonly path: string;
  readonly limit: LimitClass;
  readonly operation: Operation;
  /** `principal` is null where the operation needs no scope. */
  handle(c: GatewayContext, principal: Principal | null): Promise<Response>;
}

/** The way of every request of the API: who is it, may it come now, then the route's own work. */
export function addRoute(app: GatewayApp, edge: Edge, route: Route): void {
  const { method, path, limit, operation } = route;
  const name = `${method} ${path}`;
  const { scope } = operation;
  const answer = async (c: GatewayContext): Promise<Response> => {
    const principal =
      scope === undefined ? null : await edge.auth.require(c.req.raw.headers, scope);
    const key = principal === null ? addressOf(c) : String(principal.accountID);
    for (const [header, value] of Object.entries(await edge.limits.take(limit, key))) {
      c.header(header, value);
    }
    return route.handle(c, principal);
  };
  const handler = (c: GatewayContext): Promise<Response> => {
    c.env.route = name;
    if (method !== "GET") c.env.span = startTrace(edge.tracer, c, route);
    const { span } = c.env;
    return span === null ? answer(c) : edge.tracer.within(span, () => answer(c));
  };
  app.on(method, path, described(operation, handler));
}

/** Sends what a command came to; an order's answer names its place. */
export function send(c: GatewayContext, answer: Answer | Replay): Response {
  const replayed = "text" in answer;
  const text = replayed ? answer.text : JSON.stringify(answer.body);
  const body = (replayed ? JSON.parse(text) : answer.body) as {
    readonly orderID?: string;
    readonly position?: string;
  };
  if (replayed) c.header("idempotency-replayed", "true");
  if (body.position !== undefined) c.header("x-orderbook-position", body.position);
  if (body.orderID !== undefined && (answer.status === 201 || answer.status === 202)) {
    c.header("location", orderLocation(body.orderID));
  }
  if (answer.status === 202) c.header("retry-after", "1");
  const contentType = answer.status >= 400 ? problemType : "application/json";
  return c.body(text, answer.status as ContentfulStatusCode, { "content-type": contentType });
}

export function orderLocation(orderID: string): string {
  return `/v1/orders/${orderID}`;
}

/** The account behind a scope. */
export function accountOf(principal: Principal | null): number {
  if (principal === null) throw new Error("A route with a scope has a principal");
  return principal.accountID;
}

/** Requests that become commands are traced, from here to the views; reads are not. */
function startTrace(tracer: Tracer, c: GatewayContext, { method, path }: Route): Span | null {
  return tracer.startTrace(`${method} ${path}`, c.req.header(traceparentHeader) ?? null, {
    kind: "server",
    attributes: { "http.request.method": method, "http.route": path },
  });
}

/** The key that an operator's token was signed with. */
export function keyOf(principal: Principal | null): string {
  if (principal === null) throw new Error("A route with a scope has a principal");
  return principal.keyID;
}

/** Callers without a token are told apart by address. */
function addressOf(c: GatewayContext): string {
  return c.env.server?.requestIP(c.req.raw)?.address ?? "";
}
