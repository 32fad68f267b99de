import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import { frame } from "../schema/frame.ts";
import { schemaVersion } from "../schema/generated/records.ts";
import { ListedPartitions } from "../schema/http/admin.ts";
import type { ListedPartition } from "../schema/http/admin.ts";
import { Topic } from "../schema/topics.ts";
import { TestVenue } from "./venue.fixture.ts";

let venue: TestVenue;
beforeAll(async () => {
  venue = await TestVenue.open({ partitionCount: 2 });
});
afterAll(() => venue.close());

async function partitions(of: TestVenue = venue): Promise<readonly ListedPartition[]> {
  const { body } = await of.request("GET", "/v1/admin/partitions", { token: venue.admin });
  return ListedPartitions.parse(body).partitions;
}

/** A log that takes reads while it is let, and fails them afterwards. */
function breakable(log: Log, broken: () => boolean): Log {
  return new Proxy(log, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown =>
        broken() && (name === "read" || name === "endOffset")
          ? Promise.reject(new LogError("Unavailable", "away"))
          : Reflect.apply(value, target, args);
    },
  });
}

describe("the partitions that an operator sees", () => {
  test("tell the tail, its epoch and who claimed it", async () => {
    const listed = await partitions();
    expect(listed.map(({ partition }) => partition)).toEqual([0, 1]);
    for (const { partition: _partition, ...rest } of listed) {
      expect(rest).toMatchObject({
        seqNum: rest.commandOffset! + 1,
        semanticsVersion: 1,
        schemaVersion,
        epoch: 0,
        owner: { node: "test", build: "test", semanticsMax: 1, claimedAt: expect.any(String) },
      });
      // The owner's tick may be on its way.
      expect(rest.waitingCount).toBeLessThanOrEqual(1);
      expect(rest.silentMs).toBeLessThan(10_000);
      expect(rest.failure).toBeUndefined();
    }
  });

  test("say no more than the gateway itself knows while the log is away", async () => {
    let broken = false;
    const wrapLog = (log: Log): Log => breakable(log, () => broken);
    const second = await TestVenue.open({ over: venue, wrapLog });
    broken = true;
    const [first] = await partitions(second);
    expect(first).toMatchObject({ partition: 0, epoch: 0 });
    expect(Object.keys(first!)).not.toContain("waitingCount");
    expect(Object.keys(first!)).not.toContain("owner");
    await second.gateway.close();
  });

  test("tell how many commands wait where nobody owns the partition", async () => {
    await venue.hosts[1]!.stop();
    let [, before] = await partitions();
    while (before?.waitingCount !== 0) [, before] = await partitions();
    const tick = { key: null, value: frame({ kind: "TimeTick", sendingTime: Date.now() }) };
    await venue.log.append(Topic.Orders, 1, [tick, tick, tick]);
    const [, after] = await partitions();
    expect(after).toMatchObject({ waitingCount: 3, commandOffset: before.commandOffset! });
    expect(after!.silentMs).toBeGreaterThanOrEqual(before.silentMs);
  });
});
