import { Fold } from "../../ports/log/fold.ts";
import type { Log } from "../../ports/log/log.ts";
import type { Event } from "../../schema/generated/records.ts";
import { Topic } from "../../schema/topics.ts";
import { openVenueLog } from "../venue-log.ts";
import { ExpectedViews } from "./expected.ts";

export interface FoldedLog {
  readonly views: ExpectedViews;
  /** How far this fold goes: good as minSeq. */
  readonly position: string;
  /** By partition: the last seqNum that left a trace in analytics. A tick leaves none. */
  readonly seqNums: readonly number[];
}

interface FoldedPartition {
  readonly seqNum: number;
  /** The last one that left a trace in analytics. */
  readonly tracedSeqNum: number;
}

/** Events that have a row in ClickHouse. */
const tracedKinds: ReadonlySet<Event["kind"]> = new Set<Event["kind"]>([
  "SecurityDefined",
  "SecurityStatusChanged",
  "OrderAccepted",
  "OrderRejected",
  "OrderReplaced",
  "OrderCanceled",
  "Trade",
]);

const readMax = 2000;

/** Folds the whole log of a data folder's venue, as it stands now. The venue may go on running: this only reads. */
export async function foldLog(dataDir: string): Promise<FoldedLog> {
  const log = await openVenueLog(dataDir, 1);
  const views = new ExpectedViews();
  const partitions: FoldedPartition[] = [];
  try {
    for (let partition = 0; partition < log.partitionCount; partition++) {
      partitions.push(await foldPartition(log, partition, views));
    }
  } finally {
    await log.close();
  }
  return {
    views,
    position: partitions.map(({ seqNum }, partition) => `${partition}:${seqNum}`).join(","),
    seqNums: partitions.map(({ tracedSeqNum }) => tracedSeqNum),
  };
}

/** Folds one partition into the views; `onPage` is called after each page of records. */
export async function foldPartition(
  log: Log,
  partition: number,
  views: ExpectedViews,
  onPage: () => void = () => {},
): Promise<FoldedPartition> {
  const fold = new Fold(partition, null);
  let tracedSeqNum = 0;
  const end = await log.endOffset(Topic.OrderEvents, partition);
  for (let offset = 0; offset < end;) {
    const records = await log.read(Topic.OrderEvents, partition, offset, readMax);
    const last = records.at(-1);
    if (last === undefined) break;
    for (const record of records) {
      const body = fold.push(record);
      if (body === null) continue;
      const { seqNum } = body.position;
      views.apply(partition, seqNum, body.events);
      if (body.events.some(({ kind }) => tracedKinds.has(kind))) tracedSeqNum = seqNum;
    }
    onPage();
    offset = last.offset + 1;
  }
  return { seqNum: fold.position?.seqNum ?? 0, tracedSeqNum };
}
