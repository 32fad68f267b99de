import type { Readiness } from "../schema/http/operations.ts";

/** What the venue answered: a body, or a refusal in its own words. `ms` is the time from the request to the whole answer. */
export type VenueAnswer<Body> =
  | { readonly ok: true; readonly status: number; readonly body: Body; readonly ms: number }
  | { readonly ok: false; readonly refusal: Refusal; readonly ms: number };

export interface Refusal {
  /** 0 where there was no answer at all. */
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

/** The venue waits two seconds for an outcome: silence this long is no answer. */
const answerMaxMs = 15_000;

/** Speaks to the venue's HTTP API for one account, or for nobody. Never rejects: a dead connection is a refusal too. */
export class VenueApi {
  readonly #token: string | null;

  constructor(token: string | null) {
    this.#token = token;
  }

  get<Body>(path: string): Promise<VenueAnswer<Body>> {
    return this.#request("GET", path);
  }

  post<Body>(path: string, body: unknown): Promise<VenueAnswer<Body>> {
    return this.#request("POST", path, body);
  }

  put<Body>(path: string, body: unknown): Promise<VenueAnswer<Body>> {
    return this.#request("PUT", path, body);
  }

  delete<Body>(path: string): Promise<VenueAnswer<Body>> {
    return this.#request("DELETE", path);
  }

  /** How the venue is, also where it is not ready; null where it does not answer. */
  async readiness(): Promise<Readiness | null> {
    try {
      const response = await fetch("/readyz", { signal: AbortSignal.timeout(answerMaxMs) });
      return (await response.json()) as Readiness;
    } catch {
      return null;
    }
  }

  async #request<Body>(method: string, path: string, body?: unknown): Promise<VenueAnswer<Body>> {
    const headers: Record<string, string> = {};
    if (this.#token !== null) headers["authorization"] = `Bearer ${this.#token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const sentAt = performance.now();
    try {
      const response = await fetch(path, {
        method,
        headers,
        signal: AbortSignal.timeout(answerMaxMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      const ms = performance.now() - sentAt;
      if (response.ok) return { ok: true, status: response.status, body: answer as Body, ms };
      return { ok: false, refusal: refusalOf(response.status, answer), ms };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const refusal = { status: 0, code: "NoAnswer", detail, errors: [] };
      return { ok: false, refusal, ms: performance.now() - sentAt };
    }
  }
}

function refusalOf(status: number, answer: unknown): Refusal {
  const problem = (answer ?? {}) as Partial<Refusal>;
  return {
    status,
    code: problem.code ?? `Status${status}`,
    detail: problem.detail ?? "",
    errors: problem.errors ?? [],
  };
}

/** The problem's code, its words, and the fields that it points at. */
export function refusalText({ refusal }: { readonly refusal: Refusal }): string {
  const { code, detail, errors } = refusal;
  const fields = errors.map((error) => `${error.pointer.replace(/^\//, "")}: ${error.detail}`);
  return [`${code}.`, detail, ...fields].filter((part) => part !== "").join(" ");
}
