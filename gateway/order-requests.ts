import type { NewOrderRequest, RepeatAnswer, ReplaceRequest } from "../schema/http/orders.ts";
import { Decision } from "../schema/generated/enums.ts";
import type { Duplicate } from "../schema/generated/duplicate.ts";
import { positionOf } from "./answers.ts";
import { orderLocation } from "./edge.ts";
import type { Edge } from "./edge.ts";
import { newOrderAnswer, refusal, refusalOfRepeat, replaceAnswer } from "./order-answers.ts";
import type { OrderOutcome } from "./order-answers.ts";
import { newOrderCommand, replaceCommand } from "./order-entry.ts";
import type { ListedInstrument } from "./reference.ts";
import type { Answer } from "./repeats.ts";

export interface OrderContext {
  readonly accountID: number;
  readonly clOrdID: string;
  readonly instrument: ListedInstrument;
  /** That brings a new order and has a dead-man timer; absent or 0: none. */
  readonly connectionID?: number;
}

/** Sends an order and says what came of it. Throws ApiProblem. */
export async function placeOrder(
  edge: Edge,
  request: NewOrderRequest,
  context: OrderContext,
): Promise<Answer> {
  const { clOrdID, instrument } = context;
  const command = newOrderCommand(request, context);
  const { orderID } = command;
  const { body, partition } = await edge.commands.toSymbol(instrument.symbol, command);
  if (body === null) return pending(orderID, clOrdID);
  return placedAnswer(edge, { body, partition, instrument, orderID }, context);
}

/** What came of an order that stands in a folded outcome. Throws ApiProblem. */
export async function placedAnswer(
  edge: Edge,
  outcome: OrderOutcome,
  context: OrderContext,
): Promise<Answer> {
  const { orderID } = outcome;
  const { clOrdID } = context;
  const answer = newOrderAnswer(outcome);
  if (!("kind" in answer)) return { status: 201, body: answer };
  const isWaiting = answer.kind === "Deferred" || isDeferredRepeat(answer);
  if (isWaiting) return pending(orderID, clOrdID);
  const original = originalOf(edge, outcome, answer, clOrdID);
  if (original === null) return repeatAnswer(edge, outcome, answer, context);
  const first = newOrderAnswer(original);
  if (!("kind" in first)) return { status: 201, body: first };
  if (first.kind === "Duplicate") throw new Error("The first request of an id is no repeat");
  // The first attempt was deferred; what settled it stands in a body of its own.
  const code = refusalOfRepeat(answer, outcome, clOrdID);
  if (code !== null) throw refusal(code, outcome, clOrdID);
  return repeatAnswer(edge, outcome, answer, context);
}

/** Sends a replace and says what came of it. Throws ApiProblem. */
export async function replaceOrder(
  edge: Edge,
  request: ReplaceRequest,
  context: OrderContext & { readonly orderID: string },
): Promise<Answer> {
  const { clOrdID, instrument, orderID } = context;
  const command = replaceCommand(request, context);
  const { body, partition } = await edge.commands.toOrder(orderID, command);
  if (body === null) return pending(orderID, clOrdID);
  const outcome = { body, partition, instrument, orderID };
  return replacedAnswer(edge, outcome, command.commandID, context);
}

/** What came of a replace that stands in a folded outcome. Throws ApiProblem. */
export async function replacedAnswer(
  edge: Edge,
  outcome: OrderOutcome,
  commandID: string,
  context: OrderContext,
): Promise<Answer> {
  const answer = replaceAnswer(outcome, commandID);
  if (!("kind" in answer)) return { status: 200, body: answer };
  const original = originalOf(edge, outcome, answer, context.clOrdID);
  if (original === null) return repeatAnswer(edge, outcome, answer, context);
  const first = replaceAnswer(original, commandID);
  if ("kind" in first) throw new Error("The first request of an id is no repeat");
  return { status: 200, body: first };
}

/** Whether the first request still waits; another request under its id is a conflict all the same. */
function isDeferredRepeat({ decision, conflict }: Duplicate): boolean {
  return decision === Decision.Deferred && !conflict;
}

function pending(orderID: string, clOrdID: string): Answer {
  return { status: 202, body: { orderID, clOrdID, location: orderLocation(orderID) } };
}

/** The outcome of the first request, or null when it is not held any more. Throws the refusal that the first request had. */
function originalOf(
  edge: Edge,
  outcome: OrderOutcome,
  duplicate: Duplicate,
  clOrdID: string,
): OrderOutcome | null {
  const code = refusalOfRepeat(duplicate, outcome, clOrdID);
  const body = edge.outcomes.held(outcome.partition, duplicate.originalCommandOffset);
  if (body !== null) return { ...outcome, body };
  if (code !== null) throw refusal(code, outcome, clOrdID);
  return null;
}

async function repeatAnswer(
  edge: Edge,
  outcome: OrderOutcome,
  duplicate: Duplicate,
  { accountID, clOrdID, instrument }: OrderContext,
): Promise<Answer> {
  const { orderID, body, partition } = outcome;
  const order = await edge.reads.order(orderID, accountID);
  const answer: RepeatAnswer = {
    orderID,
    clOrdID,
    symbol: instrument.symbol,
    decision: "Accepted",
    originalSeqNum: duplicate.originalSeqNum,
    position: positionOf(body, partition),
    location: orderLocation(orderID),
    ...(order === null ? {} : { order }),
  };
  return { status: 200, body: answer };
}
