import { ApiProblem } from "./problems.ts";

export interface QueryAccess {
  /** Base URL of query; null until it serves. */
  url(): string | null;
  /** Tells query that a request comes from the gateway. */
  readonly secret: string;
}

const timeoutMs = 10_000;
const passedOn = ["accept", "if-none-match"];
const passedBack = [
  "content-type",
  "cache-control",
  "etag",
  "link",
  "retry-after",
  "x-orderbook-position",
];

/** The reads that query answers. */
export class Reads {
  readonly #query: QueryAccess;

  constructor(query: QueryAccess) {
    this.#query = query;
  }

  get serving(): boolean {
    return this.#query.url() !== null;
  }

  /** Asks query the same and gives its answer; `accountID` is whose data may be seen. Throws ApiProblem ReadsUnavailable. */
  async forward(request: Request, accountID: number | null): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const headers = this.#headers(accountID);
    for (const name of passedOn) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    const answer = await this.#fetch(pathname + search, headers);
    const body = answer.status === 304 ? null : await readWhole(answer);
    return new Response(body, { status: answer.status, headers: chosen(answer.headers) });
  }

  /** An order as the read side has it by now, or null where it cannot say. */
  async order(orderID: string, accountID: number): Promise<Record<string, unknown> | null> {
    if (!this.serving) return null;
    try {
      const answer = await this.#fetch(`/v1/orders/${orderID}`, this.#headers(accountID));
      return answer.ok ? ((await answer.json()) as Record<string, unknown>) : null;
    } catch (error) {
      if (error instanceof ApiProblem || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** Where the gateway's side of a stream connects, and with what. Throws ApiProblem ReadsUnavailable. */
  get stream(): { url: string; headers: Record<string, string> } {
    const url = `${this.#base().replace(/^http/, "ws")}/v1/stream`;
    return { url, headers: { "x-orderbook-secret": this.#query.secret } };
  }

  #headers(accountID: number | null): Headers {
    const headers = new Headers({ "x-orderbook-secret": this.#query.secret });
    if (accountID !== null) headers.set("x-orderbook-account", String(accountID));
    return headers;
  }

  async #fetch(path: string, headers: Headers): Promise<Response> {
    const base = this.#base();
    try {
      return await fetch(base + path, {
        headers,
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  #base(): string {
    const url = this.#query.url();
    if (url === null) throw unavailable();
    return url;
  }
}

async function readWhole(answer: Response): Promise<ArrayBuffer> {
  try {
    return await answer.arrayBuffer();
  } catch (cause) {
    throw unavailable(cause);
  }
}

function chosen(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of passedBack) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

function unavailable(cause?: unknown): ApiProblem {
  const problem = new ApiProblem("ReadsUnavailable", "The read side does not answer yet", {
    headers: { "retry-after": "1" },
  });
  problem.cause = cause;
  return problem;
}
