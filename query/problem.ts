import type { z } from "zod";

import { ReadProblemStatus } from "../schema/http/read-problem.ts";
import type { ReadProblemCode } from "../schema/http/read-problem.ts";

export interface FieldError {
  /** JSON pointer to a parameter by its name: "/limit". */
  readonly pointer: string;
  readonly detail: string;
}

/** A refusal on its way to the client as application/problem+json (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ReadProblemCode;
  readonly errors: readonly FieldError[];
  constructor(code: ReadProblemCode, detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

/** Checks what a client sent; throws a Problem that names each parameter that is wrong. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidRequest(parsed.error.issues.flatMap(fieldErrors));
}

export function invalidRequest(errors: readonly FieldError[]): Problem {
  return new Problem("InvalidRequest", "A parameter is not as it must be", errors);
}

export function problemResponse(problem: Problem): Response {
  const { code, message, errors } = problem;
  const status = ReadProblemStatus[code];
  const body = {
    type: `urn:orderbook:problem:${code}`,
    title: titles[code],
    status,
    detail: message,
    code,
    ...(errors.length === 0 ? {} : { errors }),
  };
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (status === 503 || status === 409) headers.set("retry-after", "1");
  return new Response(JSON.stringify(body), { status, headers });
}

const titles: Readonly<Record<ReadProblemCode, string>> = {
  InvalidRequest: "Invalid request",
  Unauthorized: "No account",
  Forbidden: "Not for you",
  NotFound: "No such route",
  UnknownOrder: "Unknown order",
  UnknownSymbol: "Unknown symbol",
  StaleRead: "Not as new as asked for",
  InternalError: "Internal error",
  AnalyticsUnavailable: "Analytics are not available",
  BookUnavailable: "The book is not available",
  ReadsUnavailable: "Reads are not available",
};

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ pointer: `/${escape(key)}`, detail: "No such parameter" }));
  }
  const pointer = issue.path.map((step) => `/${escape(String(step))}`).join("");
  return [
    { pointer, detail: issue.code === "invalid_format" ? formatDetail(issue) : issue.message },
  ];
}

function formatDetail(issue: z.core.$ZodIssueInvalidStringFormat): string {
  return issue.format === "datetime" ? "Not an RFC 3339 time" : "Not of the form that it must have";
}

/** As RFC 6901 has it; the text comes from a client, so it is cut. */
function escape(step: string): string {
  return step.slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1");
}
