import { expect, test } from "bun:test";

import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import { decodeFrame, frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import { restingOrder, TestVenue } from "./venue.fixture.ts";

/** The log as it is, but for what happens to appends of commands once `appends` is set. */
class AppendGate {
  appends: Log["append"] | null = null;

  wrap(log: Log): Log {
    return {
      clusterID: log.clusterID,
      partitionCount: log.partitionCount,
      topicID: (topic) => log.topicID(topic),
      append: (topic, partition, records) =>
        this.appends !== null && topic === Topic.Orders
          ? this.appends(topic, partition, records)
          : log.append(topic, partition, records),
      appendBatch: (...args) => log.appendBatch(...args),
      endOffset: (...args) => log.endOffset(...args),
      startOffset: (...args) => log.startOffset(...args),
      read: (...args) => log.read(...args),
      follow: (...args) => log.follow(...args),
      followBatches: (...args) => log.followBatches(...args),
      close: () => log.close(),
    };
  }
}

/** The same command as one that was sent a minute ago. */
function outdated(value: Uint8Array): Uint8Array {
  const decoded = decodeFrame(value);
  if (!decoded.ok || decoded.message.kind !== "NewOrderSingle") throw new Error("No order");
  const { sendingTime, validUntil, ...order } = decoded.message;
  return frame({
    ...order,
    sendingTime: sendingTime - 60_000,
    validUntil: validUntil - 60_000,
  });
}

test("an outcome that does not come in time is answered 202 with where to look, and is on the log", async () => {
  const venue = await TestVenue.open({ gateway: { waitMs: 20 } });
  await venue.hosts[0]?.stop();
  const before = (await venue.commands()).length;
  const { status, body, headers } = await venue.order({ clOrdID: "waits" });
  expect(status).toBe(202);
  expect(body).toEqual({
    orderID: body["orderID"],
    clOrdID: "waits",
    location: `/v1/orders/${String(body["orderID"])}`,
  });
  expect(headers.get("location")).toBe(String(body["location"]));
  expect(headers.get("retry-after")).toBe("1");
  const path = `/v1/orders/${String(body["orderID"])}`;
  expect((await venue.request("DELETE", path)).status).toBe(202);
  expect((await venue.request("PATCH", path, { body: { price: "1.00" } })).status).toBe(202);
  expect((await venue.request("DELETE", "/v1/orders")).status).toBe(202);
  const account = { token: venue.admin, body: { name: "late" } };
  expect((await venue.request("PUT", "/v1/admin/accounts/5", account)).status).toBe(202);
  expect((await venue.commands()).length).toBe(before + 5);
  await venue.close();
});

test("an outcome that is folded before its append is reported is held for it", async () => {
  const gate = new AppendGate();
  const venue = await TestVenue.open({ wrapLog: (log) => gate.wrap(log) });
  const seenAtReport: number[] = [];
  gate.appends = async (topic, partition, records) => {
    const before = await venue.log.endOffset(Topic.OrderEvents, partition);
    const offsets = await venue.log.append(topic, partition, records);
    const folded = async (): Promise<number> => {
      const { body } = await venue.request("GET", "/readyz", { token: null });
      return (body["partitions"] as { seqNum: number }[])[0]?.seqNum ?? 0;
    };
    const start = await folded();
    while ((await venue.log.endOffset(Topic.OrderEvents, partition)) === before) await Bun.sleep(1);
    while ((await folded()) === start) await Bun.sleep(1);
    seenAtReport.push((await folded()) - start);
    return offsets;
  };
  const { status, body } = await venue.order({ clOrdID: "early" });
  expect(status).toBe(201);
  expect(body["clOrdID"]).toBe("early");
  expect(seenAtReport[0]).toBeGreaterThan(0);
  gate.appends = null;
  await venue.close();
});

test("rule 7: a lost report is answered as unknown, and the same clOrdID finds what came of it", async () => {
  const gate = new AppendGate();
  const venue = await TestVenue.open({ wrapLog: (log) => gate.wrap(log) });
  gate.appends = async (topic, partition, records) => {
    await venue.log.append(topic, partition, records);
    throw new LogError("Unavailable", "The report was lost");
  };
  const lost = await venue.order({ clOrdID: "lost" });
  expect(lost.status).toBe(503);
  expect(lost.body["code"]).toBe("LogUnavailable");
  expect(lost.headers.get("retry-after")).toBe("1");
  gate.appends = null;
  const found = await venue.order({ clOrdID: "lost" });
  expect(found.status).toBe(201);
  const { body } = await venue.request("DELETE", "/v1/orders");
  expect(body["totalAffectedOrders"]).toBe(1);
  await venue.close();
});

test("answers come to the right requests, however many are on their way", async () => {
  const venue = await TestVenue.open();
  const answers = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const price = `${50 + (index % 40)}.00`;
      const { status, body } = await venue.order({ clOrdID: `many-${index}`, price });
      return { status, clOrdID: body["clOrdID"], price: body["price"] };
    }),
  );
  expect(answers).toEqual(
    answers.map((_, index) => ({
      status: 201,
      clOrdID: `many-${index}`,
      price: `${50 + (index % 40)}.00`,
    })),
  );
  await venue.close();
});

