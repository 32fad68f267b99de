import {
  CancelReason,
  CxlRejReasonName,
  OrdRejReasonName,
  OrdStatus,
  SideName,
} from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { problemCode } from "../venue-client.ts";
import { verdictOf } from "./journal.ts";
import type { Attempt, PlaceRequest, Request } from "./journal.ts";
import type { Ledger, Outcome } from "./ledger.ts";

/** A promise of the venue that does not hold. */
export interface Violation {
  readonly promise: PromiseName;
  readonly detail: string;
}

export type PromiseName =
  | "HistoryStands"
  | "OneOutcomeEach"
  | "SameAsOracle"
  | "AnswerIsOnTheLog"
  | "AcceptedOnce"
  | "RefusedMeansNothing"
  | "RefusedByTheLog"
  | "NothingInvented"
  | "RealTimeOrder"
  | "PostgresIsTheFold"
  | "ClickhouseIsTheFold"
  | "BookIsTheFold"
  | "LettersAreTheFold"
  | "ZombieIsCutOff"
  | "OperatorIsHeard"
  | "ComesBack";

/** What clients were told against what the log says: no acknowledged order lost, doubled or reordered, no answer untrue. */
export function checkJournal(attempts: readonly Attempt[], ledger: Ledger): Violation[] {
  return [
    ...attempts.flatMap((attempt) => checkAnswer(attempt, ledger)),
    ...checkPlacements(attempts, ledger),
    ...checkInvented(attempts, ledger),
    ...checkRealTimeOrder(attempts, ledger),
  ];
}

function checkAnswer(attempt: Attempt, ledger: Ledger): Violation[] {
  if (attempt.answer === null || verdictOf(attempt) === "Unknown") return [];
  const seqNum = seqNumOf(attempt);
  if (seqNum === null) return checkUnknown(attempt, ledger);
  const outcome = ledger.outcomes.get(seqNum);
  const found = outcome !== undefined && tells(outcome, attempt);
  return found
    ? []
    : [violation("AnswerIsOnTheLog", attempt, `seqNum ${seqNum} says nothing of it`)];
}

/**
 * UnknownOrder tells no position, so that it tells nothing else either; the order must be closed by now. Nothing else that the clients of
 * chaos ask for may be refused before it is on the log.
 */
function checkUnknown(attempt: Attempt, ledger: Ledger): Violation[] {
  const { request, answer } = attempt;
  const code = answer === null ? null : problemCode(answer);
  if (code !== "UnknownOrder") {
    const what = `answered ${answer?.status} ${code}, without a place on the log`;
    return [violation("RefusedByTheLog", attempt, what)];
  }
  const open = ledger
    .acceptancesOf(orderIDOf(request))
    .some(({ leavesQty, ordStatus }) => leavesQty > 0 && ordStatus < OrdStatus.Filled);
  return open ? [violation("AnswerIsOnTheLog", attempt, "answered UnknownOrder, and rests")] : [];
}

/** The outcome at the answer's position is the one that the answer tells of. */
function tells(outcome: Outcome, attempt: Attempt): boolean {
  if (verdictOf(attempt) === "Refused") return tellsRefusal(outcome, attempt);
  const { request, accountID } = attempt;
  switch (request.kind) {
    case "Place":
      return tellsOrder(outcome, attempt, request);
    case "Replace":
      return outcome.events.some(
        (event) =>
          (event.kind === "OrderReplaced" &&
            event.orderID === request.orderID &&
            event.clOrdID === request.clOrdID) ||
          isRepeatOf(event, accountID),
      );
    case "Cancel":
      return outcome.events.some(
        (event) =>
          event.kind === "OrderCanceled" &&
          event.orderID === request.orderID &&
          event.cancelReason === CancelReason.Requested,
      );
    case "MassCancel":
      return outcome.events.some(
        (event) =>
          event.kind === "OrderMassCancelReport" &&
          event.accountID === accountID &&
          event.totalAffectedOrders === attempt.answer?.body["totalAffectedOrders"],
      );
  }
}

function tellsOrder(
  outcome: Outcome,
  { accountID, answer }: Attempt,
  request: PlaceRequest,
): boolean {
  const accepted = outcome.events.find(
    (event) => event.kind === "OrderAccepted" && event.orderID === request.orderID,
  );
  if (accepted?.kind !== "OrderAccepted") {
    return outcome.events.some((event) => isRepeatOf(event, accountID, request.orderID));
  }
  const asAsked =
    accepted.accountID === accountID &&
    accepted.clOrdID === request.clOrdID &&
    SideName[accepted.side] === request.side &&
    accepted.price === (request.price ?? 0) &&
    accepted.orderQty === request.orderQty;
  const fills = outcome.events.flatMap((event) =>
    event.kind === "Trade" && event.takerOrderID === request.orderID ? [event.rptSeq] : [],
  );
  return asAsked && Bun.deepEquals(fills, fillsTold(answer?.body["executionReports"]));
}

function fillsTold(reports: unknown): number[] {
  if (!Array.isArray(reports)) return [];
  return (reports as { execType: string; rptSeq: number }[])
    .filter(({ execType }) => execType === "Trade")
    .map(({ rptSeq }) => rptSeq);
}

function isRepeatOf(event: Event, accountID: number, commandID?: string): boolean {
  if (event.kind !== "Duplicate" || event.accountID !== accountID || event.conflict) return false;
  return commandID === undefined || event.commandID === commandID;
}

