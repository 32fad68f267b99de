import { Fold, FoldAlarm } from "../../ports/log/fold.ts";
import type { Log } from "../../ports/log/log.ts";
import { commandHashText } from "../../schema/body.ts";
import { frame } from "../../schema/frame.ts";
import { Topic } from "../../schema/topics.ts";

export interface SetAside {
  readonly partition: number;
  readonly commandOffset: number;
  readonly operator: string;
  readonly reason: string;
}

const pageRecordCount = 1024;

/**
 * Appends the Quarantine of a command to a log that no gateway stands before: a venue that is down, or breaks whenever it starts. Resolves
 * with its epoch, or with why there is nothing to set aside. Rejects with LogError.
 */
export async function setAside(
  log: Log,
  { partition, commandOffset, operator, reason }: SetAside,
): Promise<{ epoch: number; commandHash: string } | string> {
  if (partition >= log.partitionCount) return `There is no partition ${partition}`;
  const isThere = commandOffset < (await log.endOffset(Topic.Orders, partition));
  const [command] = isThere ? await log.read(Topic.Orders, partition, commandOffset, 1) : [];
  if (command?.offset !== commandOffset) return `There is no command at offset ${commandOffset}`;
  const decided = await decidedOffset(log, partition);
  if (decided >= commandOffset) return `The commands up to offset ${decided} have their outcomes`;
  const commandHash = commandHashText(command.value, command.appendTime);
  const said = { partition, commandOffset, commandHash, operator, reason };
  const value = frame({ kind: "Quarantine", ...said });
  const [epoch] = await log.append(Topic.OrderEvents, partition, [{ key: null, value }]);
  if (epoch === undefined) throw new Error("An append gives one offset a record");
  return { epoch, commandHash };
}

/** Offset of the last command whose outcome is folded; -1 where there is none. */
async function decidedOffset(log: Log, partition: number): Promise<number> {
  const fold = new Fold(partition, null);
  let decided = -1;
  let offset = await log.startOffset(Topic.OrderEvents, partition);
  for (;;) {
    const records = await log.read(Topic.OrderEvents, partition, offset, pageRecordCount);
    for (const record of records) {
      try {
        decided = fold.push(record)?.commandOffset ?? decided;
      } catch (error) {
        if (!(error instanceof FoldAlarm) || error.code !== "Gap") throw error;
      }
    }
    const last = records.at(-1);
    if (last === undefined) return decided;
    offset = last.offset + 1;
  }
}