test("rule 8: a command that waits too long before the engine is refused by it", async () => {
  const gate = new AppendGate();
  const venue = await TestVenue.open({ wrapLog: (log) => gate.wrap(log) });
  gate.appends = async (topic, partition, records) => {
    const old = records.map(({ key, value }) => ({ key, value: outdated(value) }));
    return venue.log.append(topic, partition, old);
  };
  const { status, body } = await venue.order();
  expect({ status, code: body["code"] }).toEqual({ status: 422, code: "TooLateToEnter" });
  gate.appends = null;
  await venue.close();
});

test("a gateway that starts anew knows instruments and keys from the log, and the first one's orders", async () => {
  const venue = await TestVenue.open();
  await venue.order({ clOrdID: "before" });
  const second = await TestVenue.open({ over: venue });
  const repeat = await second.order({ clOrdID: "before" });
  expect(repeat.status).toBe(201);
  expect((await second.request("DELETE", "/v1/orders")).body["totalAffectedOrders"]).toBe(1);
  await second.gateway.close();
  await venue.close();
});

test("a closing gateway answers what is on its way and takes nothing more", async () => {
  const gate = new AppendGate();
  const venue = await TestVenue.open({ wrapLog: (log) => gate.wrap(log) });
  const appended = Promise.withResolvers<void>();
  const reported = Promise.withResolvers<void>();
  gate.appends = async (topic, partition, records) => {
    const offsets = await venue.log.append(topic, partition, records);
    appended.resolve();
    await reported.promise;
    return offsets;
  };
  const onItsWay = venue.order();
  await appended.promise;
  const closed = venue.gateway.close();
  const late = await venue.order();
  expect({ status: late.status, code: late.body["code"] }).toEqual({
    status: 503,
    code: "Closing",
  });
  reported.resolve();
  expect((await onItsWay).status).toBe(201);
  await closed;
  await venue.close();
});

test("readiness says so when the outcomes cannot be folded", async () => {
  const venue = await TestVenue.open();
  const ready = await venue.request("GET", "/readyz", { token: null });
  expect(ready).toMatchObject({ status: 200, body: { status: "ready", reads: false } });
  await venue.log.append(Topic.OrderEvents, 0, [{ key: null, value: new Uint8Array([1, 2, 3]) }]);
  let stalled = ready;
  while (stalled.status === 200) {
    await Bun.sleep(1);
    stalled = await venue.request("GET", "/readyz", { token: null });
  }
  expect(stalled.body).toMatchObject({ status: "stalled", partitions: [{ failure: "FoldAlarm" }] });
  expect((await venue.post(restingOrder)).status).toBe(202);
  await venue.gateway.close();
  await Promise.all(venue.hosts.map((host) => host.stop()));
});
