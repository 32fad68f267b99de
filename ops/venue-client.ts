/** What `start` writes to <data>/venue.json, for scripts. */
export interface VenueFile {
  readonly url: string;
  /** Addresses with the tokens in them: what opens one may act. */
  readonly pages: { readonly trading: string; readonly operator: string };
  readonly accounts: readonly { readonly accountID: number; readonly token: string }[];
  readonly adminToken: string;
  readonly symbols: readonly string[];
  /** Null where there is no ClickHouse on this platform. */
  readonly clickhouse: {
    readonly url: string;
    readonly user: string;
    readonly password: string;
  } | null;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Speaks to a venue's public API for one account, or for nobody (null). An answer of any status is data; only a broken connection throws. */
export class VenueClient {
  readonly url: string;
  readonly #token: string | null;
  readonly #timeoutMs: number | null;

  /** A request that takes longer than `timeoutMs` counts as a broken connection; null waits for ever. */
  constructor(url: string, token: string | null, timeoutMs: number | null = null) {
    this.url = url;
    this.#token = token;
    this.#timeoutMs = timeoutMs;
  }

  get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.request("POST", path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.request("PUT", path, body);
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.request("PATCH", path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.request("DELETE", path);
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers: Record<string, string> = {};
    if (this.#token !== null) headers["authorization"] = `Bearer ${this.#token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(this.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(this.#timeoutMs === null ? {} : { signal: AbortSignal.timeout(this.#timeoutMs) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : parsed(text) };
  }
}

/** The refusal's stable code, or null where the answer is none. */
export function problemCode(answer: Answer): string | null {
  const code = answer.body["code"];
  return answer.status >= 400 && typeof code === "string" ? code : null;
}

function parsed(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
