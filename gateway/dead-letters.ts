import type { DeadLetterEntry } from "../ports/log/dead-letters.ts";
import { asReplay } from "../schema/attempt.ts";
import { decodeCommandFrame } from "../schema/frame.ts";
import type { DeadLetterResolved } from "../schema/generated/dead-letter-resolved.ts";
import type { DeadLetter } from "../schema/generated/dead-letter.ts";
import {
  DeadReason,
  DeadReasonName,
  DeadResolution,
  DeadResolutionName,
  OrdRejReason,
} from "../schema/generated/enums.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import type { InspectedDeadLetter, ListedDeadLetter } from "../schema/http/dead-letters.ts";
import type { ReplayAnswer, ReplayRequest } from "../schema/http/dead-letters.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { decodeNewerOrder } from "../schema/newer-order.ts";
import { positionOf, timeText } from "./answers.ts";
import type { Edge } from "./edge.ts";
import { newOrderAnswer } from "./order-answers.ts";
import type { Submitted } from "./outcomes.ts";
import { ApiProblem } from "./problems.ts";
import type { Answer } from "./repeats.ts";

/** Who acts on a dead letter, by the token's key, and why: both stand on the log for good. */
export interface Resolver {
  readonly operator: string;
  readonly reason: string;
}

const noUuid = "00000000-0000-0000-0000-000000000000";

export function deadLetterListing({ id, letter, resolved }: DeadLetterEntry): ListedDeadLetter {
  const { partition, commandOffset, attempts, accountID, orderID } = letter;
  return {
    deadLetterID: id,
    deadReason: DeadReasonName[letter.deadReason],
    partition,
    commandOffset,
    attempts,
    diedAt: timeText(letter.diedAt),
    ...(accountID === 0 ? {} : { accountID }),
    ...(orderID === noUuid ? {} : { orderID }),
    ...(resolved === null ? {} : { resolved: resolutionListing(resolved) }),
  };
}

function resolutionListing(
  resolved: Omit<DeadLetterResolved, "kind">,
): NonNullable<ListedDeadLetter["resolved"]> {
  const { deadResolution, resolvedAt, operator, reason, orderID } = resolved;
  return {
    resolution: DeadResolutionName[deadResolution],
    resolvedAt: timeText(resolvedAt),
    operator,
    reason,
    ...(orderID === noUuid ? {} : { orderID }),
  };
}

/** A letter with its bytes, and what they say. */
export function deadLetterInspection(entry: DeadLetterEntry): InspectedDeadLetter {
  const { commandHash, build, commandBytes, command } = entry.letter;
  const read = readCommand(command);
  return {
    ...deadLetterListing(entry),
    commandHash,
    build,
    commandBytes,
    bytes: Buffer.from(command).toString("base64"),
    ...(read === null ? {} : { command: plainJson(read) }),
  };
}

/** The letter of this name. Throws ApiProblem UnknownDeadLetter. */
export async function findDeadLetter(edge: Edge, id: string): Promise<DeadLetterEntry> {
  const entry = await edge.deadLetters.find(id);
  if (entry === null) throw new ApiProblem("UnknownDeadLetter", "There is no such dead letter");
  return entry;
}

/** Closes a letter that nobody is to act on. Throws ApiProblem. */
export async function discardDeadLetter(
  edge: Edge,
  id: string,
  resolver: Resolver,
): Promise<Answer> {
  const { letter } = openLetter(await findDeadLetter(edge, id));
  const none = { orderID: noUuid, commandOffset: 0 };
  const resolved = await resolve(edge, letter, DeadResolution.Discarded, { ...resolver, ...none });
  return { status: 200, body: { deadLetterID: id, resolved: resolutionListing(resolved) } };
}

/**
 * Sends a dead order again, as a new command. While the id window says that the order is dead this is the same order, and the engine lets
 * it happen once; later it gets a clOrdID that is made from the letter's name, so that a second replay is a repeat. Throws ApiProblem.
 */
export async function replayDeadLetter(
  edge: Edge,
  id: string,
  { late = false }: ReplayRequest,
  resolver: Resolver,
): Promise<Answer> {
  const { letter } = openLetter(await findDeadLetter(edge, id));
  const order = replayable(letter);
  if (!late && order.validUntil < edge.clock.now()) {
    throw new ApiProblem(
      "ReplayTooLate",
      "The order's validUntil has passed: say late to replay it all the same",
    );
  }
  const replay = { id, letter, order, resolver };
  const same = await submitSame(edge, letter);
  return wasForgotten(same, order) ? replayAnew(edge, replay) : settle(edge, replay, same, order);
}

