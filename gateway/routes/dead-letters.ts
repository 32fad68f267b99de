import type { ZodType } from "zod";

import {
  DeadLetterPath,
  DeadLetterQuery,
  DiscardAnswer,
  DiscardRequest,
  InspectedDeadLetter,
  ListedDeadLetters,
  QuarantineAnswer,
  QuarantineRequest,
  ReplayAnswer,
  ReplayRequest,
} from "../../schema/http/dead-letters.ts";
import { PendingAnswer } from "../../schema/http/orders.ts";
import { LogError } from "../../ports/log/log.ts";
import { parseBody, parseParams, readJsonText } from "../body.ts";
import {
  deadLetterInspection,
  deadLetterListing,
  discardDeadLetter,
  findDeadLetter,
  replayDeadLetter,
} from "../dead-letters.ts";
import { addRoute, keyOf, send } from "../edge.ts";
import type { Edge, GatewayApp, GatewayContext, Route } from "../edge.ts";
import type { Principal } from "../auth.ts";
import type { Operation } from "../openapi.ts";
import { ApiProblem } from "../problems.ts";
import { quarantineCommand } from "../quarantine.ts";
import type { Answer } from "../repeats.ts";
import { anyRoute, newOrderRefusals, withBody, withCommand, withToken } from "./route-problems.ts";

const tag = "Dead letters";
const path = "/v1/admin/dead-letters";

/** Commands that could not be carried out: operators look at them, send orders again, or let them be. */
export function addDeadLetterRoutes(app: GatewayApp, edge: Edge): void {
  const routes = [list(edge), inspect(edge), replay(edge), discard(edge), quarantine(edge)];
  for (const route of routes) addRoute(app, edge, route);
}

function list(edge: Edge): Route {
  return adminRoute("GET", path, {
    operationId: "listedDeadLetters",
    summary: "Dead letters, oldest first in each partition",
    query: DeadLetterQuery,
    answers: { 200: ListedDeadLetters },
    problems: ["InvalidRequest", "LogUnavailable"],
    run: async (c) => {
      const { open } = parseParams(Object.entries(c.req.query()), DeadLetterQuery);
      const entries = await edge.deadLetters.list();
      const wanted = entries.filter(
        ({ resolved }) => open === undefined || (resolved === null) === (open === "true"),
      );
      return { status: 200, body: { deadLetters: wanted.map(deadLetterListing) } };
    },
  });
}

function inspect(edge: Edge): Route {
  return adminRoute("GET", `${path}/:deadLetterID`, {
    operationId: "inspectedDeadLetter",
    summary: "A dead letter with its bytes",
    path: DeadLetterPath,
    answers: { 200: InspectedDeadLetter },
    problems: ["InvalidRequest", "UnknownDeadLetter", "LogUnavailable"],
    run: async (c) => {
      const entry = await findDeadLetter(edge, nameIn(c));
      return { status: 200, body: deadLetterInspection(entry) };
    },
  });
}

function replay(edge: Edge): Route {
  return adminRoute("POST", `${path}/:deadLetterID/replay`, {
    operationId: "replayDeadLetter",
    summary: "Send a dead order again, once",
    path: DeadLetterPath,
    body: ReplayRequest,
    answers: { 200: ReplayAnswer, 202: PendingAnswer },
    problems: [
      ...withCommand,
      ...newOrderRefusals,
      "NewerVersion",
      ["UnknownSymbol", 422],
      "UnknownDeadLetter",
      "DeadLetterResolved",
      "NotReplayable",
      "ReplayTooLate",
    ],
    run: async (c, principal) => {
      const name = nameIn(c);
      const request = parseBody(await readJsonText(c.req.raw), ReplayRequest);
      const resolver = { operator: keyOf(principal), reason: request.reason };
      return replayDeadLetter(edge, name, request, resolver);
    },
  });
}

function discard(edge: Edge): Route {
  return adminRoute("POST", `${path}/:deadLetterID/discard`, {
    operationId: "discardDeadLetter",
    summary: "Close a dead letter without carrying it out",
    path: DeadLetterPath,
    body: DiscardRequest,
    answers: { 200: DiscardAnswer },
    problems: ["UnknownDeadLetter", "DeadLetterResolved", "LogUnavailable"],
    run: async (c, principal) => {
      const name = nameIn(c);
      const { reason } = parseBody(await readJsonText(c.req.raw), DiscardRequest);
      return discardDeadLetter(edge, name, { operator: keyOf(principal), reason });
    },
  });
}

function quarantine(edge: Edge): Route {
  return adminRoute("POST", "/v1/admin/quarantines", {
    operationId: "quarantineCommand",
    summary: "Set a command aside that breaks every owner of its partition",
    body: QuarantineRequest,
    answers: { 201: QuarantineAnswer },
    problems: ["UnknownCommand", "CommandDecided", "LogUnavailable"],
    run: async (c, principal) => {
      const request = parseBody(await readJsonText(c.req.raw), QuarantineRequest);
      return quarantineCommand(edge, request, keyOf(principal));
    },
  });
}

interface AdminRoute extends Omit<Operation, "tag" | "scope"> {
  readonly answers: Readonly<Record<number, ZodType>>;
  run(c: GatewayContext, principal: Principal | null): Promise<Answer>;
}

function adminRoute(method: "GET" | "POST", at: string, route: AdminRoute): Route {
  const { run, problems, ...operation } = route;
  const ofBody = operation.body === undefined ? [] : withBody;
  return {
    method,
    path: at,
    limit: "admin",
    operation: {
      ...operation,
      tag,
      scope: "admin",
      problems: [...anyRoute, ...withToken, ...ofBody, ...problems],
    },
    handle: async (c, principal) => {
      try {
        return send(c, await run(c, principal));
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        const detail = "The log does not answer; nobody knows whether this was written";
        throw new ApiProblem("LogUnavailable", detail);
      }
    },
  };
}

function nameIn(c: GatewayContext): string {
  return parseParams(Object.entries(c.req.param()), DeadLetterPath).deadLetterID;
}
