import { afterAll, describe, expect, test } from "bun:test";

import { liveStore } from "../../live-store.ts";
import { createTopic, topicSettings } from "../kafka-topics.ts";
import { Admin } from "./admin.ts";
import { GroupMember } from "./group-member.ts";
import { openLibrary, type Library } from "./library.ts";

const brokers = liveStore("KAFKA_BROKERS", "Kafka");
const sessionTimeoutMs = 3000;

if (brokers === null) {
  test.skip("Kafka is missing: start it with `bun run services up`", () => {});
} else {
  runSuite(openLibrary([process.env["RDKAFKA_SO"] ?? ""]), brokers);
}

/** A member and what the group has told it. */
class TestMember {
  readonly owned = new Set<number>();
  readonly revoked: { partitions: readonly number[]; lost: boolean }[] = [];
  readonly failures: Error[] = [];
  readonly member: GroupMember;

  constructor(place: { library: Library; brokers: string; topic: string }, instanceID: string) {
    this.member = new GroupMember({
      library: place.library,
      settings: { "bootstrap.servers": place.brokers, log_level: "3" },
      groupID: `group-${place.topic}`,
      instanceID,
      topic: place.topic,
      sessionTimeoutMs,
      onAssigned: (partitions) => partitions.forEach((partition) => this.owned.add(partition)),
      onRevoked: (partitions, lost) => {
        this.revoked.push({ partitions, lost });
        for (const partition of partitions) this.owned.delete(partition);
      },
      onFailure: (error) => this.failures.push(error),
    });
  }
}

function runSuite(library: Library, address: string): void {
  const settings = { "bootstrap.servers": address, log_level: "3" };
  const admin = new Admin(library, settings);
  const topics: string[] = [];
  afterAll(async () => {
    for (const topic of topics) await admin.deleteTopic(topic);
    admin.close();
  });

  async function place(partitionCount: number) {
    const topic = `t-${crypto.randomUUID()}`;
    await createTopic(admin, {
      topic,
      partitionCount,
      replicationFactor: 1,
      settings: topicSettings(1),
    });
    topics.push(topic);
    return { library, brokers: address, topic };
  }

  describe("a member of the group", () => {
    test("has all partitions while it is alone, and gives up no more than its share when another comes", async () => {
      const at = await place(4);
      const one = new TestMember(at, "one");
      await until(() => one.owned.size === 4);
      const two = new TestMember(at, "two");
      await until(() => one.owned.size === 2 && two.owned.size === 2);
      expect([...one.owned, ...two.owned].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
      expect(one.revoked.flatMap(({ partitions }) => partitions).length).toBe(2);
      expect(one.revoked.some(({ lost }) => lost)).toBe(false);
      await Promise.all([one.member.close(), two.member.close()]);
    });

    test("finds its partitions again after a restart, without the others noticing", async () => {
      const at = await place(2);
      const one = new TestMember(at, "one");
      await until(() => one.owned.size === 2);
      const two = new TestMember(at, "two");
      await until(() => one.owned.size === 1 && two.owned.size === 1);
      const [had] = two.owned;
      await two.member.close();
      const again = new TestMember(at, "two");
      await until(() => again.owned.size === 1);
      expect([...again.owned]).toEqual([had!]);
      expect(one.owned.size).toBe(1);
      expect(one.revoked.length).toBe(1);
      await Promise.all([one.member.close(), again.member.close()]);
    });

    test("leaves its partitions to the others when its session ends", async () => {
      const at = await place(2);
      const one = new TestMember(at, "one");
      const two = new TestMember(at, "two");
      await until(() => one.owned.size === 1 && two.owned.size === 1);
      await two.member.close();
      const startedAt = performance.now();
      await until(() => one.owned.size === 2);
      expect(performance.now() - startedAt).toBeLessThan(2 * sessionTimeoutMs);
      await one.member.close();
    });

    test("fails for good when another takes its name", async () => {
      const at = await place(1);
      const one = new TestMember(at, "same");
      await until(() => one.owned.size === 1);
      const other = new TestMember(at, "same");
      await until(() => one.failures.length === 1 && other.owned.size === 1);
      expect(one.failures[0]?.message).toContain("fenced");
      await Promise.all([one.member.close(), other.member.close()]);
    });

    test("may tell the group how far it is", async () => {
      const at = await place(1);
      const one = new TestMember(at, "one");
      await until(() => one.owned.size === 1);
      one.member.commit(0, 42);
      await one.member.close();
      expect(one.failures).toEqual([]);
    });
  });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
