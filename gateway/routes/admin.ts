import {
  AccountLimitsRequest,
  AccountPath,
  ActivatedSemantics,
  AccountRequest,
  AccountSymbolPath,
  DefinedAccount,
  DefinedFees,
  DefinedInstrument,
  DefinedKey,
  DefinedLimits,
  FeeScheduleRequest,
  FeeTierPath,
  FeeTierSymbolPath,
  InstrumentLimitsRequest,
  InstrumentRequest,
  KeyPath,
  KeyRequest,
  ListedAccountLimits,
  ListedAccounts,
  ListedFeeSchedules,
  ListedInstruments,
  ListedKeys,
  ListedPartitions,
  NoPath,
  SemanticsRequest,
  StatusAnswer,
  StatusRequest,
  SymbolPath,
} from "../../schema/http/admin.ts";
import { PendingAnswer } from "../../schema/http/orders.ts";
import type { ProblemCode } from "../../schema/http/problem.ts";
import type { ZodType } from "zod";
import {
  activateSemantics,
  defineAccount,
  defineInstrument,
  defineKey,
  limitAccount,
  setFees,
  setTradingState,
} from "../administration.ts";
import type { Operator } from "../administration.ts";
import { parseBody, parseParams, readJsonText } from "../body.ts";
import { accountOf, addRoute, send } from "../edge.ts";
import type { Edge, GatewayApp, Route } from "../edge.ts";
import {
  accountListing,
  feesListing,
  instrumentListing,
  keyListing,
  limitsListing,
} from "../listings.ts";
import { listPartitions } from "../partitions.ts";
import { idempotencyKeyOf } from "../repeats.ts";
import type { Answer } from "../repeats.ts";
import { anyRoute, withBody, withCommand, withToken } from "./route-problems.ts";

/** What operators set: instruments, trading states, accounts, keys. All of it goes over the log, like everything else. */
export function addAdminRoutes(app: GatewayApp, edge: Edge): void {
  for (const route of [...definitions(edge), ...listings(edge)]) addRoute(app, edge, route);
}

function definitions(edge: Edge): Route[] {
  return [
    definition(edge, {
      operationId: "defineInstrument",
      summary: "List an instrument, or change it",
      path: "/v1/admin/instruments/:symbol",
      params: SymbolPath,
      body: InstrumentRequest,
      answer: DefinedInstrument,
      problems: ["InvalidDefinition", "ExponentChanged", "SymbolHashTaken", "CapacityReached"],
      run: ({ symbol }, request, operator) => defineInstrument(edge, { symbol, request, operator }),
    }),
    definition(edge, {
      operationId: "setTradingState",
      summary: "Open, halt or close an instrument, at once or at a time",
      path: "/v1/admin/instruments/:symbol/status",
      params: SymbolPath,
      body: StatusRequest,
      answer: StatusAnswer,
      problems: ["UnknownSymbol", "InvalidDefinition", "TooLateToEnter", "CapacityReached"],
      run: ({ symbol }, request, operator) => setTradingState(edge, { symbol, request, operator }),
    }),
    definition(edge, {
      operationId: "defineAccount",
      summary: "Open an account, or change it",
      path: "/v1/admin/accounts/:accountID",
      params: AccountPath,
      body: AccountRequest,
      answer: DefinedAccount,
      problems: ["InvalidDefinition", "CapacityReached"],
      run: ({ accountID }, request, operator) =>
        defineAccount(edge, { accountID: Number(accountID), request, operator }),
    }),
    ...limits(edge),
    ...fees(edge),
    definition(edge, {
      operationId: "defineKey",
      summary: "Register a public key whose tokens act for an account, or change or revoke it",
      path: "/v1/admin/keys/:keyID",
      params: KeyPath,
      body: KeyRequest,
      answer: DefinedKey,
      problems: ["InvalidDefinition", "UnknownAccount", "CapacityReached"],
      run: ({ keyID }, request, operator) => defineKey(edge, { keyID, request, operator }),
    }),
    definition(edge, {
      operationId: "activateSemantics",
      summary: "Decide by newer semantics from here on, once every process has them",
      path: "/v1/admin/semantics",
      params: NoPath,
      body: SemanticsRequest,
      answer: ActivatedSemantics,
      problems: ["UnknownSemantics", "OlderSemantics", "AuctionUnderWay"],
      run: (_params, request, operator) => activateSemantics(edge, { request, operator }),
    }),
  ];
}

function limits(edge: Edge): Route[] {
  return [
    definition(edge, {
      operationId: "limitAccount",
      summary: "Cap an account's open orders in every instrument that has no cap of its own",
      path: "/v1/admin/accounts/:accountID/limits",
      params: AccountPath,
      body: AccountLimitsRequest,
      answer: DefinedLimits,
      problems: ["UnknownAccount", "CapacityReached"],
      run: ({ accountID }, request, operator) =>
        limitAccount(edge, { accountID: Number(accountID), symbol: null, request, operator }),
    }),
    definition(edge, {
      operationId: "limitAccountInInstrument",
      summary: "Cap an account's open orders in one instrument",
      path: "/v1/admin/accounts/:accountID/limits/:symbol",
      params: AccountSymbolPath,
      body: InstrumentLimitsRequest,
      answer: DefinedLimits,
      problems: ["InvalidDefinition", "UnknownSymbol", "UnknownAccount", "CapacityReached"],
      run: ({ accountID, symbol }, request, operator) =>
        limitAccount(edge, { accountID: Number(accountID), symbol, request, operator }),
    }),
  ];
}

