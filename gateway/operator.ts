import type { Clock } from "../ports/clock/clock.ts";
import type { Gateway } from "./app.ts";
import type { OperatorKey } from "./config.ts";
import { ApiProblem } from "./problems.ts";

const retryMs = 1000;

/**
 * Brings the first operator's key onto the log, over and over until an engine has answered: a venue may be started in any order. Rejects when
 * the key is refused.
 */
export async function defineOperator(
  gateway: Gateway,
  { key, clock, signal }: { key: OperatorKey; clock: Clock; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await gateway.commands.defineKey({
        keyID: key.kid,
        accountID: 0,
        keyAlgorithm: "EdDSA",
        publicKey: key.x,
        scopes: ["read", "admin"],
        keyStatus: "Active",
      });
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 503) throw error;
      await clock.sleep(retryMs, signal);
    }
  }
}
