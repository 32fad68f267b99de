import { BusinessRejectReasonName, ContingencyType } from "../schema/generated/enums.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import { partitionOf } from "../schema/hash.ts";
import type { OrderListRequest } from "../schema/http/order-lists.ts";
import { symbolHashOf } from "../schema/identity/order-id.ts";
import { packItems } from "../schema/order-list.ts";
import { positionOf } from "./answers.ts";
import { canceledAnswer } from "./cancels.ts";
import type { Edge } from "./edge.ts";
import { givenCommandID } from "./given-ids.ts";
import { listItems } from "./list-items.ts";
import type { EntryItem, ListContext } from "./list-items.ts";
import { refusal, refusalOfRepeat } from "./order-answers.ts";
import { placedAnswer, replacedAnswer } from "./order-requests.ts";
import { ApiProblem } from "./problems.ts";
import type { Answer } from "./repeats.ts";

/** Where the body of a list stands. */
interface ListOutcome {
  readonly body: FoldedBody;
  readonly partition: number;
}

/** Sends a list as one command and says what came of each item. Throws ApiProblem where nothing of it was carried out. */
export async function placeList(
  edge: Edge,
  request: OrderListRequest,
  context: ListContext,
): Promise<Answer> {
  const { accountID, idempotencyKey } = context;
  const items = listItems(edge, request, context);
  const partition = partitionOfAll(edge, items);
  const commandID = givenCommandID(accountID, idempotencyKey, "order list");
  const { body } = await edge.commands.toPartition(partition, {
    kind: "NewOrderList",
    commandID,
    accountID,
    contingencyType: ContingencyType[request.contingencyType ?? "None"],
    itemCount: items.length,
    items: packItems(items.map(({ item }) => item)),
  });
  const decided = body === null ? null : decidedBy(edge, { body, partition }, commandID);
  if (decided === null) return { status: 202, body: { location: "/v1/orders" } };
  return { status: 200, body: await listAnswer(edge, { body: decided, partition }, items) };
}

/** The body in which the list was carried out: this one, or that of its first sending; null where that is not held any more. Throws the refusal. */
function decidedBy(edge: Edge, outcome: ListOutcome, commandID: string): FoldedBody | null {
  const { body, partition } = outcome;
  for (const event of body.events) {
    if (!("commandID" in event) || event.commandID !== commandID) continue;
    if (event.kind === "ListAccepted") return body;
    if (event.kind === "BusinessMessageReject") {
      throw refusal(BusinessRejectReasonName[event.businessRejectReason], outcome);
    }
    if (event.kind === "Duplicate") {
      const code = refusalOfRepeat(event, outcome);
      if (code !== null) throw refusal(code, outcome);
      return edge.outcomes.held(partition, event.originalCommandOffset);
    }
  }
  throw new Error("A list's outcome says nothing of it");
}

async function listAnswer(
  edge: Edge,
  outcome: ListOutcome,
  items: readonly EntryItem[],
): Promise<object> {
  const answersOf = (kind: EntryItem["kind"]): Promise<Answer[]> =>
    Promise.all(
      items.filter((item) => item.kind === kind).map((item) => itemAnswer(edge, outcome, item)),
    );
  return {
    cancels: await answersOf("cancel"),
    replaces: await answersOf("replace"),
    newOrders: await answersOf("new"),
    position: positionOf(outcome.body, outcome.partition),
  };
}

/** What the item alone would have been answered, a refusal too. */
async function itemAnswer(edge: Edge, outcome: ListOutcome, item: EntryItem): Promise<Answer> {
  try {
    return await answerOf(edge, outcome, item);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return { status: error.status, body: error.body };
  }
}

async function answerOf(edge: Edge, outcome: ListOutcome, item: EntryItem): Promise<Answer> {
  const { orderID } = item;
  if (item.kind === "cancel") {
    return canceledAnswer(edge, { ...outcome, orderID, commandID: item.commandID });
  }
  const { context } = item;
  const about = { ...outcome, orderID, instrument: context.instrument };
  return item.kind === "new"
    ? placedAnswer(edge, about, context)
    : replacedAnswer(edge, about, item.commandID, context);
}

/** One command stands in one partition. Throws ApiProblem where the items are of several. */
function partitionOfAll({ log }: Edge, items: readonly EntryItem[]): number {
  const partitions = new Set(
    items.map(({ orderID }) => partitionOf(symbolHashOf(orderID), log.partitionCount)),
  );
  const [partition] = partitions;
  if (partition !== undefined && partitions.size === 1) return partition;
  throw new ApiProblem(
    "ListAcrossPartitions",
    "The instruments of the list stand in several partitions: send one list for each",
  );
}
