import { expect, test } from "bun:test";

import {
  BusinessRejectReasonName,
  CancelReasonName,
  CxlRejReasonName,
  DeadReasonName,
  OrdRejReasonName,
} from "../../schema/generated/enums.ts";
import { streamOf } from "./command-stream.ts";
import { areEqual } from "./comparison.ts";
import { told } from "./scenario.ts";
import { shapeOf } from "./stream-shape.ts";

test("a seed makes the same stream each time", () => {
  const first = [...streamOf(7, 300)].map(({ record }) => record);
  const second = [...streamOf(7, 300)].map(({ record }) => record);
  expect(second.map(({ appendTime }) => appendTime)).toEqual(
    first.map(({ appendTime }) => appendTime),
  );
  expect(second.every(({ bytes }, index) => areEqual(bytes, first[index]!.bytes))).toBe(true);
});

test("deadlines stay times however large quantities are", () => {
  const shape = shapeOf(25);
  const early = { ...shape, lotsMax: 2 ** 53, weights: { ...shape.weights, early: 0.9 } };
  expect([...streamOf(25, 600, early)]).toHaveLength(600);
});

test("170 seeds reach every outcome that the semantics name", () => {
  const reached = new Set<string>();
  for (let seed = 1; seed <= 170; seed++) {
    for (const { events } of streamOf(seed, 600)) {
      for (const line of told(events)) reached.add(outcomeOf(line));
    }
  }
  expect(wanted().filter((outcome) => !reached.has(outcome))).toEqual([]);
}, 240_000);

/** The kind of an event and its reason, without ids and numbers. */
function outcomeOf(line: string): string {
  const words = line.split(" ");
  const isReplaced = words[0] === "OrderReplaced";
  if (isReplaced) return line.endsWith("in place") ? "OrderReplaced in place" : "OrderReplaced";
  if (words[0] === "Duplicate")
    return line.includes("conflict") ? "Duplicate conflict" : "Duplicate";
  return words.filter((word) => /^[A-Z]/.test(word)).join(" ");
}

/** All but the reasons that stand in the lists for later versions. */
function wanted(): string[] {
  const reasons = (kind: string, names: Readonly<Record<number, string>>): string[] =>
    Object.values(names).map((name) => `${kind} ${name}`);
  const later = [
    "OrderRejected None",
    "OrderCancelReject OrderCapacityReached",
    "BusinessMessageReject WrongPartition",
  ];
  return [
    "OrderAccepted",
    "Trade",
    "OrderReplaced",
    "OrderReplaced in place",
    "OrderTriggered",
    "SelfTradePrevented",
    "Duplicate",
    "Duplicate conflict",
    "SecurityDefined",
    "SecurityStatusChanged",
    "SecurityStatusScheduled",
    "AuctionIndication",
    "AccountDefined",
    "KeyDefined",
    "AccountLimitsChanged",
    "FeeScheduleChanged",
    "DeadManTimerSet",
    "DeadManTimerFired",
    "ListAccepted",
    "SemanticsActivated",
    "OrderMassCancelReport",
    "TimeTicked",
    "Deferred UnknownSymbol",
    "Deferred NewerVersion",
    ...reasons("DeadLettered", DeadReasonName).filter(
      (outcome) => !/Un(dec|knownT)|Quar/.test(outcome),
    ),
    ...reasons("OrderRejected", OrdRejReasonName),
    ...reasons("OrderCancelReject", CxlRejReasonName),
    ...reasons("BusinessMessageReject", BusinessRejectReasonName),
    ...reasons("OrderCanceled", CancelReasonName),
  ].filter((outcome) => !later.includes(outcome));
}
