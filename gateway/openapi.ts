import type { Handler } from "hono";
import { resolver, uniqueSymbol } from "hono-openapi";
import type { DescribeRouteOptions } from "hono-openapi";
import { z } from "zod";
import type { ZodType } from "zod";

import { Problem, ProblemStatus } from "../schema/http/problem.ts";
import type { ProblemCode } from "../schema/http/problem.ts";
import { problemType } from "./problems.ts";

/** What a route takes and gives, all of it: the document at /openapi.json is made of these. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Absent: no token is needed. */
  readonly scope?: "read" | "trade" | "admin";
  readonly path?: ZodType;
  readonly query?: ZodType;
  readonly body?: ZodType;
  readonly idempotent?: boolean;
  /** Answers by status; null is one without a body, a text one of that media type. */
  readonly answers: Readonly<Record<number, ZodType | string | null>>;
  readonly problems: readonly (ProblemCode | readonly [ProblemCode, number])[];
}

/** Attaches the description to the handler itself, so that no middleware runs for the sake of the document. */
export function described<H extends Handler>(operation: Operation, handler: H): H {
  return Object.assign(handler, { [uniqueSymbol]: { spec: specOf(operation) } });
}

function specOf(operation: Operation): DescribeRouteOptions {
  const { operationId, summary, tag, scope, body } = operation;
  return {
    operationId,
    summary,
    tags: [tag],
    ...(scope === undefined
      ? {}
      : { security: [{ bearer: [] }], description: `Needs the scope ${scope}.` }),
    parameters: parametersOf(operation),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: resolver(body) } },
          },
        }),
    responses: { ...answersOf(operation), ...problemsOf(operation) },
  };
}

type Parameters = NonNullable<DescribeRouteOptions["parameters"]>;

function parametersOf({ path, query, idempotent }: Operation): Parameters {
  const key = {
    in: "header",
    name: "Idempotency-Key",
    description: "The same key with the same request is carried out once, and answered the same",
    schema: { type: "string", pattern: "^[!-~]{1,255}$" },
  };
  return [
    ...parametersIn("path", path),
    ...parametersIn("query", query),
    ...(idempotent === true ? [key] : []),
  ] as Parameters;
}

function parametersIn(place: "path" | "query", schema: ZodType | undefined): object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([name, property]) => ({
    in: place,
    name,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

type Responses = NonNullable<DescribeRouteOptions["responses"]>;

function answersOf({ answers }: Operation): Responses {
  const entries = Object.entries(answers).map(([status, answer]) => {
    const description = statusTexts[Number(status)] ?? "Answer";
    if (answer === null) return [status, { description }];
    const content =
      typeof answer === "string"
        ? { [answer]: { schema: { type: "string" } } }
        : { "application/json": { schema: resolver(answer) } };
    return [status, { description, content }];
  });
  return Object.fromEntries(entries) as Responses;
}

/** One response a status, which names every code that it can come with. */
function problemsOf({ problems }: Operation): Responses {
  const codes = new Map<number, string[]>();
  for (const entry of problems) {
    const [code, status] = typeof entry === "string" ? [entry, ProblemStatus[entry]] : entry;
    codes.set(status, [...(codes.get(status) ?? []), code]);
  }
  const content = { [problemType]: { schema: resolver(Problem) } };
  const entries = [...codes].map(([status, names]) => [
    status,
    { description: [...new Set(names)].join(", "), content },
  ]);
  return Object.fromEntries(entries) as Responses;
}

const statusTexts: Readonly<Record<number, string>> = {
  101: "Switching to WebSocket",
  200: "Done",
  201: "Accepted by the engine; what came of it at once is in the answer",
  202: "On the log; the outcome did not come in time",
  304: "Not modified",
  503: "Not ready",
};
