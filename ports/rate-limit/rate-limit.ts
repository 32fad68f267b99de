/** A GCRA limit: `burst` requests at once, then one each `intervalMs`. */
export interface RateLimitPolicy {
  readonly name: string;
  readonly burst: number;
  readonly intervalMs: number;
}

export interface RateLimitDecision {
  readonly allowed: boolean;
  /** Requests that could be made at once after this one. */
  readonly left: number;
  /** Until a request would be allowed again; 0 when allowed. */
  readonly retryAfterMs: number;
  /** Until the whole burst is there again. */
  readonly resetMs: number;
}

/** Rejects with RateLimitError only; the caller then falls back to a local share. */
export interface RateLimit {
  /** Takes `cost` (at least 1) from `key` under `policy`, or nothing when that is too much. */
  take(key: string, policy: RateLimitPolicy, cost: number): Promise<RateLimitDecision>;
  close(): Promise<void>;
}

export class RateLimitError extends Error {
  override readonly name = "RateLimitError";
  readonly code = "Unavailable" as const;
}
