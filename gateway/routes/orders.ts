import {
  CancelAnswer,
  CancelQuery,
  DeadManTimerAnswer,
  DeadManTimerRequest,
  MassCancelAnswer,
  NewOrderRequest,
  OrderAnswer,
  OrderPath,
  PendingAnswer,
  RepeatAnswer,
  ReplaceAnswer,
  ReplaceRequest,
} from "../../schema/http/orders.ts";
import type { ProblemCode } from "../../schema/http/problem.ts";
import { symbolHashOf } from "../../schema/identity/order-id.ts";
import { z } from "zod";
import { parseBody, parseParams } from "../body.ts";
import { accountOf, addRoute, send } from "../edge.ts";
import type { Edge, GatewayApp, GatewayContext, Route } from "../edge.ts";
import type { Principal } from "../auth.ts";
import { cancelMany, cancelOne, cancelOneByClOrdID } from "../cancels.ts";
import { setDeadManTimer } from "../dead-man.ts";
import { givenClOrdID } from "../given-ids.ts";
import { placeOrder, replaceOrder } from "../order-requests.ts";
import { ApiProblem, unknownOrder, unlisted } from "../problems.ts";
import type { ListedInstrument } from "../reference.ts";
import { idempotencyKeyOf } from "../repeats.ts";
import type { Answer } from "../repeats.ts";
import { answerOnce } from "./answer-once.ts";
import type { Sent } from "./answer-once.ts";
import { anyRoute, newOrderRefusals, withBody, withCommand, withToken } from "./route-problems.ts";

const orderRefusals = [
  "CanceledBeforeEntry",
  "NewerVersion",
  ["UnknownSymbol", 422],
  ...newOrderRefusals,
  "WrongPartition",
] as const satisfies readonly (ProblemCode | readonly [ProblemCode, number])[];

const replaceRefusals = [
  "UnknownOrder",
  "UnknownAccount",
  "AccountDisabled",
  "ExchangeClosed",
  "NothingToReplace",
  "PriceOutOfRange",
  "InvalidPriceIncrement",
  "IncorrectQuantity",
  "PriceExceedsCurrentPriceBand",
  "OpenNotionalCapReached",
  "PostOnlyWouldCross",
  "OrderCapacityReached",
] as const satisfies readonly ProblemCode[];

/** Order entry: what clients send to the market. */
export function addOrderRoutes(app: GatewayApp, edge: Edge): void {
  const cancels = [cancel(edge), cancelByQuery(edge), deadManTimer(edge)];
  for (const route of [newOrder(edge), replace(edge), ...cancels]) addRoute(app, edge, route);
}

function newOrder(edge: Edge): Route {
  return {
    method: "POST",
    path: "/v1/orders",
    limit: "orders",
    operation: {
      operationId: "placeOrder",
      summary: "Place an order and wait for what comes of it at once",
      tag: "Orders",
      scope: "trade",
      body: NewOrderRequest,
      idempotent: true,
      answers: { 200: RepeatAnswer, 201: OrderAnswer, 202: PendingAnswer },
      problems: [...anyRoute, ...withToken, ...withBody, ...withCommand, ...orderRefusals],
    },
    handle: (c, principal) => {
      const run = async ({ accountID, idempotencyKey, text }: Sent): Promise<Answer> => {
        const request = parseBody(text, NewOrderRequest);
        const instrument = listed(edge, request.symbol);
        const clOrdID = request.clOrdID ?? givenClOrdID(edge, accountID, idempotencyKey);
        const { connectionID } = c.env;
        return placeOrder(edge, request, { accountID, clOrdID, instrument, connectionID });
      };
      return answerOnce(edge, c, principal, { name: "POST /v1/orders", run });
    },
  };
}

function replace(edge: Edge): Route {
  return {
    method: "PATCH",
    path: "/v1/orders/:orderID",
    limit: "orders",
    operation: {
      operationId: "replaceOrder",
      summary: "Change a resting order's price or quantity",
      tag: "Orders",
      scope: "trade",
      path: OrderPath,
      body: ReplaceRequest,
      idempotent: true,
      answers: { 200: z.union([ReplaceAnswer, RepeatAnswer]), 202: PendingAnswer },
      problems: [...anyRoute, ...withToken, ...withBody, ...withCommand, ...replaceRefusals],
    },
    handle: async (c, principal) => {
      const { orderID } = parseParams(Object.entries(c.req.param()), OrderPath);
      const run = async ({ accountID, idempotencyKey, text }: Sent): Promise<Answer> => {
        const request = parseBody(text, ReplaceRequest);
        const instrument = edge.reference.instrumentOfHash(symbolHashOf(orderID));
        if (instrument === undefined) throw unknownOrder(orderID);
        const clOrdID = request.clOrdID ?? givenClOrdID(edge, accountID, idempotencyKey);
        return replaceOrder(edge, request, { accountID, clOrdID, orderID, instrument });
      };
      return answerOnce(edge, c, principal, { name: `PATCH ${orderID}`, run });
    },
  };
}

