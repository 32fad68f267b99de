import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { systemClock } from "../ports/clock/clock-system.ts";
import { DeadLetters } from "../ports/log/dead-letters.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import { asAttempt } from "../schema/attempt.ts";
import { commandHashText } from "../schema/body.ts";
import { decodeFrame, frame } from "../schema/frame.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import { headerBytes } from "../schema/generated/records.ts";
import {
  DiscardAnswer,
  InspectedDeadLetter,
  ListedDeadLetters,
  ReplayAnswer,
} from "../schema/http/dead-letters.ts";
import { Topic } from "../schema/topics.ts";
import { earlyOrder, everyAttempt } from "./dead-letters.fixture.ts";
import { TestVenue } from "./venue.fixture.ts";
import type { Answered } from "./venue.fixture.ts";

let venue: TestVenue;
let serial = 0;

beforeAll(async () => {
  venue = await TestVenue.open();
});

afterAll(() => venue.close());

function early(symbol: string, validForMs?: number): NewOrderSingle {
  return earlyOrder(symbol, { clOrdID: `early-${++serial}`, validForMs });
}

async function append(...values: readonly Uint8Array[]): Promise<void> {
  const records = values.map((value) => ({ key: null, value }));
  const last = (await venue.log.append(Topic.Orders, 0, records)).at(-1)!;
  while (venue.hosts[0]!.stats!.commandOffset < last) await Bun.sleep(1);
}

/** All attempts at once: what the relay sends later are copies. Resolves with the letter's name. */
async function died(order: NewOrderSingle): Promise<string> {
  await append(...everyAttempt(order));
  for (;;) {
    const { deadLetters } = ListedDeadLetters.parse((await admin("GET", "")).body);
    const found = deadLetters.find(({ orderID }) => orderID === order.orderID);
    if (found !== undefined) return found.deadLetterID;
    await Bun.sleep(2);
  }
}

function admin(method: string, path: string, body?: object): Promise<Answered> {
  const parts = { token: venue.admin, ...(body === undefined ? {} : { body }) };
  return venue.request(method, `/v1/admin/dead-letters${path}`, parts);
}

const reason = "the listing was late";

describe("a dead letter", () => {
  test("is listed and inspected with its bytes and what they say", async () => {
    const order = early("INSPECT");
    const id = await died(order);
    const inspected = InspectedDeadLetter.parse((await admin("GET", `/${id}`)).body);
    expect(inspected).toMatchObject({
      deadLetterID: id,
      deadReason: "UnknownSymbol",
      attempts: 4,
      accountID: 1001,
      command: { clOrdID: order.clOrdID, symbol: "INSPECT", orderQty: 1_000_000 },
    });
    const bytes = new Uint8Array(Buffer.from(inspected.bytes, "base64"));
    expect(decodeFrame(bytes)).toEqual({ ok: true, message: order });
  });

  test("is replayed as the same order while the id window says that it is dead, and only once", async () => {
    const order = early("REPLAY");
    const id = await died(order);
    await venue.defineInstrument("REPLAY");
    const { status, body } = await admin("POST", `/${id}/replay`, { reason });
    expect(status).toBe(200);
    const answer = ReplayAnswer.parse(body);
    expect(answer).toMatchObject({ orderID: order.orderID, clOrdID: order.clOrdID });
    expect(answer.order.ordStatus).toBe("New");
    const again = await admin("POST", `/${id}/replay`, { reason });
    expect([again.status, again.body["code"]]).toEqual([409, "DeadLetterResolved"]);
    const { body: listed } = await admin("GET", `/${id}`);
    expect(InspectedDeadLetter.parse(listed).resolved).toMatchObject({
      resolution: "Replayed",
      operator: "operator",
      reason,
      orderID: order.orderID,
    });
  });

  test("whose replay was not written down is not replayed again: the engine knows", async () => {
    const order = early("CRASH");
    const id = await died(order);
    await venue.defineInstrument("CRASH");
    // The first gateway dies between the order and its note.
    await append(asAttempt(frame(order), 65_535));
    const { status, body } = await admin("POST", `/${id}/replay`, { reason });
    expect([status, body["code"]]).toEqual([409, "DeadLetterResolved"]);
    expect(await newOrders(order.orderID)).toBe(1);
  });

  test("past its validUntil is replayed only where the operator says late", async () => {
    const order = early("LATE", 1_200);
    await append(frame(order));
    while (Date.now() <= order.validUntil + 1) await Bun.sleep(20);
    const id = await died(order);
    await venue.defineInstrument("LATE");
    const refused = await admin("POST", `/${id}/replay`, { reason });
    expect([refused.status, refused.body["code"]]).toEqual([409, "ReplayTooLate"]);
    expect(await newOrders(order.orderID)).toBe(0);
    const { status } = await admin("POST", `/${id}/replay`, { reason, late: true });
    expect(status).toBe(200);
    expect(await newOrders(order.orderID)).toBe(1);
  });

  test("that the engine refuses once more counts as replayed", async () => {
    const id = await died(early("NEVER"));
    const { status, body } = await admin("POST", `/${id}/replay`, { reason });
    expect([status, body["code"]]).toEqual([422, "UnknownSymbol"]);
    const again = await admin("POST", `/${id}/replay`, { reason });
    expect([again.status, again.body["code"]]).toEqual([409, "DeadLetterResolved"]);
  });

  test("of bytes that cannot be read is discarded, not replayed", async () => {
    await append(new Uint8Array([7, 7, 7]));
    const open = async () => {
      const { deadLetters } = ListedDeadLetters.parse((await admin("GET", "?open=true")).body);
      return deadLetters.find(({ deadReason }) => deadReason === "Undecodable");
    };
    let letter = await open();
    while (letter === undefined) letter = await open();
    const id = letter.deadLetterID;
    const refused = await admin("POST", `/${id}/replay`, { reason });
    expect([refused.status, refused.body["code"]]).toEqual([422, "NotReplayable"]);
    const { status, body } = await admin("POST", `/${id}/discard`, { reason: "noise" });
    expect(status).toBe(200);
    expect(DiscardAnswer.parse(body).resolved).toMatchObject({ resolution: "Discarded" });
    expect(await open()).toBeUndefined();
    const again = await admin("POST", `/${id}/discard`, { reason: "noise" });
    expect([again.status, again.body["code"]]).toEqual([409, "DeadLetterResolved"]);
  });

  test("needs a reason", async () => {
    const { status, body } = await admin("POST", "/0:1/discard", {});
    expect([status, body["code"]]).toEqual([400, "InvalidRequest"]);
  });
});

