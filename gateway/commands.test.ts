import { afterAll, beforeAll, expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import { decodeFrame } from "../schema/frame.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import { schemaVersion } from "../schema/generated/records.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { Topic } from "../schema/topics.ts";
import { Commands } from "./commands.ts";
import type { UnstampedCommand } from "./commands.ts";
import { Outcomes } from "./outcomes.ts";
import { ApiProblem } from "./problems.ts";

const clock = new ManualClock();
const log = createMemoryLog({ partitionCount: 1, clock });
const outcomes = new Outcomes({ log, clock, waitMs: 1000, heldCountMax: 16, onBody: () => {} });
const commands = new Commands({
  outcomes,
  clock,
  partitionCount: 1,
  validForMs: 10_000,
  inFlightMax: 2,
  cancelsInFlightMax: 1,
  schemaVersionOf: () => schemaVersion,
});

beforeAll(() => outcomes.start([null]));

afterAll(async () => {
  await outcomes.close();
  await log.close();
});

function order(clOrdID: string, orderQty = 5): UnstampedCommand {
  return {
    kind: "NewOrderSingle",
    orderID: orderIDOf(7, "A", clOrdID),
    accountID: 7,
    side: 1,
    ordType: 2,
    symbol: "A",
    orderQty,
    cashOrderQty: 0n,
    price: 3,
    timeInForce: 1,
    selfTradePrevention: 0,
    execInst: 0,
    expireTime: 0,
    clOrdID,
  };
}

const cancel: UnstampedCommand = {
  kind: "OrderCancelRequest",
  commandID: crypto.randomUUID(),
  accountID: 7,
  orderID: orderIDOf(7, "A", "a"),
};

/** The engine is not there: outcomes are given up once the clock has moved on. */
async function giveUp(pending: readonly Promise<{ body: object | null }>[]): Promise<void> {
  while (outcomes.waiterCount < pending.length) await Promise.resolve();
  for (let step = 0; step < 21; step++) {
    clock.advance(50);
    await Promise.resolve();
    await Promise.resolve();
  }
  for (const { body } of await Promise.all(pending)) expect(body).toBeNull();
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    if (error instanceof ApiProblem) return error.code;
    throw error;
  }
}

async function written(): Promise<NewOrderSingle[]> {
  const records = await log.read(Topic.Orders, 0, 0, 1000);
  return records.flatMap(({ value }) => {
    const decoded = decodeFrame(value);
    return decoded.ok && decoded.message.kind === "NewOrderSingle" ? [decoded.message] : [];
  });
}

test("too many commands on their way are refused, while cancels still have room", async () => {
  const orders = [commands.toSymbol("A", order("a")), commands.toSymbol("A", order("b"))];
  expect(await codeOf(commands.toSymbol("A", order("c")))).toBe("Overloaded");
  const cancels = [commands.toOrder(orderIDOf(7, "A", "a"), cancel)];
  expect(await codeOf(commands.toOrder(orderIDOf(7, "A", "a"), cancel))).toBe("Overloaded");
  await giveUp([...orders, ...cancels]);
  expect(commands.inFlight).toBe(0);
});

test("a request has the same hash however often it is sent, and another one when it differs", async () => {
  const before = (await written()).length;
  await giveUp([commands.toSymbol("A", order("d"))]);
  await giveUp([commands.toSymbol("A", order("d")), commands.toSymbol("A", order("d", 6))]);
  const [first, again, other] = (await written()).slice(before);
  expect(again?.sendingTime).toBeGreaterThan(first?.sendingTime ?? 0);
  expect(again?.requestHash).toBe(first?.requestHash ?? "");
  expect(other?.requestHash).not.toBe(first?.requestHash ?? "");
  expect(other?.orderID).toBe(first?.orderID ?? "");
  expect((first?.validUntil ?? 0) - (first?.sendingTime ?? 0)).toBe(10_000);
});