function fees(edge: Edge): Route[] {
  return [
    definition(edge, {
      operationId: "setFees",
      summary: "Set what a fee tier pays in every instrument that has no schedule of its own",
      path: "/v1/admin/fees/:feeTier",
      params: FeeTierPath,
      body: FeeScheduleRequest,
      answer: DefinedFees,
      problems: ["InvalidDefinition", "CapacityReached"],
      run: ({ feeTier }, request, operator) =>
        setFees(edge, { feeTier: Number(feeTier), symbol: "", request, operator }),
    }),
    definition(edge, {
      operationId: "setFeesInInstrument",
      summary: "Set what a fee tier pays in one instrument",
      path: "/v1/admin/fees/:feeTier/:symbol",
      params: FeeTierSymbolPath,
      body: FeeScheduleRequest,
      answer: DefinedFees,
      problems: ["InvalidDefinition", "UnknownSymbol", "CapacityReached"],
      run: ({ feeTier, symbol }, request, operator) =>
        setFees(edge, { feeTier: Number(feeTier), symbol, request, operator }),
    }),
  ];
}

interface DefinitionRoute<Params, Body> {
  readonly operationId: string;
  readonly summary: string;
  readonly path: string;
  readonly params: ZodType<Params>;
  readonly body: ZodType<Body>;
  readonly answer: ZodType;
  readonly problems: readonly ProblemCode[];
  run(params: Params, body: Body, operator: Operator): Promise<Answer>;
}

function definition<Params, Body>(edge: Edge, route: DefinitionRoute<Params, Body>): Route {
  const { operationId, summary, path, params, body, answer, problems } = route;
  return {
    method: "PUT",
    path,
    limit: "admin",
    operation: {
      operationId,
      summary,
      tag: "Administration",
      scope: "admin",
      path: params,
      body,
      idempotent: true,
      answers: { 200: answer, 202: PendingAnswer },
      problems: [...anyRoute, ...withToken, ...withBody, ...withCommand, ...problems],
    },
    handle: async (c, principal) => {
      const accountID = accountOf(principal);
      const named = parseParams(Object.entries(c.req.param()), params);
      const text = await readJsonText(c.req.raw);
      const idempotencyKey = idempotencyKeyOf(c.req.raw.headers);
      const repeatable = { accountID, idempotencyKey, text: `PUT ${c.req.path}\n${text}` };
      const answered = await edge.repeats.once(repeatable, () =>
        route.run(named, parseBody(text, body), { accountID, idempotencyKey }),
      );
      return send(c, answered);
    },
  };
}

function listings(edge: Edge): Route[] {
  const { reference } = edge;
  return [
    listing({
      operationId: "listedInstruments",
      what: "instruments",
      answer: ListedInstruments,
      read: () => ({ instruments: reference.instruments.map(instrumentListing) }),
    }),
    listing({
      operationId: "listedAccounts",
      what: "accounts",
      answer: ListedAccounts,
      read: () => ({ accounts: reference.accounts.map(accountListing) }),
    }),
    listing({
      operationId: "listedLimits",
      what: "limits",
      summary: "All caps on accounts' open orders",
      answer: ListedAccountLimits,
      read: () => ({
        limits: reference.limits.map((each) =>
          limitsListing(each, reference.instrument(each.symbol)),
        ),
      }),
    }),
    listing({
      operationId: "listedFees",
      what: "fees",
      summary: "What every fee tier pays",
      answer: ListedFeeSchedules,
      read: () => ({ feeSchedules: reference.fees.map(feesListing) }),
    }),
    listing({
      operationId: "listedKeys",
      what: "keys",
      answer: ListedKeys,
      read: () => ({ keys: reference.keys.map(keyListing) }),
    }),
    listing({
      operationId: "listedPartitions",
      what: "partitions",
      summary: "How far each partition is, and who owns it",
      answer: ListedPartitions,
      read: async () => ({ partitions: await listPartitions(edge) }),
    }),
  ];
}

interface Listing {
  readonly operationId: string;
  readonly what: string;
  readonly summary?: string;
  readonly answer: ZodType;
  read(): object | Promise<object>;
}

function listing({ operationId, what, summary, answer, read }: Listing): Route {
  return {
    method: "GET",
    path: `/v1/admin/${what}`,
    limit: "admin",
    operation: {
      operationId,
      summary: summary ?? `All ${what} as they are defined now`,
      tag: "Administration",
      scope: "admin",
      answers: { 200: answer },
      problems: [...anyRoute, ...withToken],
    },
    handle: async (c) => send(c, { status: 200, body: await read() }),
  };
}
