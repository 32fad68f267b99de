import { LogError } from "../ports/log/log.ts";
import { decodeFrame } from "../schema/frame.ts";
import type { ListedPartition } from "../schema/http/admin.ts";
import { Topic } from "../schema/topics.ts";
import { timeText } from "./answers.ts";
import type { Edge } from "./edge.ts";
import type { FoldStanding } from "./outcomes.ts";

type Sources = Pick<Edge, "log" | "outcomes" | "clock" | "reference">;

/** How far each partition is, as this gateway folds it, and who owns it. What only the log could tell is left out while that is away. */
export function listPartitions(edge: Sources): Promise<readonly ListedPartition[]> {
  return Promise.all(edge.outcomes.standings.map((standing) => listing(edge, standing)));
}

async function listing(edge: Sources, standing: FoldStanding): Promise<ListedPartition> {
  const { partition, seqNum, epoch, commandOffset, foldedAt, failure } = standing;
  return {
    partition,
    seqNum,
    ...edge.reference.semanticsOf(partition),
    ...(commandOffset < 0 ? {} : { commandOffset }),
    silentMs: Math.max(0, Math.round(edge.clock.monotonic() - foldedAt)),
    ...(epoch === null ? {} : { epoch }),
    ...(await whileTheLogAnswers(() => logSays(edge, standing))),
    ...(failure === null ? {} : { failure: failure.name }),
  };
}

type LogSays = Pick<ListedPartition, "waitingCount" | "owner">;

async function logSays({ log }: Sources, standing: FoldStanding): Promise<LogSays> {
  const { partition, epoch, commandOffset } = standing;
  const end = await log.endOffset(Topic.Orders, partition);
  const owner = epoch === null ? null : await ownerOf(log, partition, epoch);
  return {
    ...(commandOffset < 0 ? {} : { waitingCount: Math.max(0, end - commandOffset - 1) }),
    ...(owner === null ? {} : { owner }),
  };
}

/** An epoch is the offset of its Claim. */
async function ownerOf(
  log: Edge["log"],
  partition: number,
  epoch: number,
): Promise<NonNullable<ListedPartition["owner"]> | null> {
  const [record] = await log.read(Topic.OrderEvents, partition, epoch, 1);
  const claim = record?.offset === epoch ? decodeFrame(record.value) : null;
  if (record === undefined || claim?.ok !== true || claim.message.kind !== "Claim") return null;
  const { node, build, semanticsMax } = claim.message;
  return { node, build, semanticsMax, claimedAt: timeText(record.appendTime) };
}

async function whileTheLogAnswers(ask: () => Promise<LogSays>): Promise<LogSays> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return {};
  }
}
