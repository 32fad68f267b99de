import { describe, expect, test } from "bun:test";

import { ProcessLog } from "../../../engine/crash-log.ts";
import { LetterRig } from "../../../engine/letters.fixture.ts";
import type { Log, LogRecord } from "../../../ports/log/log.ts";
import { decodeFrame, frame } from "../../../schema/frame.ts";
import { Topic } from "../../../schema/topics.ts";
import { Ledger } from "../ledger.ts";
import { LogAudit } from "../log-audit.ts";
import { LetterAudit } from "./letter-audit.ts";

/** A log on which an order was deferred and died, and bytes could not be read. */
async function honestLog(): Promise<Log> {
  const rig = new LetterRig();
  const started = await rig.serve();
  const order = rig.order();
  rig.send({ ...order, validUntil: order.sendingTime + 2000 }, new Uint8Array(7));
  await rig.settled(started);
  await rig.backOff(started, 1000);
  rig.clock.advance(5000);
  rig.tick();
  await rig.settled(started);
  await started.host.stop();
  return new ProcessLog(rig.made.disk);
}

/** The same log, were its letters others. */
function spoiled(log: Log, change: (records: readonly LogRecord[]) => readonly LogRecord[]): Log {
  return {
    clusterID: log.clusterID,
    partitionCount: log.partitionCount,
    topicID: (topic) => log.topicID(topic),
    append: (...record) => log.append(...record),
    appendBatch: (...batch) => log.appendBatch(...batch),
    endOffset: (...place) => log.endOffset(...place),
    startOffset: (...place) => log.startOffset(...place),
    follow: (...place) => log.follow(...place),
    followBatches: (...place) => log.followBatches(...place),
    close: () => log.close(),
    read: async (topic, ...place) => {
      const records = await log.read(topic, ...place);
      return topic === Topic.DeadLetters ? change(records) : records;
    },
  };
}

async function found(log: Log): Promise<string[]> {
  const letters = new LetterAudit(0);
  const audit = new LogAudit(new Ledger([]), { onBody: (body) => letters.take(body) });
  await audit.advance(log);
  expect(audit.violations).toEqual([]);
  expect([letters.deferredCount, letters.deadCount]).toEqual([1, 2]);
  const violations = await letters.check(log, audit.seqNum, 0);
  return violations.map(({ detail }) => detail);
}

describe("the check of letters", () => {
  test("finds nothing where each letter stands that the fold asks for", async () => {
    expect(await found(await honestLog())).toEqual([]);
  });

  test("takes a letter that stands twice for what it is", async () => {
    const log = await honestLog();
    const [letter] = await log.read(Topic.DeadLetters, 0, 0, 1);
    await log.append(Topic.DeadLetters, 0, [{ key: null, value: letter!.value }]);
    expect(await found(log)).toEqual([]);
  });

  test("reports a letter that is not there", async () => {
    const log = spoiled(await honestLog(), (records) => records.slice(1));
    expect(await found(log)).toEqual(["dead letter 3 is not there"]);
  });

  test("reports a letter that says something else", async () => {
    const log = spoiled(await honestLog(), (records) =>
      records.map((record) => {
        const decoded = decodeFrame(record.value);
        if (!decoded.ok || decoded.message.kind !== "DeadLetter") throw new Error("no letter");
        const { message } = decoded;
        return { ...record, value: frame({ ...message, attempts: message.attempts + 1 }) };
      }),
    );
    expect(await found(log)).toEqual([
      "dead letter 3 has other bytes",
      "dead letter 2 has other bytes",
    ]);
  });

  test("reports a letter that nothing asks for", async () => {
    const log = await honestLog();
    const [letter] = await log.read(Topic.DeadLetters, 0, 0, 1);
    const decoded = decodeFrame(letter!.value);
    if (!decoded.ok || decoded.message.kind !== "DeadLetter") throw new Error("no letter");
    const value = frame({ ...decoded.message, seqNum: 1, diedSeqNum: 1 });
    await log.append(Topic.DeadLetters, 0, [{ key: null, value }]);
    expect(await found(log)).toEqual(["dead letter 1 was not asked for"]);
  });
});
