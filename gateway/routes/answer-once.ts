import type { Principal } from "../auth.ts";
import { readJsonText } from "../body.ts";
import { accountOf, send } from "../edge.ts";
import type { Edge, GatewayContext } from "../edge.ts";
import { idempotencyKeyOf } from "../repeats.ts";
import type { Answer } from "../repeats.ts";

/** What a command with a body comes with, as it stands in the request. */
export interface Sent {
  readonly accountID: number;
  readonly idempotencyKey: string | null;
  /** The body, JSON that is not parsed yet. */
  readonly text: string;
}

/**
 * Reads the body, carries the command out once for its Idempotency-Key, and sends the answer. With the body, `name` tells whether a repeat
 * is of the same request. Throws ApiProblem.
 */
export async function answerOnce(
  edge: Edge,
  c: GatewayContext,
  principal: Principal | null,
  command: { name: string; bodyBytesMax?: number; run: (sent: Sent) => Promise<Answer> },
): Promise<Response> {
  const { name, bodyBytesMax, run } = command;
  const accountID = accountOf(principal);
  const body = await readJsonText(c.req.raw, bodyBytesMax);
  const idempotencyKey = idempotencyKeyOf(c.req.raw.headers);
  const repeatable = { accountID, idempotencyKey, text: `${name}\n${body}` };
  const sent = { accountID, idempotencyKey, text: body };
  return send(c, await edge.repeats.once(repeatable, async () => run(sent)));
}
