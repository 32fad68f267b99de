import type { ZodType } from "zod";

import {
  AccountPositionList,
  Book,
  BookQuery,
  CandleList,
  CandleQuery,
  FillList,
  FillListQuery,
  InstrumentAnswer,
  InstrumentList,
  Order,
  OrderList,
  OrderListQuery,
  OrderPath,
  PlainQuery,
  SymbolPath,
  TradeList,
  TradeListQuery,
} from "../../schema/http/reads.ts";
import type { ProblemCode } from "../../schema/http/problem.ts";
import { addRoute } from "../edge.ts";
import type { Edge, GatewayApp, Route } from "../edge.ts";
import { anyRoute, withToken } from "./route-problems.ts";

interface Read {
  readonly operationId: string;
  readonly summary: string;
  readonly path: string;
  readonly params?: ZodType;
  readonly query: ZodType;
  readonly answer: ZodType;
  readonly problems?: readonly ProblemCode[];
  /** Answers 304 to If-None-Match. */
  readonly tagged?: boolean;
}

const accountReads: readonly Read[] = [
  {
    operationId: "getOrder",
    summary: "An order of the account",
    path: "/v1/orders/:orderID",
    params: OrderPath,
    query: PlainQuery,
    answer: Order,
    problems: ["UnknownOrder"],
  },
  {
    operationId: "listOrders",
    summary: "Orders of the account, newest first",
    path: "/v1/orders",
    query: OrderListQuery,
    answer: OrderList,
  },
  {
    operationId: "listFills",
    summary: "Fills of the account, newest first",
    path: "/v1/fills",
    query: FillListQuery,
    answer: FillList,
  },
  {
    operationId: "listPositions",
    summary: "What the account has bought and sold, by instrument",
    path: "/v1/positions",
    query: PlainQuery,
    answer: AccountPositionList,
  },
];

const marketReads: readonly Read[] = [
  {
    operationId: "listInstruments",
    summary: "The instruments",
    path: "/v1/instruments",
    query: PlainQuery,
    answer: InstrumentList,
    problems: ["BookUnavailable"],
    tagged: true,
  },
  {
    operationId: "getInstrument",
    summary: "An instrument",
    path: "/v1/instruments/:symbol",
    params: SymbolPath,
    query: PlainQuery,
    answer: InstrumentAnswer,
    problems: ["UnknownSymbol", "BookUnavailable"],
    tagged: true,
  },
  {
    operationId: "getBook",
    summary: "An instrument's book: best prices, levels, or every order",
    path: "/v1/instruments/:symbol/book",
    params: SymbolPath,
    query: BookQuery,
    answer: Book,
    problems: ["UnknownSymbol", "BookUnavailable"],
    tagged: true,
  },
  {
    operationId: "listTrades",
    summary: "An instrument's trades, newest first",
    path: "/v1/instruments/:symbol/trades",
    params: SymbolPath,
    query: TradeListQuery,
    answer: TradeList,
    problems: ["UnknownSymbol", "BookUnavailable", "AnalyticsUnavailable"],
  },
  {
    operationId: "listCandles",
    summary: "An instrument's candles of one minute",
    path: "/v1/instruments/:symbol/candles",
    params: SymbolPath,
    query: CandleQuery,
    answer: CandleList,
    problems: ["UnknownSymbol", "BookUnavailable", "AnalyticsUnavailable"],
  },
];

/** The reads that query answers and the gateway passes on, with the account that the token stands for. */
export function addReadRoutes(app: GatewayApp, edge: Edge): void {
  for (const read of accountReads) addRoute(app, edge, passedOn(edge, read, "read"));
  for (const read of marketReads) addRoute(app, edge, passedOn(edge, read, null));
}

function passedOn(edge: Edge, read: Read, scope: "read" | null): Route {
  const { operationId, summary, path, params, query, answer, problems = [], tagged } = read;
  return {
    method: "GET",
    path,
    limit: scope === null ? "market-data" : "reads",
    operation: {
      operationId,
      summary,
      tag: scope === null ? "Market data" : "Account",
      ...(scope === null ? {} : { scope }),
      ...(params === undefined ? {} : { path: params }),
      query,
      answers: { 200: answer, ...(tagged === true ? { 304: null } : {}) },
      problems: [
        ...anyRoute,
        ...(scope === null ? [] : withToken),
        "InvalidRequest",
        "StaleRead",
        "ReadsUnavailable",
        ...problems,
      ],
    },
    handle: async (c, principal) => {
      const answered = await edge.reads.forward(c.req.raw, principal?.accountID ?? null);
      return c.newResponse(answered.body, answered);
    },
  };
}
