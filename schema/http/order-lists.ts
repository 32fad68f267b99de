import { z } from "zod";

import { listItemCountMax } from "../order-list.ts";
import {
  CancelAnswer,
  NewOrderRequest,
  OrderAnswer,
  PendingAnswer,
  RepeatAnswer,
  ReplaceAnswer,
  ReplaceRequest,
} from "./orders.ts";
import { Problem } from "./problem.ts";
import { Position } from "./reads.ts";
import { OrderID } from "./scalars.ts";

const ListedCancel = z.strictObject({ orderID: OrderID }).meta({ id: "ListedCancel" });

const ListedReplace = z
  .strictObject({ orderID: OrderID, ...ReplaceRequest.shape })
  .meta({ id: "ListedReplace" });

/** Body of POST /v1/order-lists. */
export const OrderListRequest = z
  .strictObject({
    cancels: z.array(ListedCancel).max(listItemCountMax).optional(),
    replaces: z.array(ListedReplace).max(listItemCountMax).optional(),
    newOrders: z.array(NewOrderRequest).max(listItemCountMax).optional(),
    contingencyType: z.enum(["OneCancelsTheOther"]).optional().meta({
      description:
        "Of two new orders and nothing else, of one symbol, side and orderQty, GTC, GTD or Day, one a Stop or StopLimit with a stopPx, the other one too or a Limit: when one of them trades, is triggered or ends, the other one is canceled in the same step",
    }),
  })
  .refine((request) => isWithin(countOf(request)), {
    message: `A list has 1 to ${listItemCountMax} items`,
  })
  .meta({
    id: "OrderListRequest",
    examples: [
      {
        cancels: [{ orderID: "3fd3c1e6-8b1e-8f05-9d5b-0a1b2c3d4e5f" }],
        newOrders: [
          { symbol: "BTC-USD", side: "Buy", ordType: "Limit", price: "60000", orderQty: "0.01" },
          { symbol: "BTC-USD", side: "Sell", ordType: "Limit", price: "61000", orderQty: "0.01" },
        ],
      },
    ],
  });

/** How many items a list asks for. */
export function countOf(request: {
  readonly cancels?: readonly unknown[] | undefined;
  readonly replaces?: readonly unknown[] | undefined;
  readonly newOrders?: readonly unknown[] | undefined;
}): number {
  const { cancels = [], replaces = [], newOrders = [] } = request;
  return cancels.length + replaces.length + newOrders.length;
}

function isWithin(count: number): boolean {
  return count >= 1 && count <= listItemCountMax;
}

const status = z.int().min(200).max(599).meta({
  description: "That the request would have had by itself; from 400 on the body is a Problem",
});

/** 200: each item's answer stands where the item stood in the request. */
export const OrderListAnswer = z
  .strictObject({
    cancels: z.array(z.strictObject({ status, body: z.union([CancelAnswer, Problem]) })),
    replaces: z.array(
      z.strictObject({
        status,
        body: z.union([ReplaceAnswer, RepeatAnswer, PendingAnswer, Problem]),
      }),
    ),
    newOrders: z.array(
      z.strictObject({
        status,
        body: z.union([OrderAnswer, RepeatAnswer, PendingAnswer, Problem]),
      }),
    ),
    position: Position,
  })
  .meta({ id: "OrderListAnswer" });

export type OrderListRequest = z.infer<typeof OrderListRequest>;
export type OrderListAnswer = z.infer<typeof OrderListAnswer>;