function cancel(edge: Edge): Route {
  return {
    method: "DELETE",
    path: "/v1/orders/:orderID",
    limit: "cancels",
    operation: {
      operationId: "cancelOrder",
      summary: "Cancel a resting order",
      tag: "Orders",
      scope: "trade",
      path: OrderPath,
      idempotent: true,
      answers: { 200: CancelAnswer, 202: PendingAnswer },
      problems: [...anyRoute, ...withToken, ...withCommand, "UnknownOrder", "ExchangeClosed"],
    },
    handle: async (c, principal) => {
      const accountID = accountOf(principal);
      const { orderID } = parseParams(Object.entries(c.req.param()), OrderPath);
      const idempotencyKey = idempotencyKeyOf(c.req.raw.headers);
      const repeatable = { accountID, idempotencyKey, text: `DELETE ${orderID}` };
      const answer = await edge.repeats.once(repeatable, () => cancelOne(edge, accountID, orderID));
      return send(c, answer);
    },
  };
}

function deadManTimer(edge: Edge): Route {
  return {
    method: "PUT",
    path: "/v1/dead-man-timer",
    limit: "cancels",
    operation: {
      operationId: "setDeadManTimer",
      summary: "Have all open orders of the account canceled unless this is sent again in time",
      tag: "Orders",
      scope: "trade",
      body: DeadManTimerRequest,
      idempotent: true,
      answers: { 200: DeadManTimerAnswer, 202: PendingAnswer },
      problems: [...anyRoute, ...withToken, ...withBody, ...withCommand, "UnknownAccount"],
    },
    handle: (c, principal) => {
      const run = async ({ accountID, idempotencyKey, text }: Sent): Promise<Answer> => {
        const { timeoutMs } = parseBody(text, DeadManTimerRequest);
        return setDeadManTimer(edge, { accountID, timeoutMs, idempotencyKey });
      };
      return answerOnce(edge, c, principal, { name: `PUT ${c.req.path}`, run });
    },
  };
}

function cancelByQuery(edge: Edge): Route {
  return {
    method: "DELETE",
    path: "/v1/orders",
    limit: "cancels",
    operation: {
      operationId: "cancelOrders",
      summary:
        "Cancel every resting order of the account, of a symbol or a side; with clOrdID that one",
      tag: "Orders",
      scope: "trade",
      query: CancelQuery,
      idempotent: true,
      answers: { 200: z.union([MassCancelAnswer, CancelAnswer]), 202: PendingAnswer },
      problems: [
        ...anyRoute,
        ...withToken,
        ...withCommand,
        "UnknownOrder",
        "ExchangeClosed",
        "UnknownAccount",
        ["UnknownSymbol", 422],
      ],
    },
    handle: (c, principal) => handleCancelByQuery(edge, c, principal),
  };
}

async function handleCancelByQuery(
  edge: Edge,
  c: GatewayContext,
  principal: Principal | null,
): Promise<Response> {
  const accountID = accountOf(principal);
  // Account 0 would cancel everybody's orders, and that is nothing that a token gets by the scope trade.
  if (accountID === 0) throw new ApiProblem("InsufficientScope", "The operator has no orders");
  const query = parseParams(new URL(c.req.url).searchParams, CancelQuery);
  const { symbol, clOrdID } = query;
  const instrument = symbol === undefined ? null : listed(edge, symbol);
  const idempotencyKey = idempotencyKeyOf(c.req.raw.headers);
  const repeatable = { accountID, idempotencyKey, text: `DELETE ${JSON.stringify(query)}` };
  const answer = await edge.repeats.once(repeatable, () =>
    instrument !== null && clOrdID !== undefined
      ? cancelOneByClOrdID(edge, { accountID, instrument, clOrdID })
      : cancelMany(edge, { accountID, instrument, side: query.side ?? null, idempotencyKey }),
  );
  return send(c, answer);
}

/** The instrument that a body or a query string names. */
function listed(edge: Edge, symbol: string): ListedInstrument {
  const instrument = edge.reference.instrument(symbol);
  if (instrument !== undefined) return instrument;
  throw unlisted();
}
