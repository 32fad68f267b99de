import { hash } from "node:crypto";

import { commandIDOf } from "../schema/identity/order-id.ts";
import type { Edge } from "./edge.ts";

/** Ids of requests that name none. The same Idempotency-Key gives the same ones, so that the engine too knows the repeat. */

const clOrdIDLength = 36;

/** `item`: the place of the request in its list, where it stands in one. */
export function givenClOrdID(
  { clock }: Pick<Edge, "clock">,
  accountID: number,
  idempotencyKey: string | null,
  item: string | null = null,
): string {
  if (idempotencyKey === null) return Bun.randomUUIDv7("hex", clock.now());
  const place = item === null ? "" : `:${item}`;
  const named = `${accountID}:${idempotencyKey}${place}`;
  return hash("sha256", named, "base64url").slice(0, clOrdIDLength);
}

/** `what` tells the account's requests under one key from each other. */
export function givenCommandID(
  accountID: number,
  idempotencyKey: string | null,
  what: string,
): string {
  if (idempotencyKey === null) return crypto.randomUUID();
  return commandIDOf([what, String(accountID), idempotencyKey]);
}