/** How often the order was accepted. */
async function newOrders(orderID: string): Promise<number> {
  const records = await venue.log.read(Topic.OrderEvents, 0, 0, 1_000_000);
  const id = Buffer.from(orderID.replaceAll("-", ""), "hex");
  return records.filter(({ value }) => {
    const at = Buffer.from(value).indexOf(id);
    if (at < 0) return false;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    return view.getUint16(at - 16 - headerBytes + 2, true) === 64;
  }).length;
}

describe("an order that is deferred", () => {
  test("answers 202 to its repeat, and 200 Canceled to its cancel", async () => {
    const order = early("WAITS");
    await append(frame(order));
    await venue.defineInstrument("WAITS");
    const request = {
      symbol: "WAITS",
      side: "Buy",
      ordType: "Limit",
      price: "100.00",
      orderQty: "0.01",
      clOrdID: order.clOrdID,
    };
    const repeat = await venue.post(request);
    expect(repeat.status).toBe(202);
    expect(repeat.headers.get("location")).toBe(`/v1/orders/${order.orderID}`);
    const { status, body } = await venue.request("DELETE", `/v1/orders/${order.orderID}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ orderID: order.orderID, symbol: "WAITS", ordStatus: "Canceled" });
    const late = await venue.post(request);
    expect([late.status, late.body["code"]]).toEqual([422, "CanceledBeforeEntry"]);
  });

  test("is refused at the edge for a symbol that nobody has listed", async () => {
    const { status, body } = await venue.order({ symbol: "TYPO" });
    expect([status, body["code"]]).toEqual([422, "UnknownSymbol"]);
    const records = await venue.log.read(Topic.Orders, 0, 0, 1_000_000);
    expect(records.some(({ value }) => Buffer.from(value).includes("TYPO"))).toBe(false);
  });
});

describe("a command set aside over the admin API", () => {
  test("must be there, undecided and the one that is meant", async () => {
    const at = async (body: object) => {
      const parts = { token: venue.admin, body: { partition: 0, reason, ...body } };
      const answered = await venue.request("POST", "/v1/admin/quarantines", parts);
      return [answered.status, answered.body["code"]];
    };
    expect(await at({ commandOffset: 0 })).toEqual([409, "CommandDecided"]);
    expect(await at({ commandOffset: 1_000_000 })).toEqual([404, "UnknownCommand"]);
    expect(await at({ partition: 3, commandOffset: 0 })).toEqual([404, "UnknownCommand"]);
  });

  test("is named with its hash on order-events", async () => {
    const stuck = await TestVenue.open();
    try {
      await stuck.hosts[0]!.stop();
      const value = frame(early("STUCK"));
      const [commandOffset] = await stuck.log.append(Topic.Orders, 0, [{ key: null, value }]);
      const body = { partition: 0, commandOffset, reason };
      const parts = { token: stuck.admin, body };
      const answered = await stuck.request("POST", "/v1/admin/quarantines", parts);
      expect(answered.status).toBe(201);
      const [command] = await stuck.log.read(Topic.Orders, 0, commandOffset!, 1);
      const commandHash = commandHashText(command!.value, command!.appendTime);
      const records = await stuck.log.read(Topic.OrderEvents, 0, 0, 1_000_000);
      expect(answered.body["epoch"]).toBe(records.length - 1);
      expect(decodeFrame(records.at(-1)!.value)).toMatchObject({
        message: { kind: "Quarantine", commandOffset, commandHash, operator: "operator", reason },
      });
    } finally {
      await stuck.close();
    }
  });
});

test("copies of a letter count once, and of two resolutions the first", async () => {
  const log = createMemoryLog({ partitionCount: 2, clock: systemClock });
  const letters = new DeadLetters(log);
  const letter = frame({
    kind: "DeadLetter",
    partition: 1,
    attempts: 1,
    deadReason: 1,
    accountID: 0,
    commandBytes: 1,
    seqNum: 5,
    commandOffset: 4,
    commandHash: "00".repeat(8),
    diedAt: 1,
    diedSeqNum: 5,
    orderID: "00000000-0000-0000-0000-000000000000",
    build: "b",
    command: new Uint8Array([1]),
  });
  const record = { key: null, value: letter };
  await log.append(Topic.DeadLetters, 1, [record, record]);
  const resolved = { partition: 1, seqNum: 5, resolvedAt: 2, commandOffset: 0 };
  const orderID = "00000000-0000-0000-0000-000000000000";
  await letters.resolve({ ...resolved, deadResolution: 2, orderID, operator: "a", reason: "r" });
  await letters.resolve({ ...resolved, deadResolution: 1, orderID, operator: "b", reason: "r" });
  expect((await letters.list()).length).toBe(1);
  expect((await letters.find("1:5"))?.resolved).toMatchObject({ operator: "a" });
  expect(await letters.list(0)).toEqual([]);
  expect(await letters.find("1:6")).toBeNull();
  await log.close();
});
