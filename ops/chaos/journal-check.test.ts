import { describe, expect, test } from "bun:test";

import {
  CancelReason,
  CxlRejReason,
  CxlRejResponseTo,
  OrdRejReason,
  OrdStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { orderIDOf } from "../../schema/identity/order-id.ts";
import type { Answer } from "../venue-client.ts";
import { checkJournal } from "./journal-check.ts";
import type { Attempt, PlaceRequest, Request } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { chaosInstrument } from "./load.ts";

const accountID = 5001;
const { symbol } = chaosInstrument;
const zeroUuid = "00000000-0000-0000-0000-000000000000";

/** A short honest history: what was asked, what was answered and what the log says; tests then plant one lie. */
class Story {
  readonly attempts: Attempt[] = [];
  readonly outcomes: Event[][] = [];
  #now = 0;

  attempt(request: Request, answer: Answer | null): Attempt {
    const sentAt = this.#now++;
    const answeredAt = answer === null ? null : this.#now++;
    const attempt = { client: 0, accountID, request, sentAt, answeredAt, answer };
    this.attempts.push(attempt);
    return attempt;
  }

  outcome(...events: Event[]): string {
    this.outcomes.push(events);
    return `0:${this.outcomes.length}`;
  }

  check(): string[] {
    const ledger = new Ledger([accountID]);
    for (const [index, events] of this.outcomes.entries()) {
      ledger.apply({ seqNum: index + 1, commandOffset: index, events });
    }
    return checkJournal(this.attempts, ledger).map(({ promise }) => promise);
  }
}

function place(clOrdID: string): PlaceRequest {
  const orderID = orderIDOf(accountID, symbol, clOrdID);
  const terms = {
    side: "Buy",
    price: 10_000,
    orderQty: 5,
    timeInForce: "GTC",
    postOnly: false,
  } as const;
  return { kind: "Place", symbol, clOrdID, orderID, ...terms };
}

function accepted({ orderID, clOrdID }: PlaceRequest, firstSeqNum: number): Event {
  return {
    kind: "OrderAccepted",
    rptSeq: firstSeqNum,
    securityID: 1,
    accountID,
    orderID,
    firstSeqNum,
    orderQty: 5,
    cashOrderQty: 0n,
    price: 10_000,
    side: Side.Buy,
    ordType: OrdType.Limit,
    timeInForce: TimeInForce.GTC,
    selfTradePrevention: SelfTradePrevention.CancelNewest,
    execInst: 0,
    expireTime: 0,
    clOrdID,
  };
}

function canceled({ orderID }: PlaceRequest, firstSeqNum: number): Event {
  const quantities = { canceledQty: 5, cumQty: 0, price: 10_000 };
  const place = { rptSeq: 90, securityID: 1, accountID, orderID, firstSeqNum };
  return {
    kind: "OrderCanceled",
    ...place,
    ...quantities,
    cancelReason: CancelReason.Requested,
    side: Side.Buy,
  };
}

function traded(taker: PlaceRequest, rptSeq: number): Event {
  return {
    kind: "Trade",
    rptSeq,
    securityID: 1,
    makerAccountID: 9,
    makerOrderID: zeroUuid,
    makerFirstSeqNum: 1,
    takerOrderID: taker.orderID,
    takerFirstSeqNum: 1,
    lastQty: 2,
    makerLeavesQty: 0,
    takerLeavesQty: 3,
    takerAccountID: accountID,
    lastPx: 10_000,
    aggressorSide: Side.Buy,
    makerOrdStatus: OrdStatus.Filled,
    takerOrdStatus: OrdStatus.PartiallyFilled,
  };
}

function rejected({ orderID, clOrdID }: PlaceRequest): Event {
  const place = {
    rptSeq: 9,
    securityID: 1,
    accountID,
    orderID,
    firstSeqNum: 1,
    orderQty: 5,
    price: 10_000,
  };
  const terms = { side: Side.Buy, ordType: OrdType.Limit, timeInForce: TimeInForce.GTC };
  return {
    kind: "OrderRejected",
    ...place,
    ...terms,
    ordRejReason: OrdRejReason.PostOnlyWouldCross,
    symbol,
    clOrdID,
  };
}

function done(position: string, reports: readonly object[] = []): Answer {
  return { status: 201, body: { position, executionReports: reports } };
}

function problem(code: string, position?: string): Answer {
  return { status: 422, body: position === undefined ? { code } : { code, position } };
}

/** Two orders, one canceled, one trying again after a lost answer, one refused. */
function honest(): {
  story: Story;
  first: PlaceRequest;
  second: PlaceRequest;
  third: PlaceRequest;
} {
  const story = new Story();
  const [first, second, third] = ["a", "b", "c"].map(place) as [
    PlaceRequest,
    PlaceRequest,
    PlaceRequest,
  ];
  story.attempt(first, done(story.outcome(accepted(first, 1))));
  const position = story.outcome(accepted(second, 2), traded(second, 3));
  story.attempt(second, null);
  story.attempt(
    second,
    done(position, [
      { execType: "New", rptSeq: 2 },
      { execType: "Trade", rptSeq: 3 },
    ]),
  );
  story.attempt(
    { kind: "Cancel", orderID: first.orderID },
    done(story.outcome(canceled(first, 1))),
  );
  story.attempt(third, problem("PostOnlyWouldCross", story.outcome(rejected(third))));
  story.attempt({ kind: "Cancel", orderID: first.orderID }, problem("UnknownOrder"));
  return { story, first, second, third };
}

describe("the check of the journal", () => {
  test("finds nothing in an honest history", () => {
    expect(honest().story.check()).toEqual([]);
  });

  test("lets an unanswered request come to either outcome", () => {
    const { story } = honest();
    const [never, once] = [place("never"), place("once")];
    story.attempt(never, null);
    story.attempt(once, null);
    story.attempt(place("accepted for later"), { status: 202, body: {} });
    story.outcome(accepted(once, 5));
    expect(story.check()).toEqual([]);
  });

  test("reports an acknowledged order that the log has lost", () => {
    const { story } = honest();
    story.outcomes[0] = [];
    expect(story.check()).toContain("AcceptedOnce");
    expect(story.check()).toContain("AnswerIsOnTheLog");
  });

  test("reports an order that stands twice", () => {
    const { story, second } = honest();
    story.outcome(accepted(second, 5));
    expect(story.check()).toEqual(["AcceptedOnce"]);
  });

  test("reports a refused order that stands all the same", () => {
    const { story, third } = honest();
    story.outcome(accepted(third, 5));
    expect(story.check()).toEqual(["RefusedMeansNothing"]);
  });

  test("reports an order that nobody asked for", () => {
    const { story } = honest();
    story.outcome(accepted(place("ghost"), 5));
    expect(story.check()).toEqual(["NothingInvented"]);
  });

  test("reports a request that stands before one that was answered earlier", () => {
    const { story } = honest();
    const [older, newer] = [place("older"), place("newer")];
    const newerPosition = story.outcome(accepted(newer, 5));
    const olderPosition = story.outcome(accepted(older, 6));
    story.attempt(older, done(olderPosition));
    story.attempt(newer, done(newerPosition));
    expect(story.check()).toEqual(["RealTimeOrder"]);
  });

  test("lets an order come to life after an answer that promised nothing", () => {
    const { story } = honest();
    const late = place("late");
    story.attempt(late, { status: 503, body: {} });
    const other = place("other");
    story.attempt(other, done(story.outcome(accepted(other, 5))));
    story.outcome(accepted(late, 6));
    expect(story.check()).toEqual([]);
  });

  test("reports a fill that was told and did not happen, and one that happened untold", () => {
    for (const reports of [
      [],
      [
        { execType: "Trade", rptSeq: 3 },
        { execType: "Trade", rptSeq: 4 },
      ],
    ]) {
      const { story } = honest();
      story.attempts[2]!.answer = done("0:2", reports);
      expect(story.check()).toEqual(["AnswerIsOnTheLog"]);
    }
  });

  test("reports an acceptance with other terms than were asked for", () => {
    const { story, first } = honest();
    story.outcomes[0] = [{ ...accepted(first, 1), orderQty: 6 } as Event];
    expect(story.check()).toEqual(["AnswerIsOnTheLog"]);
  });

  test("reports a cancel that was told and did not happen", () => {
    const { story, second } = honest();
    story.attempt({ kind: "Cancel", orderID: second.orderID }, done("0:2"));
    expect(story.check()).toContain("AnswerIsOnTheLog");
  });

  test("reports an order called unknown that rests", () => {
    const { story, second } = honest();
    story.attempt({ kind: "Cancel", orderID: second.orderID }, problem("UnknownOrder"));
    expect(story.check()).toEqual(["AnswerIsOnTheLog"]);
  });

  test("reports a request that was turned away before it was on the log", () => {
    for (const code of ["InvalidToken", "NotFound"]) {
      const { story, second } = honest();
      story.attempt({ kind: "Cancel", orderID: second.orderID }, problem(code));
      expect(story.check()).toEqual(["RefusedByTheLog"]);
    }
  });

  test("reports a refusal with another reason than the log's", () => {
    const { story, second } = honest();
    const cancelReject: Event = {
      kind: "OrderCancelReject",
      rptSeq: 0,
      securityID: 0,
      accountID,
      orderID: second.orderID,
      commandID: zeroUuid,
      cxlRejReason: CxlRejReason.ExchangeClosed,
      cxlRejResponseTo: CxlRejResponseTo.OrderCancelRequest,
    };
    const position = story.outcome(cancelReject);
    story.attempt({ kind: "Cancel", orderID: second.orderID }, problem("TooLateToEnter", position));
    expect(story.check()).toEqual(["AnswerIsOnTheLog"]);
  });
});
