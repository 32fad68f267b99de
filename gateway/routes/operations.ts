import { openAPIRouteHandler } from "hono-openapi";
import { z } from "zod";

import { Health, Readiness } from "../../schema/http/operations.ts";
import type { ProblemCode } from "../../schema/http/problem.ts";
import { addRoute } from "../edge.ts";
import type { Edge, GatewayApp, GatewayContext } from "../edge.ts";
import { described } from "../openapi.ts";
import type { Operation } from "../openapi.ts";
import { ApiProblem } from "../problems.ts";
import { readinessOf } from "../readiness.ts";
import type { Phase } from "../readiness.ts";
import { anyRoute } from "./route-problems.ts";

/** What operators and machines ask: is it alive, is it ready, how is it, what can it do. */
export function addOperationRoutes(app: GatewayApp, edge: Edge, phase: () => Phase): void {
  app.get(
    "/healthz",
    described(
      {
        operationId: "health",
        summary: "The process answers",
        tag: "Operations",
        answers: { 200: Health },
        problems: ["InternalError"],
      },
      (c: GatewayContext) => c.json({ status: "ok" }),
    ),
  );
  app.get(
    "/readyz",
    described(
      {
        operationId: "readiness",
        summary: "Commands are taken and answered",
        tag: "Operations",
        answers: { 200: Readiness, 503: Readiness },
        problems: ["InternalError"],
      },
      (c: GatewayContext) => {
        const readiness = readinessOf(edge, phase());
        return c.json(readiness, readiness.status === "ready" ? 200 : 503);
      },
    ),
  );
  app.get(
    "/metrics",
    described(metricsOperation, (c: GatewayContext) => metrics(c, edge)),
  );
  addSocketDescriptions(app, edge);
  const document = openAPIRouteHandler(app, { documentation, excludeStaticFile: false });
  app.get("/openapi.json", described(documentOperation, document));
}

const metricsOperation = {
  operationId: "metrics",
  summary: "Prometheus metrics; callers on this machine only",
  tag: "Operations",
  answers: { 200: "text/plain" },
  problems: ["NotFound", "InternalError"],
} as const;

const documentOperation = {
  operationId: "openapi",
  summary: "This document",
  tag: "Operations",
  answers: { 200: z.record(z.string(), z.unknown()) },
  problems: ["InternalError"],
} as const;

async function metrics(c: GatewayContext, edge: Edge): Promise<Response> {
  if (!isLocal(c.env.server?.requestIP(c.req.raw)?.address)) {
    throw new ApiProblem("NotFound", "There is nothing here");
  }
  return c.body(await edge.metrics.text(), 200, { "content-type": edge.metrics.contentType });
}

/** No address: the request came in-process. */
function isLocal(address: string | undefined): boolean {
  return address === undefined || /^(127\.|::1$|::ffff:127\.)/.test(address);
}

/** A handshake never comes this far: the server takes it over before the routes. */
function addSocketDescriptions(app: GatewayApp, edge: Edge): void {
  addSocket(app, edge, "/v1/stream", {
    operationId: "stream",
    summary: "WebSocket: books and trades as they change",
    tag: "Market data",
    answers: { 101: null },
    problems: [...socketProblems, "ReadsUnavailable"],
  });
  addSocket(app, edge, "/v1/order-entry", {
    operationId: "orderEntry",
    summary:
      "WebSocket: the operations on orders, many at a time over one login, with their cancel on disconnect",
    tag: "Orders",
    answers: { 101: null },
    // The last ones are only said over the connection.
    problems: [...socketProblems, "ConnectionLost", "TooManyPending", "ReportsGone"],
  });
}

const socketProblems = [
  ...anyRoute,
  "ForbiddenOrigin",
  "UpgradeRequired",
  "Overloaded",
] as const satisfies ProblemCode[];

function addSocket(app: GatewayApp, edge: Edge, path: string, operation: Operation): void {
  addRoute(app, edge, {
    method: "GET",
    path,
    limit: "stream",
    operation,
    handle: () => {
      throw new ApiProblem("UpgradeRequired", "This place speaks WebSocket", {
        headers: { upgrade: "websocket" },
      });
    },
  });
}

const documentation = {
  openapi: "3.1.0",
  info: {
    title: "orderbook",
    version: "1",
    description:
      "Prices and quantities are decimal strings. A position (header X-Orderbook-Position) says how far the log is in an answer; reads take it as minSeq.",
  },
  components: {
    securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
  },
} as const;