interface Replay {
  readonly id: string;
  readonly letter: DeadLetter;
  readonly order: NewOrderSingle;
  readonly resolver: Resolver;
}

function submitSame(edge: Edge, { partition, command }: DeadLetter): Promise<Submitted> {
  return edge.commands.again(partition, (times) => asReplay(command, times));
}

/** Whether the id window has let go of the order. */
function wasForgotten({ body }: Submitted, { orderID }: NewOrderSingle): boolean {
  const rejected = body?.events.find(
    (event) => event.kind === "OrderRejected" && event.orderID === orderID,
  );
  return rejected?.kind === "OrderRejected" && rejected.ordRejReason === OrdRejReason.NotDeferred;
}

async function replayAnew(edge: Edge, replay: Replay): Promise<Answer> {
  const { letter, order } = replay;
  if (letter.deadReason === DeadReason.NewerVersion) throw notReplayable();
  const { sendingTime: _s, validUntil: _v, attempt: _a, requestHash: _h, ...whole } = order;
  // No connection has brought this one.
  const { connectionID: _c, ...rest } = whole;
  const clOrdID = `dlq-${letter.partition}-${letter.seqNum}`;
  const orderID = orderIDOf(order.accountID, order.symbol, clOrdID);
  const submitted = await edge.commands.toSymbol(order.symbol, { ...rest, clOrdID, orderID });
  return settle(edge, replay, submitted, { ...order, clOrdID, orderID });
}

/** Writes down that the letter was replayed, whatever came of it, and answers what did. */
async function settle(
  edge: Edge,
  { id, letter, resolver }: Replay,
  { body, partition, commandOffset }: Submitted,
  { orderID, clOrdID, symbol }: NewOrderSingle,
): Promise<Answer> {
  if (body === null) return { status: 202, body: { orderID, clOrdID } };
  const replayed = { ...resolver, orderID, commandOffset };
  await resolve(edge, letter, DeadResolution.Replayed, replayed);
  const instrument = edge.reference.instrument(symbol);
  if (body.events.some((event) => event.kind === "Duplicate" && event.commandID === orderID)) {
    throw alreadyResolved();
  }
  if (instrument === undefined) {
    throw new ApiProblem("UnknownSymbol", "No such instrument is listed", { status: 422 });
  }
  const order = newOrderAnswer({ body, partition, instrument, orderID });
  if ("kind" in order) throw new Error("A replay is decided at once");
  const position = positionOf(body, partition);
  const answer: ReplayAnswer = { deadLetterID: id, orderID, clOrdID, order, position };
  return { status: 200, body: answer };
}

async function resolve(
  edge: Edge,
  { partition, seqNum }: DeadLetter,
  deadResolution: DeadResolution,
  what: Resolver & { readonly orderID: string; readonly commandOffset: number },
): Promise<Omit<DeadLetterResolved, "kind">> {
  const resolvedAt = edge.clock.now();
  const resolved = { partition, seqNum, deadResolution, resolvedAt, ...what };
  await edge.deadLetters.resolve(resolved);
  const resolution = DeadResolutionName[deadResolution];
  const { operator, reason, orderID } = what;
  const audited = { partition, seqNum, resolution, operator, reason, orderID };
  edge.requestLog.acted(audited, "An operator resolved a dead letter");
  return resolved;
}

function openLetter(entry: DeadLetterEntry): DeadLetterEntry {
  if (entry.resolved !== null) throw alreadyResolved();
  return entry;
}

function alreadyResolved(): ApiProblem {
  return new ApiProblem(
    "DeadLetterResolved",
    "The dead letter was replayed or discarded before; this did nothing",
  );
}

/** What can be read of a dead order. Bytes that could not be read, or were set aside, are never sent again. */
function replayable({ deadReason, command }: DeadLetter): NewOrderSingle {
  const isOrder =
    deadReason === DeadReason.UnknownSymbol ||
    deadReason === DeadReason.NewerVersion ||
    deadReason === DeadReason.TooLateToEnter;
  const order = isOrder ? readCommand(command) : null;
  if (order?.kind !== "NewOrderSingle") throw notReplayable();
  return order;
}

function notReplayable(): ApiProblem {
  return new ApiProblem(
    "NotReplayable",
    "Such a dead letter can be inspected and discarded, not replayed",
  );
}

function readCommand(bytes: Uint8Array) {
  const decoded = decodeCommandFrame(bytes);
  return decoded.ok ? decoded.message : decodeNewerOrder(bytes);
}

function plainJson(message: object): Record<string, unknown> {
  const text = JSON.stringify(message, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
