import { BusinessRejectReasonName, TradingStateName } from "../schema/generated/enums.ts";
import type { Event } from "../schema/generated/records.ts";
import type {
  AccountRequest,
  FeeScheduleRequest,
  InstrumentLimitsRequest,
  InstrumentRequest,
  KeyRequest,
  SemanticsRequest,
  StatusRequest,
} from "../schema/http/admin.ts";
import { commandIDOf } from "../schema/identity/order-id.ts";
import { timeText } from "./answers.ts";
import { positionsOf } from "./cancels.ts";
import {
  accountDefinition,
  accountLimits,
  feeSchedule,
  keyDefinition,
  securityDefinition,
  securityStatus,
} from "./definitions.ts";
import type { Edge } from "./edge.ts";
import {
  accountListing,
  feesListing,
  instrumentListing,
  keyListing,
  limitsListing,
} from "./listings.ts";
import { refusal, refusalOfRepeat } from "./order-answers.ts";
import type { Submitted } from "./outcomes.ts";
import { listPartitions } from "./partitions.ts";
import { ApiProblem } from "./problems.ts";
import type { Answer } from "./repeats.ts";

/** Who sets something. Without a key each request is one of its own, so that a PUT sent again later is carried out again. */
export interface Operator {
  readonly accountID: number;
  readonly idempotencyKey: string | null;
}

type Services = Pick<Edge, "commands" | "reference">;

/** Lists or changes an instrument. Throws ApiProblem. */
export async function defineInstrument(
  edge: Services,
  { symbol, request, operator }: { symbol: string; request: InstrumentRequest; operator: Operator },
): Promise<Answer> {
  const definition = securityDefinition(request, { symbol, accountID: operator.accountID });
  const command = identified(definition, operator);
  const submitted = await edge.commands.toSymbol(symbol, command);
  const event = decidedEvent(submitted, command.commandID);
  if (event === null) return pending;
  const instrument = edge.reference.instrument(symbol);
  if (instrument === undefined) throw new Error("A defined instrument is listed");
  const created = event.kind === "SecurityDefined" && event.created;
  const position = positionsOf([submitted]);
  return { status: 200, body: { ...instrumentListing(instrument), created, position } };
}

/** Opens, halts or closes an instrument, at once or at a log time to come. Throws ApiProblem. */
export async function setTradingState(
  edge: Services,
  { symbol, request, operator }: { symbol: string; request: StatusRequest; operator: Operator },
): Promise<Answer> {
  if (edge.reference.instrument(symbol) === undefined) {
    throw new ApiProblem("UnknownSymbol", "No such instrument is listed");
  }
  const command = identified(securityStatus(request, { symbol, operator }), operator);
  const submitted = await edge.commands.toSymbol(symbol, command);
  const { body } = submitted;
  if (body === null || decidedEvent(submitted, command.commandID) === null) return pending;
  const { tradingState, effectiveTime } = command;
  return {
    status: 200,
    body: {
      symbol,
      tradingState: TradingStateName[tradingState],
      ...(effectiveTime === 0 ? {} : { effectiveTime: timeText(effectiveTime) }),
      transactTime: timeText(body.transactTime),
      position: positionsOf([submitted]),
    },
  };
}

/** Opens or changes an account in every partition. Throws ApiProblem when one of them refuses. */
export async function defineAccount(
  edge: Services,
  account: { accountID: number; request: AccountRequest; operator: Operator },
): Promise<Answer> {
  const { accountID, request, operator } = account;
  const definition = accountDefinition(request, accountID);
  const command = identified(definition, operator);
  const submitted = await edge.commands.toAll(command);
  const events = submitted.map((each) => decidedEvent(each, command.commandID));
  if (events.includes(null)) return pending;
  const listing = accountListing(definition);
  return { status: 200, body: { ...listing, position: positionsOf(submitted) } };
}

/** Sets an account's caps, in one instrument or in all that have none of their own. Throws ApiProblem. */
export async function limitAccount(
  edge: Services,
  limits: {
    accountID: number;
    symbol: string | null;
    request: InstrumentLimitsRequest;
    operator: Operator;
  },
): Promise<Answer> {
  const { accountID, symbol, request, operator } = limits;
  const instrument = symbol === null ? null : edge.reference.instrument(symbol);
  if (instrument === undefined) {
    throw new ApiProblem("UnknownSymbol", "No such instrument is listed");
  }
  const command = identified(accountLimits(request, { accountID, instrument }), operator);
  const submitted =
    instrument === null
      ? await edge.commands.toAll(command)
      : [await edge.commands.toSymbol(instrument.symbol, command)];
  const events = submitted.map((each) => decidedEvent(each, command.commandID));
  if (events.includes(null)) return pending;
  const listing = limitsListing(command, instrument ?? undefined);
  return { status: 200, body: { ...listing, position: positionsOf(submitted) } };
}

