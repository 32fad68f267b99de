import { expect, test } from "bun:test";

import { CancelReason } from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { Auditor } from "./auditor.ts";
import { BrokenPromise } from "./broken-promise.ts";
import { streamOf } from "./command-stream.ts";

test("rule 35: the oracle's events keep every promise, and the auditor's book is the oracle's", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const auditor = new Auditor();
    for (const { events, state } of streamOf(seed, 400)) {
      auditor.observe(events);
      expect(auditor.openCount).toBe(state.resting.size);
    }
  }
});

/** Each breaks one event of a stream that is good otherwise; the auditor has to stop at that very command. */
const breaks: readonly (readonly [string, (event: Event) => Event | null])[] = [
  [
    "An instrument's events are numbered without a gap",
    (event) => (event.kind === "OrderAccepted" ? { ...event, rptSeq: event.rptSeq + 1 } : event),
  ],
  [
    "The price is the maker's",
    (event) => (event.kind === "Trade" ? { ...event, lastPx: event.lastPx + 1 } : event),
  ],
  [
    "An event says what the maker has left",
    (event) =>
      event.kind === "Trade" ? { ...event, makerLeavesQty: event.makerLeavesQty + 1 } : event,
  ],
  [
    "No order gives more than it has",
    (event) => (event.kind === "Trade" ? { ...event, lastQty: event.lastQty + 2 ** 52 } : event),
  ],
  [
    "A taker is filled when nothing is left",
    (event) => (event.kind === "Trade" ? { ...event, takerOrdStatus: 8 } : event),
  ],
  [
    "A trade names the maker's account",
    (event) =>
      event.kind === "Trade" ? { ...event, makerAccountID: event.takerAccountID } : event,
  ],
  [
    "The aggressor is the taker",
    (event) =>
      event.kind === "Trade"
        ? { ...event, aggressorSide: event.aggressorSide === 1 ? 2 : 1 }
        : event,
  ],
  [
    "Events are about open orders",
    (event) =>
      event.kind === "OrderCanceled" ? { ...event, firstSeqNum: event.firstSeqNum + 1 } : event,
  ],
  [
    "cumQty is the sum of the trades",
    (event) => (event.kind === "OrderCanceled" ? { ...event, cumQty: event.cumQty + 1 } : event),
  ],
  [
    "What is canceled is what was left",
    (event) =>
      event.kind === "OrderCanceled" && event.cancelReason === CancelReason.Requested
        ? { ...event, canceledQty: event.canceledQty + 1 }
        : event,
  ],
  [
    "Priority is kept by a decrease only",
    (event) =>
      event.kind === "OrderReplaced" && event.keptPriority
        ? { ...event, price: event.price + 1 }
        : event,
  ],
  [
    "Only limit orders that last rest",
    (event) =>
      event.kind === "OrderCanceled" && event.cancelReason === CancelReason.ImmediateOrCancel
        ? null
        : event,
  ],
];

for (const [promise, change] of breaks) {
  test(`a stream that breaks it is stopped: ${promise}`, () => {
    expect(() => auditBroken(change)).toThrow(promise);
  });
}

test("an order that overtakes another is stopped", () => {
  const swapped = (events: readonly Event[]): readonly Event[] => {
    const trades = events.filter((event) => event.kind === "Trade");
    const [first, second] = trades;
    if (first === undefined || second === undefined) return events;
    const { makerOrderID, makerFirstSeqNum } = second;
    return events.map((event) =>
      event === first ? { ...first, makerOrderID, makerFirstSeqNum } : event,
    );
  };
  expect(() => auditAll(swapped)).toThrow("The maker is the first of the best level");
});

function auditBroken(change: (event: Event) => Event | null): void {
  let isBroken = false;
  auditAll((events) => {
    if (isBroken) return events;
    return events.flatMap((event) => {
      const changed = isBroken ? event : change(event);
      isBroken ||= changed !== event;
      return changed ?? [];
    });
  });
}

function auditAll(change: (events: readonly Event[]) => readonly Event[]): void {
  for (let seed = 1; seed <= 25; seed++) {
    const auditor = new Auditor();
    for (const { events } of streamOf(seed, 400)) {
      const changed = change(events);
      if (changed.length === 0) continue;
      auditor.observe(changed);
      if (!events.every((event, index) => event === changed[index]))
        throw new Error(`Not stopped at ${events[0]?.kind}`);
    }
  }
}

test("a broken promise carries the event that breaks it", () => {
  const event: Event = { kind: "SecurityStatusChanged", rptSeq: 5, securityID: 1, tradingState: 1 };
  try {
    new Auditor().observe([event]);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(BrokenPromise);
    expect((error as BrokenPromise).event).toBe(event);
  }
});