function tellsRefusal(outcome: Outcome, { request, answer, accountID }: Attempt): boolean {
  const code = answer === null ? null : problemCode(answer);
  return outcome.events.some((event) => {
    if (event.kind === "Duplicate") return event.accountID === accountID;
    if (event.kind === "OrderRejected" && request.kind === "Place") {
      return event.orderID === request.orderID && OrdRejReasonName[event.ordRejReason] === code;
    }
    if (event.kind === "OrderCancelReject" && "orderID" in request) {
      return event.orderID === request.orderID && CxlRejReasonName[event.cxlRejReason] === code;
    }
    return false;
  });
}

/** A clOrdID is an order once, whatever its client saw of how many tries. */
function checkPlacements(attempts: readonly Attempt[], ledger: Ledger): Violation[] {
  const tries = Map.groupBy(attempts.filter(isPlacement), ({ request }) => orderIDOf(request));
  return Array.from(tries, ([orderID, each]) => {
    const count = ledger.acceptancesOf(orderID).length;
    const [first] = each;
    if (first === undefined) return [];
    if (count > 1) return [violation("AcceptedOnce", first, `accepted ${count} times`)];
    const verdicts = new Set(each.map(verdictOf));
    if (count === 0 && verdicts.has("Done")) {
      return [violation("AcceptedOnce", first, "acknowledged and not on the log")];
    }
    if (count === 1 && verdicts.size === 1 && verdicts.has("Refused")) {
      return [violation("RefusedMeansNothing", first, "refused and on the log all the same")];
    }
    return [];
  }).flat();
}

function isPlacement({ request }: Attempt): boolean {
  return request.kind === "Place";
}

function orderIDOf(request: Request): string {
  return request.kind === "MassCancel" ? "" : request.orderID;
}

function checkInvented(attempts: readonly Attempt[], ledger: Ledger): Violation[] {
  const asked = new Set(attempts.map(({ request }) => orderIDOf(request)));
  return Array.from(ledger.orders.values())
    .filter(({ orderID }) => !asked.has(orderID))
    .map(({ orderID, clOrdID }) => ({
      promise: "NothingInvented",
      detail: `the log has ${orderID} (${clOrdID}), which nobody asked for`,
    }));
}

interface Placed {
  readonly attempt: Attempt;
  readonly offset: number;
}

/** Whatever was answered before a request was sent stands before it on the log (Jepsen's order check, in linear time). */
function checkRealTimeOrder(attempts: readonly Attempt[], ledger: Ledger): Violation[] {
  const sent = firstTries(attempts).flatMap((attempt) => placedBy(attempt, ledger));
  const answered = attempts
    .filter((attempt) => verdictOf(attempt) !== "Unknown")
    .flatMap((attempt) => toldPlace(attempt, ledger))
    .toSorted((a, b) => answerTime(a) - answerTime(b));
  const violations: Violation[] = [];
  let highest = -1;
  let at = 0;
  for (const { attempt, offset } of sent.toSorted((a, b) => a.attempt.sentAt - b.attempt.sentAt)) {
    for (; at < answered.length; at++) {
      const before = answered[at];
      if (before === undefined || answerTime(before) >= attempt.sentAt) break;
      highest = Math.max(highest, before.offset);
    }
    if (offset > highest) continue;
    const what = `at offset ${offset}, sent after the answer to offset ${highest}`;
    violations.push(violation("RealTimeOrder", attempt, what));
  }
  return violations;
}

/** A repeat may be answered with the place of the first try, which is older than itself. */
function firstTries(attempts: readonly Attempt[]): Attempt[] {
  const seen = new Set<string>();
  return attempts.filter(({ accountID, request }) => {
    if (!("clOrdID" in request)) return true;
    const key = `${accountID} ${request.clOrdID}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Where a request stands on the log: a new order at its acceptance, also when no answer told of it. */
function placedBy(attempt: Attempt, ledger: Ledger): Placed[] {
  const [accepted] = isPlacement(attempt) ? ledger.acceptancesOf(orderIDOf(attempt.request)) : [];
  if (accepted === undefined) return toldPlace(attempt, ledger);
  return placedAt(attempt, ledger.outcomes.get(accepted.firstSeqNum));
}

/** What the answer tells of, which an order that came to life later does not change. */
function toldPlace(attempt: Attempt, ledger: Ledger): Placed[] {
  const seqNum = seqNumOf(attempt);
  return placedAt(attempt, seqNum === null ? undefined : ledger.outcomes.get(seqNum));
}

function placedAt(attempt: Attempt, outcome: Outcome | undefined): Placed[] {
  return outcome === undefined ? [] : [{ attempt, offset: outcome.commandOffset }];
}

function answerTime({ attempt }: Placed): number {
  return attempt.answeredAt ?? 0;
}

/** seqNum in the answer's position: `partition:seqNum`. */
function seqNumOf({ answer }: Attempt): number | null {
  const position = answer?.body["position"];
  if (typeof position !== "string") return null;
  return Number(position.slice(position.indexOf(":") + 1));
}

function violation(promise: PromiseName, { client, request }: Attempt, what: string): Violation {
  return { promise, detail: `client ${client}, ${JSON.stringify(request)}: ${what}` };
}