/** Sets what a tier pays, in one instrument or in all that have no schedule of their own. Throws ApiProblem. */
export async function setFees(
  edge: Services,
  fees: { feeTier: number; symbol: string; request: FeeScheduleRequest; operator: Operator },
): Promise<Answer> {
  const { feeTier, symbol, request, operator } = fees;
  if (symbol !== "" && edge.reference.instrument(symbol) === undefined) {
    throw new ApiProblem("UnknownSymbol", "No such instrument is listed");
  }
  const { accountID } = operator;
  const command = identified(feeSchedule(request, { accountID, feeTier, symbol }), operator);
  const submitted =
    symbol === ""
      ? await edge.commands.toAll(command)
      : [await edge.commands.toSymbol(symbol, command)];
  const events = submitted.map((each) => decidedEvent(each, command.commandID));
  if (events.includes(null)) return pending;
  return { status: 200, body: { ...feesListing(command), position: positionsOf(submitted) } };
}

/** Registers, changes or revokes a key; keys stand on partition 0 alone. Throws ApiProblem. */
export async function defineKey(
  edge: Services,
  { keyID, request, operator }: { keyID: string; request: KeyRequest; operator: Operator },
): Promise<Answer> {
  const definition = await keyDefinition(request, keyID);
  const command = identified(definition, operator);
  const submitted = await edge.commands.toPartition(0, command);
  if (decidedEvent(submitted, command.commandID) === null) return pending;
  return { status: 200, body: { ...keyListing(definition), position: positionsOf([submitted]) } };
}

/** Makes semantics active in every partition. Throws ApiProblem; nothing is sent where a partition's owner lacks them. */
export async function activateSemantics(
  edge: Edge,
  { request, operator }: { request: SemanticsRequest; operator: Operator },
): Promise<Answer> {
  const { semanticsVersion } = request;
  const wanted = edge.semantics.find((each) => each.semanticsVersion === semanticsVersion);
  if (wanted === undefined) throw lacking("this gateway", semanticsVersion);
  for (const { partition, owner } of await listPartitions(edge)) {
    const has = owner?.semanticsMax ?? 0;
    const who = owner === undefined ? "whoever owns" : `${owner.node} (${owner.build}), owner of`;
    if (has < semanticsVersion) throw lacking(`${who} partition ${partition}`, semanticsVersion);
  }
  const { schemaVersion } = wanted;
  const { accountID } = operator;
  const activation = {
    kind: "ActivateSemantics",
    accountID,
    semanticsVersion,
    schemaVersion,
  } as const;
  const command = identified(activation, operator);
  const submitted = await edge.commands.toAll(command);
  const events = submitted.map((each) => decidedEvent(each, command.commandID));
  if (events.includes(null)) return pending;
  const position = positionsOf(submitted);
  return { status: 200, body: { semanticsVersion, schemaVersion, position } };
}

function lacking(who: string, semanticsVersion: number): ApiProblem {
  const detail = `As far as is known, ${who} has no semantics version ${semanticsVersion}: deploy it first`;
  return new ApiProblem("UnknownSemantics", detail);
}

const pending: Answer = { status: 202, body: {} };

type Identified =
  | "SecurityDefinition"
  | "SecurityStatus"
  | "AccountDefinition"
  | "AccountLimits"
  | "FeeSchedule"
  | "ActivateSemantics"
  | "KeyDefinition";

/** With an Idempotency-Key a repeat has the same commandID; the engine then tells another content by its requestHash. */
function identified<Command extends { readonly kind: Identified }>(
  command: Command,
  { accountID, idempotencyKey }: Operator,
): Command & { readonly commandID: string } {
  const commandID =
    idempotencyKey === null
      ? crypto.randomUUID()
      : commandIDOf([command.kind, String(accountID), idempotencyKey]);
  return { ...command, commandID };
}

/**
 * The event that says that the command was carried out, now or when it came first; null when that is not known yet. Throws ApiProblem
 * with the engine's refusal.
 */
function decidedEvent({ body, partition }: Submitted, commandID: string): Event | null {
  if (body === null) return null;
  // What fell due before the command, as a change of a trading state, comes first and is not its outcome.
  for (const event of body.events.toReversed()) {
    if (event.kind === "BusinessMessageReject") {
      throw refusal(BusinessRejectReasonName[event.businessRejectReason], { body, partition });
    }
    if (event.kind === "Duplicate") {
      const code = refusalOfRepeat(event, { body, partition });
      if (code !== null) throw refusal(code, { body, partition });
      return event;
    }
    if (definitionEvents.has(event.kind)) return event;
  }
  throw new Error(`The outcome of ${commandID} says nothing of it`);
}

const definitionEvents: ReadonlySet<Event["kind"]> = new Set<Event["kind"]>([
  "SecurityDefined",
  "SecurityStatusChanged",
  "SecurityStatusScheduled",
  "AccountDefined",
  "AccountLimitsChanged",
  "FeeScheduleChanged",
  "KeyDefined",
  "SemanticsActivated",
]);
