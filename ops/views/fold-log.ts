import { Fold } from "../../ports/log/fold.ts";
import type { Log } from "../../ports/log/log.ts";
import { Topic } from "../../schema/topics.ts";
import { openVenueLog } from "../venue-log.ts";
import { ExpectedViews } from "./expected.ts";

export interface FoldedLog {
  readonly views: ExpectedViews;
  /** How far this fold goes: good as minSeq. */
  readonly position: string;
  readonly seqNums: readonly number[];
}

const readMax = 2000;

/** Folds the whole log of a data folder's venue, as it stands now. The venue may go on running: this only reads. */
export async function foldLog(dataDir: string): Promise<FoldedLog> {
  const log = await openVenueLog(dataDir, 1);
  const views = new ExpectedViews();
  const seqNums: number[] = [];
  try {
    for (let partition = 0; partition < log.partitionCount; partition++) {
      seqNums.push(await foldPartition(log, partition, views));
    }
  } finally {
    await log.close();
  }
  const position = seqNums.map((seqNum, partition) => `${partition}:${seqNum}`).join(",");
  return { views, position, seqNums };
}

/** Resolves with the last seqNum. */
async function foldPartition(log: Log, partition: number, views: ExpectedViews): Promise<number> {
  const fold = new Fold(partition, null);
  const end = await log.endOffset(Topic.OrderEvents, partition);
  for (let offset = 0; offset < end;) {
    const records = await log.read(Topic.OrderEvents, partition, offset, readMax);
    const last = records.at(-1);
    if (last === undefined) break;
    for (const record of records) {
      const body = fold.push(record);
      if (body !== null) views.apply(partition, body.position.seqNum, body.events);
    }
    offset = last.offset + 1;
  }
  return fold.position?.seqNum ?? 0;
}
