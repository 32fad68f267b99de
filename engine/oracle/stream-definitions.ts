/** Turns an intent into a command of the operator's. */
import {
  AccountStatus,
  DisconnectScope,
  KeyAlgorithm,
  KeyStatus,
  SelfTradePrevention,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { AccountLimits } from "../../schema/generated/account-limits.ts";
import type { AccountDefinition } from "../../schema/generated/account-definition.ts";
import type { ActivateSemantics } from "../../schema/generated/activate-semantics.ts";
import type { CancelOnDisconnect } from "../../schema/generated/cancel-on-disconnect.ts";
import type { FeeSchedule } from "../../schema/generated/fee-schedule.ts";
import type { KeyDefinition } from "../../schema/generated/key-definition.ts";
import type { SecurityDefinition } from "../../schema/generated/security-definition.ts";
import type { SecurityStatus } from "../../schema/generated/security-status.ts";
import type { StreamContext } from "./stream-context.ts";
import { Flaw } from "./stream-intent.ts";
import type { Intent } from "./stream-intent.ts";
import { connectionIDs, has } from "./stream-orders.ts";
import { earlySymbols, symbols } from "./stream-shape.ts";

export function makeSecurityDefinition(context: StreamContext, intent: Intent): SecurityDefinition {
  const shape = context.instrumentShape(intent);
  const isRegrid = intent.manner >= 8 && context.shape.features.has("regrid");
  const isOther = intent.manner % 8 === 7;
  const others = intent.manner === 15 ? [...symbols, ...earlySymbols] : symbols;
  const other = others[intent.target % others.length] ?? shape.symbol;
  return {
    kind: "SecurityDefinition",
    ...context.commandFields(intent),
    accountID: 0,
    commandID: context.newID(intent, intent.target >>> 0),
    priceExponent: has(intent, Flaw.offTick) ? 10 - 29 * (intent.target % 2) : -2,
    qtyExponent: has(intent, Flaw.offLot) ? -7 - (intent.target % 13) : -8,
    symbol: has(intent, Flaw.unknownSymbol)
      ? strangeSymbol(intent)
      : isOther
        ? other
        : shape.symbol,
    baseCurrency: has(intent, Flaw.unknownAccount) ? "" : "BTC",
    quoteCurrency: has(intent, Flaw.noPrice) ? (["", "EUR"][intent.target % 2] ?? "") : "USD",
    tickSize: has(intent, Flaw.negativePrice)
      ? -(intent.target % 2)
      : isRegrid
        ? 1 + (intent.target % 7)
        : shape.tickSize,
    selfTradePrevention: has(intent, Flaw.noSide) ? SelfTradePrevention.Default : modeOf(intent),
    lotSize: has(intent, Flaw.noQty) ? 0 : isRegrid ? 1 + (intent.target % 5) : shape.lotSize,
    minOrderQty: has(intent, Flaw.hugeQty) ? 1_000 : shape.minOrderQty,
    maxOrderQty: has(intent, Flaw.hugeQty) ? 999 + (intent.target % 2) : shape.maxOrderQty,
    tradingState: intent.manner % 8 === 6 ? stateOf(intent) : TradingState.Open,
    ...makeBands(context, intent),
  };
}

/** Narrow ones and wide ones; a flaw makes one that is too wide. */
function makeBands(
  context: StreamContext,
  intent: Intent,
): { priceBandBps?: number; takerBandBps?: number; referencePrice?: number } {
  if (!context.shape.features.has("band") || !context.mayRead(intent, 3)) return {};
  const { centre, tickSize } = context.instrumentShape(intent);
  const ticks = Math.ceil((tickSize * 10_000) / centre);
  const bpsOf = (choice: number): number =>
    Math.min(([0, 0, 1, 5, 50][choice % 5] ?? 0) * ticks + (choice % 3), 1_000_000);
  return {
    priceBandBps: has(intent, Flaw.extraCash) ? 1_000_001 : bpsOf(intent.target >>> 2),
    takerBandBps: bpsOf(intent.target >>> 5),
    referencePrice: has(intent, Flaw.otherTimeInForce) ? -1 : intent.target % 2 === 0 ? 0 : centre,
  };
}

export function makeAccountLimits(context: StreamContext, intent: Intent): AccountLimits {
  const { symbol, centre, lotSize } = context.instrumentShape(intent);
  const lots = BigInt(intent.lots) * BigInt(lotSize) * BigInt(1 + (intent.target % 7));
  return {
    kind: "AccountLimits",
    ...context.commandFields(intent),
    commandID: context.newID(intent, intent.target >>> 0),
    symbol: has(intent, Flaw.unknownSymbol) ? "NONE" : intent.manner % 2 === 0 ? symbol : "",
    openOrderCountMax: intent.manner % 4 < 2 ? 0 : 1 + (intent.target % 9),
    openNotionalMax: intent.manner % 8 < 4 ? 0n : BigInt(centre) * lots,
  };
}

export function makeSecurityStatus(context: StreamContext, intent: Intent): SecurityStatus {
  return {
    kind: "SecurityStatus",
    ...context.commandFields(intent),
    accountID: 0,
    commandID: context.newID(intent, intent.target >>> 0),
    tradingState: intent.manner < 10 ? TradingState.Open : stateOf(intent),
    symbol: has(intent, Flaw.unknownSymbol)
      ? strangeSymbol(intent)
      : context.instrumentShape(intent).symbol,
  };
}

/** From one state of a session to the next, at once or at a time. */
export function makeSession(context: StreamContext, intent: Intent): SecurityStatus {
  const present = context.instrument(intent)?.tradingState ?? TradingState.Open;
  const tradingState = nextState(present, intent);
  return { ...makeSecurityStatus(context, intent), tradingState, ...makeTime(context, intent) };
}

/** Mostly to an auction and back to Open. */
function nextState(present: TradingState, { manner }: Intent): TradingState {
  const { Open, Halt, Closed, PreOpen, Auction } = TradingState;
  const states =
    present === Open
      ? [Closed, Halt, PreOpen, Auction, Auction]
      : [Open, Auction, Open, Halt, Open, PreOpen, Closed];
  return states[manner % states.length] ?? Open;
}

/** Some pass at once, some soon, some never; now and then one that has passed already. */
function makeTime(context: StreamContext, intent: Intent): { effectiveTime?: number } {
  if (intent.target % 2 === 0) return {};
  const waits = [0, 1, 3, 10, 50, 100_000];
  const wait = (waits[(intent.target >>> 4) % waits.length] ?? 0) * context.waitUnit;
  return { effectiveTime: Math.max(1, context.now + wait) };
}

export function makeAccountDefinition(context: StreamContext, intent: Intent): AccountDefinition {
  const fields = context.commandFields(intent);
  return {
    kind: "AccountDefinition",
    ...fields,
    accountID: intent.manner === 15 ? 100 + (intent.target % 30) : fields.accountID,
    commandID: context.newID(intent, intent.target >>> 0),
    accountStatus: intent.manner === 14 ? AccountStatus.Disabled : AccountStatus.Active,
    name: has(intent, Flaw.noQty) ? "" : `account ${intent.target % 10}`,
    ...(context.shape.features.has("fee") && context.mayRead(intent, 4)
      ? { feeTier: (intent.target + intent.account) % 4 }
      : {}),
  };
}

/** Mostly the next of the versions that there are; now and then one that is active or older, or one that goes with another schema. */
export function makeActivateSemantics(context: StreamContext, intent: Intent): ActivateSemantics {
  const { semantics } = context.shape;
  const next = semantics.findIndex((each) => each === context.activeSemantics) + 1;
  const place = intent.manner < 12 ? Math.min(next, semantics.length - 1) : intent.target;
  const { semanticsVersion, schemaVersion } = semantics[place % semantics.length] ?? semantics[0];
  return {
    kind: "ActivateSemantics",
    ...context.commandFields(intent),
    accountID: 0,
    commandID: context.newID(intent, intent.target >>> 0),
    semanticsVersion: has(intent, Flaw.offLot) ? 0 : semanticsVersion,
    schemaVersion: schemaVersion + (has(intent, Flaw.offTick) ? 1 : 0),
  };
}

/** Some run out at once, some soon, some never; all of it in the stream's own time. */
export function makeCancelOnDisconnect(context: StreamContext, intent: Intent): CancelOnDisconnect {
  const unit = context.waitUnit;
  const timeouts = [0, 1, unit, 10 * unit, 100 * unit, 4_294_967_295];
  return {
    kind: "CancelOnDisconnect",
    ...context.commandFields(intent),
    commandID: context.newID(intent, intent.target >>> 0),
    timeoutMs: timeouts[intent.target % timeouts.length] ?? 0,
    ...makeScope(context, intent),
  };
}

/** Mostly of a connection; a flaw makes a scope that does not go with it. */
function makeScope(
  context: StreamContext,
  intent: Intent,
): Pick<CancelOnDisconnect, "scope" | "connectionID"> {
  if (!context.shape.features.has("connection") || intent.manner % 4 === 0) return {};
  const connectionID = connectionIDs[(intent.target >>> 5) % connectionIDs.length] ?? 0;
  const isWhole = !has(intent, Flaw.noSide);
  return { connectionID, ...(isWhole ? { scope: DisconnectScope.Connection } : {}) };
}

export function makeFeeSchedule(context: StreamContext, intent: Intent): FeeSchedule {
  const { symbol } = context.instrumentShape(intent);
  const ppmOf = (choice: number): number =>
    [0, 1, 250, 999, 100_000, -1, -100, -10_000, 333_333, -20_000][choice % 10] ?? 0;
  return {
    kind: "FeeSchedule",
    ...context.commandFields(intent),
    commandID: context.newID(intent, intent.target >>> 0),
    feeTier: intent.target % 4,
    symbol: has(intent, Flaw.unknownSymbol) ? "NONE" : intent.manner % 2 === 0 ? symbol : "",
    makerFeePpm: ppmOf(intent.target >>> 3),
    takerFeePpm: Math.abs(ppmOf(intent.target >>> 7)) * (has(intent, Flaw.extraCash) ? -1 : 1),
  };
}

export function makeKeyDefinition(context: StreamContext, intent: Intent): KeyDefinition {
  const fields = context.commandFields(intent);
  return {
    kind: "KeyDefinition",
    ...fields,
    accountID: intent.manner === 15 ? 0 : fields.accountID,
    commandID: context.newID(intent, intent.target >>> 0),
    keyAlgorithm: intent.side === 0 ? KeyAlgorithm.EdDSA : KeyAlgorithm.ES256,
    keyStatus: intent.manner % 4 === 3 ? KeyStatus.Revoked : KeyStatus.Active,
    keyID: has(intent, Flaw.noPrice) ? "" : `key-${intent.target % 20}`,
    scopes: has(intent, Flaw.noQty) ? 0 : 1 + (intent.target % 7),
    publicKey: (intent.target >>> 0).toString(16).padStart(8, "0").repeat(16),
  };
}

function strangeSymbol(intent: Intent): string {
  return ["", "lower", "-DASH", "UNKNOWN", "SPACE D", "~"][intent.target % 6] ?? "";
}

function modeOf(intent: Intent): SelfTradePrevention {
  const modes = Object.values(SelfTradePrevention).filter(
    (mode) => mode !== SelfTradePrevention.Default,
  );
  return modes[intent.lots % modes.length] ?? SelfTradePrevention.CancelNewest;
}

function stateOf(intent: Intent): TradingState {
  const states = Object.values(TradingState);
  return states[intent.target % states.length] ?? TradingState.Open;
}
