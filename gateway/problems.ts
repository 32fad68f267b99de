import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import { ProblemStatus } from "../schema/http/problem.ts";
import type { Problem, ProblemCode } from "../schema/http/problem.ts";

export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemDetails {
  /** Where it differs from the code's own. */
  readonly status?: number;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The order that the problem is about, and where its refusal stands. */
  readonly about?: {
    readonly orderID?: string;
    readonly clOrdID?: string;
    readonly position?: string;
  };
  /** The engine's decision, which stands on the log; otherwise nothing was appended, or nobody knows. */
  readonly decided?: boolean;
}

/** A request that is not carried out. Thrown anywhere in the edge and turned into an answer by app.ts alone. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, detail: string, details: ProblemDetails = {}) {
    super(detail);
    this.code = code;
    this.status = details.status ?? ProblemStatus[code];
    this.details = details;
  }

  get body(): Problem {
    const { errors, about } = this.details;
    return {
      type: `urn:orderbook:problem:${this.code}`,
      title: titleOf(this.code),
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(errors === undefined ? {} : { errors: [...errors] }),
      ...about,
    };
  }
}

export function problemAnswer(c: Context, problem: ApiProblem): Response {
  return c.body(JSON.stringify(problem.body), problem.status as ContentfulStatusCode, {
    "content-type": problemType,
    ...problem.details.headers,
  });
}

/** An orderID whose first 32 bits are no listed symbol's can name no order, nobody's. */
export function unknownOrder(orderID: string): ApiProblem {
  return new ApiProblem("UnknownOrder", "No such order of this account rests", {
    about: { orderID },
  });
}

/** The instrument that a body or a query string names is not there. */
export function unlisted(): ApiProblem {
  return new ApiProblem("UnknownSymbol", "No such instrument is listed", {
    status: 422,
    errors: [{ pointer: "/symbol", detail: "not listed" }],
  });
}

export const problemType = "application/problem+json";

/** "PostOnlyWouldCross" → "Post only would cross". */
function titleOf(code: ProblemCode): string {
  const words = code.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
