import { OrdType, TimeInForce } from "../schema/generated/enums.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import type { OrderListRequest } from "../schema/http/order-lists.ts";
import type { ReplaceRequest } from "../schema/http/orders.ts";
import { symbolHashOf } from "../schema/identity/order-id.ts";
import { listItemCountMax } from "../schema/order-list.ts";
import type { ListItem } from "../schema/order-list.ts";
import { hashOfRequest } from "../schema/request-hash.ts";
import type { UnstampedCommand } from "./commands.ts";
import type { Edge } from "./edge.ts";
import { givenClOrdID, givenCommandID } from "./given-ids.ts";
import { newOrderCommand, replaceCommand } from "./order-entry.ts";
import type { OrderContext } from "./order-requests.ts";
import { ApiProblem, unknownOrder, unlisted } from "./problems.ts";
import type { ListedInstrument } from "./reference.ts";

/** An item as it goes onto the log, and what its answer is made with. */
export type EntryItem =
  | {
      readonly kind: "cancel";
      readonly item: ListItem;
      readonly orderID: string;
      readonly commandID: string;
    }
  | {
      readonly kind: "replace";
      readonly item: ListItem;
      readonly orderID: string;
      readonly commandID: string;
      readonly context: OrderContext;
    }
  | {
      readonly kind: "new";
      readonly item: ListItem;
      readonly orderID: string;
      readonly context: OrderContext;
    };

export interface ListContext {
  readonly accountID: number;
  readonly idempotencyKey: string | null;
  /** As of an OrderContext. */
  readonly connectionID: number;
}

type Unstamped = Extract<UnstampedCommand, { kind: ListItem["kind"] }>;

const noHash = "0000000000000000";

/** The items that a request asks for, in their order. What an item's instrument refuses now refuses all of them. Throws ApiProblem. */
export function listItems(
  edge: Edge,
  request: OrderListRequest,
  context: ListContext,
): EntryItem[] {
  const { cancels = [], replaces = [], newOrders = [] } = request;
  const items = [
    ...cancels.map(({ orderID }, index) => cancelItem(orderID, index, context)),
    ...replaces.map((each, index) =>
      at(`/replaces/${index}`, () => replaceItem(edge, each, index, context)),
    ),
    ...newOrders.map((each, index) =>
      at(`/newOrders/${index}`, () => newOrderItem(edge, each, index, context)),
    ),
  ];
  refuseTwins(items);
  if (request.contingencyType !== undefined) checkPair(items);
  return items;
}

/** What the engine would refuse as InvalidList. */
function checkPair(items: readonly EntryItem[]): void {
  const [first, second, ...more] = items.map(({ item }) => item);
  const isOfTwo = first?.kind === "NewOrderSingle" && second?.kind === "NewOrderSingle";
  if (!isOfTwo || more.length > 0) throw noPair("a pair is two new orders and nothing else");
  const isOne =
    first.symbol === second.symbol &&
    first.side === second.side &&
    first.orderQty === second.orderQty;
  if (!isOne) throw noPair("both are of one symbol, side and orderQty");
  const legs = [first, second];
  if (!legs.every(mayBeLeg))
    throw noPair("each is a Limit or a stop with a stopPx, GTC, GTD or Day");
  const isOfLimits = legs.every(({ ordType }) => ordType === OrdType.Limit);
  if (isOfLimits) throw noPair("one is a Stop or StopLimit");
}

function mayBeLeg({ ordType, timeInForce, stopPx = 0 }: NewOrderSingle): boolean {
  const { GTC, GTD, Day } = TimeInForce;
  const isLasting = timeInForce === GTC || timeInForce === GTD || timeInForce === Day;
  const isStop = ordType === OrdType.Stop || ordType === OrdType.StopLimit;
  return isLasting && (isStop ? stopPx !== 0 : ordType === OrdType.Limit);
}

function noPair(detail: string): ApiProblem {
  return new ApiProblem("InvalidList", `The orders of the list are no pair: ${detail}`);
}

function cancelItem(orderID: string, index: number, context: ListContext): EntryItem {
  const { accountID, idempotencyKey } = context;
  const commandID = givenCommandID(accountID, idempotencyKey, `cancel ${index}`);
  const item = stamped({ kind: "OrderCancelRequest", commandID, accountID, orderID });
  return { kind: "cancel", item, orderID, commandID };
}

function replaceItem(
  edge: Edge,
  { orderID, ...request }: ReplaceRequest & { readonly orderID: string },
  index: number,
  { accountID, idempotencyKey }: ListContext,
): EntryItem {
  const instrument = edge.reference.instrumentOfHash(symbolHashOf(orderID));
  if (instrument === undefined) throw unknownOrder(orderID);
  const clOrdID =
    request.clOrdID ?? givenClOrdID(edge, accountID, idempotencyKey, `replace ${index}`);
  const context = { accountID, clOrdID, instrument };
  const command = replaceCommand(request, { ...context, orderID });
  const { commandID } = command;
  return { kind: "replace", item: stamped(command), orderID, commandID, context };
}

function newOrderItem(
  edge: Edge,
  request: NonNullable<OrderListRequest["newOrders"]>[number],
  index: number,
  { accountID, idempotencyKey, connectionID }: ListContext,
): EntryItem {
  const instrument: ListedInstrument | undefined = edge.reference.instrument(request.symbol);
  if (instrument === undefined) throw unlisted();
  const clOrdID = request.clOrdID ?? givenClOrdID(edge, accountID, idempotencyKey, `new ${index}`);
  const context = { accountID, clOrdID, instrument, connectionID };
  const command = newOrderCommand(request, context);
  return { kind: "new", item: stamped(command), orderID: command.orderID, context };
}

/** The list has the times for all of its items. */
function stamped(command: Unstamped): ListItem {
  const stamped = { ...command, sendingTime: 0, validUntil: 0, attempt: 0, requestHash: noHash };
  return { ...stamped, requestHash: hashOfRequest(stamped) };
}

/** Of two items with one id nobody could tell whose an answer is. */
function refuseTwins(items: readonly EntryItem[]): void {
  const ids = items.map((each) => (each.kind === "new" ? each.orderID : each.commandID));
  if (new Set(ids).size === items.length && items.length <= listItemCountMax) return;
  throw new ApiProblem("InvalidRequest", "Two items of the list have the same clOrdID");
}

/** Problems of an item point at it. */
function at<Value>(place: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const errors = error.details.errors ?? [{ pointer: "", detail: error.message }];
    throw new ApiProblem(error.code, error.message, {
      ...error.details,
      errors: errors.map(({ pointer, detail }) => ({ pointer: place + pointer, detail })),
    });
  }
}
