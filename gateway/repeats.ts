import { hash } from "node:crypto";

import type { Idempotency } from "../ports/idempotency/idempotency.ts";
import { IdempotencyError } from "../ports/idempotency/idempotency.ts";
import { ApiProblem } from "./problems.ts";

/** What a route answers. `status` from 400 on is a problem. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** A request that may carry an Idempotency-Key. */
export interface RepeatableRequest {
  readonly accountID: number;
  readonly idempotencyKey: string | null;
  /** Method, path, query and body. */
  readonly text: string;
}

/** An answer out of the store, already JSON. */
export interface Replay {
  readonly status: number;
  readonly text: string;
}

/** Longer than any request takes: a gateway that died gives its reservations up after it. */
const leaseMs = 60_000;
const keepMs = 24 * 3600 * 1000;

/**
 * Idempotency-Key: the same key with the same request is carried out once and answered the same for a day. Only what the engine
 * has decided is kept. The store is a cache: without it the engine still knows the repeat of an order by its id.
 */
export class Repeats {
  readonly #store: Idempotency;

  constructor(store: Idempotency) {
    this.#store = store;
  }

  async once(request: RepeatableRequest, run: () => Promise<Answer>): Promise<Answer | Replay> {
    if (request.idempotencyKey === null) return run();
    const key = `${request.accountID}:${request.idempotencyKey}`;
    const requestHash = hash("sha256", request.text, "hex");
    const replay = await this.#reserve(key, requestHash);
    return replay ?? this.#carryOut(key, requestHash, run);
  }

  async #reserve(key: string, requestHash: string): Promise<Replay | null> {
    const reservation = await tolerating(this.#store.reserve(key, requestHash, leaseMs));
    switch (reservation?.kind) {
      case "InFlight":
        throw new ApiProblem(
          "RequestInFlight",
          "The first request with this Idempotency-Key is on its way",
          {
            headers: { "retry-after": "1" },
          },
        );
      case "Conflict":
        throw new ApiProblem("IdempotencyKeyReused", "Another request had this Idempotency-Key");
      case "Answered":
        return { status: reservation.status, text: reservation.body };
      case "Reserved":
      case undefined:
        return null;
    }
  }

  async #carryOut(key: string, requestHash: string, run: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await run();
      if (answer.status === 202) await tolerating(this.#store.release(key, requestHash));
      else await this.#keep(key, requestHash, answer);
      return answer;
    } catch (error) {
      if (error instanceof ApiProblem && error.details.decided === true) {
        await this.#keep(key, requestHash, { status: error.status, body: error.body });
      } else {
        await tolerating(this.#store.release(key, requestHash));
      }
      throw error;
    }
  }

  async #keep(key: string, requestHash: string, { status, body }: Answer): Promise<void> {
    const answer = { status, body: JSON.stringify(body) };
    await tolerating(this.#store.complete(key, requestHash, answer, keepMs));
  }
}

/** The header's key, or null without one. Throws ApiProblem InvalidIdempotencyKey. */
export function idempotencyKeyOf(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  return key === null ? null : checkedKey(key);
}

/** The key. Throws ApiProblem InvalidIdempotencyKey where it is none. */
export function checkedKey(key: string): string {
  if (/^[!-~]{1,255}$/.test(key)) return key;
  throw new ApiProblem(
    "InvalidIdempotencyKey",
    "An Idempotency-Key has 1 to 255 visible ASCII characters",
  );
}

async function tolerating<Value>(promise: Promise<Value>): Promise<Value | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof IdempotencyError) return null;
    throw error;
  }
}
