import { streamOf } from "../engine/oracle/command-stream.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { Fold, noBodyHash } from "../ports/log/fold.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import type { Log } from "../ports/log/log.ts";
import { bodyHashText, bodyHeaderBytes, encodeChunks, sealBody } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { encodedBytes, encodeMessage } from "../schema/generated/records.ts";
import type { Event } from "../schema/generated/records.ts";
import { Topic } from "../schema/topics.ts";

/** Writes bodies of given events onto order-events of a partition, as its owner would. */
export class EventLog {
  readonly log: Log;
  readonly partition: number;
  #epoch = -1;
  #seqNum = 0;
  #prevHash = noBodyHash;

  constructor(log: Log, partition = 0) {
    this.log = log;
    this.partition = partition;
  }

  get seqNum(): number {
    return this.#seqNum;
  }

  async claim(): Promise<void> {
    const { log, partition } = this;
    const name = { clusterID: "test", ordersTopicID: "orders", eventsTopicID: "events" };
    const claim = frame({
      kind: "Claim",
      partition,
      partitionCount: log.partitionCount,
      semanticsMin: 1,
      semanticsMax: 1,
      ...name,
      build: "test",
      node: "test",
    });
    const [offset] = await log.append(Topic.OrderEvents, partition, [{ key: null, value: claim }]);
    this.#epoch = offset ?? 0;
  }

  /** Each list of events becomes the body of the next seqNum; all in one append. Its records stand `copies(index)` times, as after lost answers. */
  async append(
    bodies: readonly { events: readonly Event[]; transactTime: number }[],
    copies: (index: number) => number = () => 1,
  ): Promise<void> {
    const records = bodies.flatMap(({ events, transactTime }, index) => {
      this.#seqNum += 1;
      const body = encodeBody(events, {
        seqNum: this.#seqNum,
        prevHash: this.#prevHash,
        transactTime,
      });
      this.#prevHash = bodyHashText(body);
      const chunks = encodeChunks(body, this.#seqNum, this.#epoch);
      return Array.from({ length: copies(index) }, () => chunks).flat();
    });
    const appended = records.map((value) => ({ key: null, value }));
    await this.log.append(Topic.OrderEvents, this.partition, appended);
  }

  /** Everything that stands, folded. */
  async bodies(): Promise<FoldedBody[]> {
    const fold = new Fold(this.partition, null);
    const end = await this.log.endOffset(Topic.OrderEvents, this.partition);
    const records = await this.log.read(Topic.OrderEvents, this.partition, 0, end);
    return records.flatMap((record) => fold.push(record) ?? []);
  }
}

function encodeBody(
  events: readonly Event[],
  place: { seqNum: number; prevHash: string; transactTime: number },
): Uint8Array {
  const length = events.reduce((sum, event) => sum + encodedBytes(event), bodyHeaderBytes);
  const body = new Uint8Array(length);
  const view = new DataView(body.buffer);
  sealBody(view, {
    ...place,
    commandOffset: place.seqNum - 1,
    commandHash: noBodyHash,
    semanticsVersion: 1,
    eventCount: events.length,
  });
  let at = bodyHeaderBytes;
  for (const event of events) at = encodeMessage(event, view, at);
  return body;
}

/** Events of the oracle for the commands of a seed. */
export function oracleBodies(
  seed: number,
  commandCount: number,
): { events: readonly Event[]; transactTime: number }[] {
  const bodies: { events: readonly Event[]; transactTime: number }[] = [];
  for (const { record, events } of streamOf(seed, commandCount)) {
    bodies.push({ events, transactTime: record.appendTime });
  }
  return bodies;
}

export async function eventLogOf(options: {
  readonly clock: Clock;
  readonly seed: number;
  readonly commandCount: number;
}): Promise<EventLog> {
  const log = createMemoryLog({ partitionCount: 1, clock: options.clock });
  const eventLog = new EventLog(log);
  await eventLog.claim();
  await eventLog.append(oracleBodies(options.seed, options.commandCount));
  return eventLog;
}
