import type { FoldedBody } from "../ports/log/fold.ts";
import { BusinessRejectReasonName, Side } from "../schema/generated/enums.ts";
import type { MassCancelAnswer } from "../schema/http/orders.ts";
import { commandIDOf, orderIDOf } from "../schema/identity/order-id.ts";
import { positionOf, timeText } from "./answers.ts";
import type { UnstampedCommand } from "./commands.ts";
import { orderLocation } from "./edge.ts";
import type { Edge } from "./edge.ts";
import { cancelAnswer, refusal, refusalOfRepeat } from "./order-answers.ts";
import type { CancelOutcome } from "./order-answers.ts";
import type { Submitted } from "./outcomes.ts";
import type { ListedInstrument } from "./reference.ts";
import type { Answer } from "./repeats.ts";

/** Cancels by orderID. An order of another account is answered by the engine exactly as one that never was. */
export async function cancelOne(edge: Edge, accountID: number, orderID: string): Promise<Answer> {
  const commandID = crypto.randomUUID();
  const command = { kind: "OrderCancelRequest", commandID, accountID, orderID } as const;
  const { body, partition } = await edge.commands.toOrder(orderID, command);
  if (body === null) return { status: 202, body: { orderID, location: orderLocation(orderID) } };
  return canceledAnswer(edge, { body, partition, orderID, commandID });
}

/** What came of a cancel that stands in a folded outcome. Throws ApiProblem. */
export function canceledAnswer(edge: Edge, outcome: Omit<CancelOutcome, "instrumentOf">): Answer {
  const instrumentOf = (securityID: number): ListedInstrument => {
    const instrument = edge.reference.security(outcome.partition, securityID);
    if (instrument === undefined) throw new Error("An order has an instrument");
    return instrument;
  };
  return { status: 200, body: cancelAnswer({ ...outcome, instrumentOf }) };
}

export function cancelOneByClOrdID(
  edge: Edge,
  order: { accountID: number; instrument: ListedInstrument; clOrdID: string },
): Promise<Answer> {
  const { accountID, instrument, clOrdID } = order;
  return cancelOne(edge, accountID, orderIDOf(accountID, instrument.symbol, clOrdID));
}

interface MassCancel {
  readonly accountID: number;
  /** Null: every one. */
  readonly instrument: ListedInstrument | null;
  /** Null: both. */
  readonly side: "Buy" | "Sell" | null;
  readonly idempotencyKey: string | null;
}

/** Cancels what the account has resting; without an instrument in every partition, which is not atomic. */
export async function cancelMany(edge: Edge, request: MassCancel): Promise<Answer> {
  const { instrument, side } = request;
  const command = massCancelCommand(request);
  const submitted =
    instrument === null
      ? await edge.commands.toAll(command)
      : [await edge.commands.toSymbol(instrument.symbol, command)];
  const reports = submitted.map((each) => affectedBy(edge, each, command.commandID));
  if (reports.includes(null)) return { status: 202, body: {} };
  const bodies = submitted.flatMap(({ body }) => (body === null ? [] : [body]));
  const answer: MassCancelAnswer = {
    totalAffectedOrders: reports.reduce<number>((total, count) => total + (count ?? 0), 0),
    ...(instrument === null ? {} : { symbol: instrument.symbol }),
    ...(side === null ? {} : { side }),
    transactTime: timeText(Math.max(...bodies.map(({ transactTime }) => transactTime))),
    position: positionsOf(submitted),
  };
  return { status: 200, body: answer };
}

type MassCancelCommand = Extract<UnstampedCommand, { kind: "OrderMassCancelRequest" }>;

function massCancelCommand(request: MassCancel): MassCancelCommand {
  const { accountID, instrument, side, idempotencyKey } = request;
  const symbol = instrument?.symbol ?? "";
  const commandID =
    idempotencyKey === null
      ? crypto.randomUUID()
      : commandIDOf(["mass cancel", String(accountID), symbol, side ?? "", idempotencyKey]);
  return {
    kind: "OrderMassCancelRequest",
    commandID,
    accountID,
    side: Side[side ?? "None"],
    symbol,
  };
}

/** How many orders a partition canceled; null when that is not known. Throws ApiProblem. */
function affectedBy(edge: Edge, { body, partition }: Submitted, commandID: string): number | null {
  if (body === null) return null;
  const report = reportedBy(body, commandID);
  if (report !== null) return report;
  for (const event of body.events) {
    if (event.kind === "BusinessMessageReject" && event.commandID === commandID) {
      throw refusal(BusinessRejectReasonName[event.businessRejectReason], { body, partition });
    }
    if (event.kind === "Duplicate" && event.commandID === commandID) {
      const code = refusalOfRepeat(event, { body, partition });
      if (code !== null) throw refusal(code, { body, partition });
      return reportedBy(edge.outcomes.held(partition, event.originalCommandOffset), commandID);
    }
  }
  throw new Error("A mass cancel's outcome says nothing of it");
}

function reportedBy(body: FoldedBody | null, commandID: string): number | null {
  const event = body?.events.find(
    (each) => each.kind === "OrderMassCancelReport" && each.commandID === commandID,
  );
  return event?.kind === "OrderMassCancelReport" ? event.totalAffectedOrders : null;
}

export function positionsOf(submitted: readonly Submitted[]): string {
  return submitted
    .flatMap(({ body, partition }) => (body === null ? [] : [positionOf(body, partition)]))
    .join(",");
}
