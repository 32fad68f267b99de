import { OrderListAnswer, OrderListRequest, countOf } from "../../schema/http/order-lists.ts";
import { PendingAnswer } from "../../schema/http/orders.ts";
import { listBodyBytesMax, parseBody } from "../body.ts";
import { addRoute } from "../edge.ts";
import type { Edge, GatewayApp, Route } from "../edge.ts";
import { placeList } from "../order-lists.ts";
import type { Answer } from "../repeats.ts";
import { answerOnce } from "./answer-once.ts";
import type { Sent } from "./answer-once.ts";
import { anyRoute, withBody, withCommand, withToken } from "./route-problems.ts";

/** Several requests of an account as one command. */
export function addOrderListRoutes(app: GatewayApp, edge: Edge): void {
  addRoute(app, edge, newList(edge));
}

/** Of the whole list; what the engine refuses an item for stands in that item's own answer, as OtherLegRefused does. */
const listRefusals = [
  "InvalidList",
  "ListAcrossPartitions",
  "OtherLegRefused",
  "UnknownAccount",
  "UnknownOrder",
  ["UnknownSymbol", 422],
  "NothingToReplace",
  "UnsupportedOrderCharacteristic",
  "ExpireTimePassed",
  "PriceOutOfRange",
  "InvalidPriceIncrement",
  "IncorrectQuantity",
] as const;

function newList(edge: Edge): Route {
  return {
    method: "POST",
    path: "/v1/order-lists",
    limit: "orders",
    operation: {
      operationId: "placeOrderList",
      summary:
        "Cancel, replace and place orders in this order as one command, with nothing between; each item has an answer of its own",
      tag: "Orders",
      scope: "trade",
      body: OrderListRequest,
      idempotent: true,
      answers: { 200: OrderListAnswer, 202: PendingAnswer },
      problems: [...anyRoute, ...withToken, ...withBody, ...withCommand, ...listRefusals],
    },
    handle: (c, principal) => {
      const run = async ({ accountID, idempotencyKey, text }: Sent): Promise<Answer> => {
        const request = parseBody(text, OrderListRequest);
        await takeForItems(edge, accountID, countOf(request));
        const { connectionID } = c.env;
        return placeList(edge, request, { accountID, idempotencyKey, connectionID });
      };
      const name = `POST ${c.req.path}`;
      return answerOnce(edge, c, principal, { name, bodyBytesMax: listBodyBytesMax, run });
    },
  };
}

/** Each item costs as much as a request of its own; the first one has been taken with the request. */
async function takeForItems(edge: Edge, accountID: number, itemCount: number): Promise<void> {
  if (itemCount > 1) await edge.limits.take("orders", String(accountID), itemCount - 1);
}
