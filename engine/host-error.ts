import { UnknownSemantics } from "./core/semantics.ts";

/**
 * Why an owner refuses to start or stops. `IdentityChanged`: counts, cluster or topic ids are not those of the history. `OrdersTailLost`,
 * `CommandChanged`: outputs stand for commands that are gone or others. `OrdersTrimmed`: commands are missing at the front. `Diverged`: this
 * build computes other bodies. `UnknownSemantics`: semantics are active that this build does not have. `ClaimLost`: the own Claim is not where it was
 * appended. `ForeignClaim`: another owner took over. `AppendFailed`: the log may or may not have what was appended. `EngineBroken`: an invariant.
 * `LimitsChanged`: the partition began with other limits than those configured. `NotWarm`: a standby that cannot take over. `Abandoned`: the partition was given up while it came up.
 */
export type EngineHostErrorCode =
  | "IdentityChanged"
  | "OrdersTailLost"
  | "CommandChanged"
  | "OrdersTrimmed"
  | "Diverged"
  | "UnknownSemantics"
  | "ClaimLost"
  | "ForeignClaim"
  | "AppendFailed"
  | "EngineBroken"
  | "LimitsChanged"
  | "NotWarm"
  | "Abandoned";

export class EngineHostError extends Error {
  override readonly name = "EngineHostError";
  readonly code: EngineHostErrorCode;
  constructor(code: EngineHostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a host ends with when its replica could not apply the command at an offset. */
export function applyFailure(partition: number, offset: number, cause: unknown): EngineHostError {
  if (cause instanceof UnknownSemantics) {
    const message = `Partition ${partition}, from offset ${offset} on: ${cause.message}; start a build that has it`;
    return new EngineHostError("UnknownSemantics", message, { cause });
  }
  const message = `The command at offset ${offset} broke the engine: ${String(cause)}`;
  return new EngineHostError("EngineBroken", message, { cause });
}
