import { BusinessRejectReasonName, DisconnectScope } from "../schema/generated/enums.ts";
import type { DeadManTimerAnswer } from "../schema/http/orders.ts";
import { commandIDOf } from "../schema/identity/order-id.ts";
import { timeText } from "./answers.ts";
import { positionsOf } from "./cancels.ts";
import type { Edge } from "./edge.ts";
import { refusal, refusalOfRepeat } from "./order-answers.ts";
import type { Submitted } from "./outcomes.ts";
import type { Answer } from "./repeats.ts";

interface TimerRequest {
  readonly accountID: number;
  /** 0: never. */
  readonly timeoutMs: number;
  readonly idempotencyKey: string | null;
  /** Of one of the account's connections; absent: its own. */
  readonly connectionID?: number;
}

/**
 * Arms, moves or disarms a dead-man timer of the account in every partition; each counts by its own log time, and the earliest deadline is
 * told. Throws ApiProblem.
 */
export async function setDeadManTimer(edge: Edge, request: TimerRequest): Promise<Answer> {
  const { accountID, timeoutMs, idempotencyKey, connectionID } = request;
  const commandID =
    idempotencyKey === null
      ? crypto.randomUUID()
      : commandIDOf(["dead-man timer", String(accountID), idempotencyKey]);
  const whose =
    connectionID === undefined ? {} : { scope: DisconnectScope.Connection, connectionID };
  const set = { commandID, accountID, timeoutMs, ...whose };
  const command = { kind: "CancelOnDisconnect", ...set } as const;
  const submitted = await edge.commands.toAll(command);
  const deadlines = submitted.map((each) => deadlineOf(edge, each, commandID));
  const known = deadlines.flatMap((deadline) => (deadline === null ? [] : [deadline]));
  if (known.length < deadlines.length) return { status: 202, body: {} };
  const armed = known.filter((deadline) => deadline !== 0);
  const answer: DeadManTimerAnswer = {
    ...(armed.length === 0 ? {} : { deadline: timeText(Math.min(...armed)) }),
    position: positionsOf(submitted),
  };
  return { status: 200, body: answer };
}

/** 0: disarmed; null where that is not known. */
function deadlineOf(edge: Edge, { body, partition }: Submitted, commandID: string): number | null {
  for (const event of body?.events ?? []) {
    if (!("commandID" in event) || event.commandID !== commandID || body === null) continue;
    if (event.kind === "DeadManTimerSet") return event.deadline;
    if (event.kind === "BusinessMessageReject") {
      throw refusal(BusinessRejectReasonName[event.businessRejectReason], { body, partition });
    }
    if (event.kind === "Duplicate") {
      const code = refusalOfRepeat(event, { body, partition });
      if (code !== null) throw refusal(code, { body, partition });
      const held = edge.outcomes.held(partition, event.originalCommandOffset);
      const set = held?.events.find((each) => each.kind === "DeadManTimerSet");
      return set?.kind === "DeadManTimerSet" ? set.deadline : null;
    }
  }
  return null;
}
