/** What the gateway remembers of a request, so that a repeat is answered without asking the engine. Only ever a cache. */
export interface IdempotencyEntry {
  readonly requestHash: string;
  /** The answer once there is one: status, headers that matter and body. */
  readonly answer: { readonly status: number; readonly body: string } | null;
}

export type Reservation =
  | { readonly kind: "Reserved" }
  | { readonly kind: "InFlight" }
  | { readonly kind: "Answered"; readonly status: number; readonly body: string }
  /** Same key, another request. */
  | { readonly kind: "Conflict" };

/** Keys are unique per account and made by the gateway. Rejects with IdempotencyError only; the caller then goes without. */
export interface Idempotency {
  /** Takes the key for `leaseMs`; a lease that ran out can be taken again. */
  reserve(key: string, requestHash: string, leaseMs: number): Promise<Reservation>;
  complete(
    key: string,
    requestHash: string,
    answer: { status: number; body: string },
    keepMs: number,
  ): Promise<void>;
  /** Gives a reservation back, when nothing was appended. */
  release(key: string, requestHash: string): Promise<void>;
  close(): Promise<void>;
}

export class IdempotencyError extends Error {
  override readonly name = "IdempotencyError";
  readonly code = "Unavailable" as const;
}
