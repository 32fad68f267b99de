import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import { frame } from "../schema/frame.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import { schemaVersion } from "../schema/generated/records.ts";
import {
  InspectedDeadLetter,
  ListedDeadLetters,
  ReplayAnswer,
} from "../schema/http/dead-letters.ts";
import type { ListedDeadLetter } from "../schema/http/dead-letters.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { Topic } from "../schema/topics.ts";
import { earlyOrder, everyAttempt } from "./dead-letters.fixture.ts";
import { TestVenue } from "./venue.fixture.ts";
import type { Answered } from "./venue.fixture.ts";

/** Longer than the orders are valid, so that they may wait for their instrument; ten minutes on a real venue. */
const idWindowMs = 3_500;
/** Longer than the first back-off by far, so that they do wait, however busy the machine is. */
const validForMs = 3_000;
const reason = "listed at last";
const symbols = ["LATER", "UNWRITTEN", "NEWER"] as const;

let venue: TestVenue;
let letters: readonly ListedDeadLetter[];

beforeAll(async () => {
  venue = await TestVenue.open({ engine: { limits: { idWindowMs } } });
  const [later, unwritten, newer] = symbols.map((symbol) =>
    earlyOrder(symbol, { clOrdID: "mine", validForMs }),
  ) as [NewOrderSingle, NewOrderSingle, NewOrderSingle];
  const newerBytes = frame(newer);
  new DataView(newerBytes.buffer).setUint16(6, schemaVersion + 1, true);
  const attempts = [
    ...everyAttempt(later),
    ...everyAttempt(unwritten),
    ...everyAttempt(newer, newerBytes),
  ];
  const records = attempts.map((value) => ({ key: null, value }));
  await venue.log.append(Topic.Orders, 0, records);
  letters = await forgotten(3);
}, 20_000);

afterAll(() => venue.close());

function admin(method: string, path: string, body?: object): Promise<Answered> {
  const parts = { token: venue.admin, ...(body === undefined ? {} : { body }) };
  return venue.request(method, `/v1/admin/dead-letters${path}`, parts);
}

/** Waits for so many letters, and until nothing but they knows of their orders. */
async function forgotten(count: number): Promise<readonly ListedDeadLetter[]> {
  for (;;) {
    const { deadLetters } = ListedDeadLetters.parse((await admin("GET", "?open=true")).body);
    const keptUntil = Math.max(...deadLetters.map(({ diedAt }) => Date.parse(diedAt) + idWindowMs));
    if (deadLetters.length === count && Date.now() > keptUntil) return deadLetters;
    await Bun.sleep(20);
  }
}

function letterOf(symbol: (typeof symbols)[number]): ListedDeadLetter {
  const dead = orderIDOf(1001, symbol, "mine");
  const letter = letters.find(({ orderID }) => orderID === dead);
  if (letter === undefined) throw new Error(`The order in ${symbol} has no letter`);
  return letter;
}

/** A log that takes no word on what became of a letter. */
function withoutResolutions(log: Log): Log {
  return new Proxy(log, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown =>
        name === "append" && args[0] === Topic.DeadLetters
          ? Promise.reject(new LogError("Unavailable", "The gateway dies here"))
          : Reflect.apply(value, target, args);
    },
  });
}

describe("a dead letter that the id window has let go of", () => {
  test("is replayed under a clOrdID made from its name, as a new order of the same account", async () => {
    const { deadLetterID, commandOffset } = letterOf("LATER");
    await venue.defineInstrument("LATER");
    const { status, body } = await admin("POST", `/${deadLetterID}/replay`, { reason, late: true });
    expect(status).toBe(200);
    const answer = ReplayAnswer.parse(body);
    const clOrdID = `dlq-${deadLetterID.replace(":", "-")}`;
    const orderID = orderIDOf(1001, "LATER", clOrdID);
    expect(answer).toMatchObject({ clOrdID, orderID });
    expect(answer.order).toMatchObject({
      ordStatus: "New",
      symbol: "LATER",
      price: "100.00",
      orderQty: "0.01000000",
    });
    const listed = InspectedDeadLetter.parse((await admin("GET", `/${deadLetterID}`)).body);
    expect(listed.resolved).toMatchObject({ resolution: "Replayed", reason, orderID });
    expect(listed).toMatchObject({ commandOffset, command: { clOrdID: "mine" } });
    const canceled = await venue.request("DELETE", `/v1/orders/${orderID}`);
    expect(canceled.body).toMatchObject({ ordStatus: "Canceled", leavesQty: "0.00000000" });
  });

  test("is sent once, though the first gateway died before it wrote that down", async () => {
    const { deadLetterID } = letterOf("UNWRITTEN");
    await venue.defineInstrument("UNWRITTEN");
    const replay = { reason, late: true };
    const dying = await TestVenue.open({ over: venue, wrapLog: withoutResolutions });
    const lost = await dying.request("POST", `/v1/admin/dead-letters/${deadLetterID}/replay`, {
      token: venue.admin,
      body: replay,
    });
    expect(lost.status).toBe(503);
    await dying.gateway.close();
    const again = await admin("POST", `/${deadLetterID}/replay`, replay);
    expect([again.status, again.body["code"]]).toEqual([409, "DeadLetterResolved"]);
  });

  test("of a newer version cannot be replayed: what is not read cannot be sent under another name", async () => {
    const { deadLetterID, deadReason } = letterOf("NEWER");
    expect(deadReason).toBe("NewerVersion");
    const refused = await admin("POST", `/${deadLetterID}/replay`, { reason, late: true });
    expect([refused.status, refused.body["code"]]).toEqual([422, "NotReplayable"]);
    const { body } = await admin("GET", `/${deadLetterID}`);
    expect(InspectedDeadLetter.parse(body).resolved).toBeUndefined();
  });
});
