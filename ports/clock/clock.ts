/** Time for the edges: stamps, timeouts, tickers. The engine never sees it. */
export interface Clock {
  /** Milliseconds since 1970 UTC; may jump. For stamps only. */
  now(): number;
  /** Milliseconds that never fall; for durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
