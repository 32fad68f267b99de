import type { LogRecord } from "../ports/log/log.ts";
import { commandHashText } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import type { QuarantineRequest } from "../schema/http/dead-letters.ts";
import { Topic } from "../schema/topics.ts";
import type { Edge } from "./edge.ts";
import { ApiProblem } from "./problems.ts";
import type { Answer } from "./repeats.ts";

/**
 * Sets a command aside that no owner can apply: whoever owns its partition ends, and the next owner refuses it unread. Throws ApiProblem
 * where the command is not there, is another one, or has its outcome already.
 */
export async function quarantineCommand(
  edge: Edge,
  { partition, commandOffset, commandHash, reason }: QuarantineRequest,
  operator: string,
): Promise<Answer> {
  const standing = edge.outcomes.standings.find((each) => each.partition === partition);
  const record =
    standing === undefined ? undefined : await commandAt(edge, partition, commandOffset);
  if (standing === undefined || record?.offset !== commandOffset) {
    throw new ApiProblem("UnknownCommand", "There is no command at this place");
  }
  if (standing.commandOffset >= commandOffset) {
    throw new ApiProblem("CommandDecided", "The command has its outcome already");
  }
  const hash = commandHashText(record.value, record.appendTime);
  if (commandHash !== undefined && commandHash !== hash) {
    throw new ApiProblem("UnknownCommand", "Another command stands at this place");
  }
  const said = { partition, commandOffset, commandHash: hash, operator, reason };
  const value = frame({ kind: "Quarantine", ...said });
  const [epoch] = await edge.log.append(Topic.OrderEvents, partition, [{ key: null, value }]);
  edge.requestLog.acted({ ...said, epoch }, "An operator set a command aside");
  return { status: 201, body: { partition, commandOffset, commandHash: hash, epoch } };
}

async function commandAt(
  { log }: Edge,
  partition: number,
  commandOffset: number,
): Promise<LogRecord | undefined> {
  if (commandOffset >= (await log.endOffset(Topic.Orders, partition))) return undefined;
  return (await log.read(Topic.Orders, partition, commandOffset, 1))[0];
}
