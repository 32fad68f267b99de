/**
 * The oracle's state: arrays and Maps of plain objects, quantities and cash as bigint. Slow and obvious on purpose;
 * written from docs/SEMANTICS.md alone, so that a misreading in the core does not repeat itself here.
 */
import type {
  AccountStatus,
  Decision,
  KeyAlgorithm,
  KeyStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";

export interface NaiveLimits {
  readonly orderCountMax: number;
  readonly instrumentCountMax: number;
  readonly accountCountMax: number;
  readonly keyCountMax: number;
  readonly idWindowEntryMax: number;
  /** Milliseconds of log time. */
  readonly idWindowMs: number;
}

export const naiveLimitsDefault: NaiveLimits = {
  orderCountMax: 16_777_216,
  instrumentCountMax: 1_024,
  accountCountMax: 65_536,
  keyCountMax: 65_536,
  idWindowEntryMax: 4_194_304,
  idWindowMs: 600_000,
};

/** One version of the semantics: what differs from the others. */
export interface NaiveSemantics {
  readonly semanticsVersion: number;
  /** Up to here commands are read. */
  readonly schemaVersion: number;
  readonly rules: {
    readonly scheduledStateCountMax: number;
    readonly deferredCountMax: number;
  };
}

/** What a build knows, a partition's first one first. */
export type NaiveSemanticsList = readonly [NaiveSemantics, ...NaiveSemantics[]];

/** An order from its acceptance on: taker first, perhaps maker later. */
export interface NaiveOrder {
  readonly orderID: string;
  readonly accountID: number;
  readonly firstSeqNum: number;
  /** rptSeq of its OrderAccepted. */
  readonly entryRptSeq: number;
  readonly side: Side;
  /** Of an order that was triggered: what it became. */
  ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly postOnly: boolean;
  readonly expireTime: number;
  /** Price units; 0 for a market order. */
  price: number;
  orderQty: bigint;
  leavesQty: bigint;
  cumQty: bigint;
  preventedQty: bigint;
  /** Of an iceberg: most that it shows at a time; 0 for others. */
  readonly displayQty: bigint;
  /** What it shows now, where it rests; of others all of leavesQty. */
  shownQty: bigint;
  /** What is left to spend, in price unit x quantity unit; null for an order by quantity. */
  cash: bigint | null;
  /** What it waits for; null for an order that never waited and one that was triggered. */
  trigger: NaiveTrigger | null;
  /** Of the connection that brought it and asked for a dead-man timer; 0 = none. */
  readonly connectionID: number;
  /** The other leg of its pair, as long as there is one. */
  other: NaiveOrder | null;
}

export interface NaiveTrigger {
  /** Price units, as it stands now. */
  stopPx: number;
  /** Of a trailing stop; 0 for others. */
  readonly pegOffsetValue: number;
  /** rptSeq of the event that gave it its place among those with the same stopPx. */
  placeRptSeq: number;
  /** A trade has reached it; it waits for the end of the taker's walk. */
  isReached: boolean;
}

export interface NaiveInstrument {
  readonly securityID: number;
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  tickSize: number;
  lotSize: bigint;
  minOrderQty: bigint;
  maxOrderQty: bigint;
  selfTradePrevention: SelfTradePrevention;
  tradingState: TradingState;
  /** Of the instrument's last event. */
  rptSeq: number;
  /** Book order: best price first, each level in queue order. */
  readonly bids: NaiveOrder[];
  readonly asks: NaiveOrder[];
  /** Basis points around the reference price, 0 = any price: of entry, of a taker's trades. */
  priceBandBps: number;
  takerBandBps: number;
  /** Before the first trade; 0 = none. */
  referencePrice: number;
  /** Of the last trade; 0 before the first. */
  lastPx: number;
  /** While its state is Auction: what was said last of what it would come to. */
  published: NaiveIndication | null;
  /** Orders that wait for a trade, in no order. */
  readonly waiting: Set<NaiveOrder>;
}

export interface NaiveIndication {
  readonly indicativePrice: number;
  readonly indicativeQty: number;
  readonly imbalanceQty: number;
  readonly imbalanceSide: Side;
}

export interface NaiveAccount {
  readonly accountID: number;
  readonly accountStatus: AccountStatus;
  readonly name: string;
  /** 0 = none: no fees. */
  readonly feeTier: number;
}

/** A dead-man timer that is armed. */
export interface NaiveTimer {
  readonly deadline: number;
  readonly accountID: number;
  /** Of one connection's; 0 = the account's own. */
  readonly connectionID: number;
}

/** Millionths of the notional that maker and taker pay; below 0 they are paid. */
export interface NaiveFeeSchedule {
  readonly feeTier: number;
  /** Empty: each instrument for which the tier has no schedule of its own. */
  readonly symbol: string;
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
}

/** Caps on an account's open orders in one instrument; 0 = any number. */
export interface NaiveAccountLimits {
  readonly accountID: number;
  /** Empty: each instrument for which the account has no limits of its own. */
  readonly symbol: string;
  readonly openOrderCountMax: number;
  readonly openNotionalMax: bigint;
}

export interface NaiveKey {
  readonly keyID: string;
  readonly accountID: number;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keyStatus: KeyStatus;
  readonly scopes: number;
  readonly publicKey: string;
}

export interface NaiveIdEntry {
  readonly id: string;
  readonly accountID: number;
  readonly requestHash: string;
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly entryTime: number;
  readonly decision: Decision;
  readonly reason: number;
  /** Of a deferred order: at which attempt it is deferred. */
  readonly attempt: number;
  /** Of an order that was deferred once: 1 it is dead, 2 it was dead and has been replayed. */
  readonly mark: number;
}

/** What the refusal of a deferred order will say of it. */
export interface NaiveDeferred {
  readonly orderID: string;
  readonly accountID: number;
  readonly firstSeqNum: number;
  readonly validUntil: number;
  readonly orderQty: number;
  readonly price: number;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly symbol: string;
  readonly clOrdID: string;
  /** As of an order. */
  readonly connectionID: number;
}

/** A command that an operator has set aside. */
export interface NaiveQuarantine {
  readonly commandOffset: number;
  readonly commandHash: string;
}

/** A change of a trading state that waits for its time. */
export interface NaiveScheduledState {
  readonly effectiveTime: number;
  readonly securityID: number;
  readonly tradingState: TradingState;
}

export interface Resting {
  readonly order: NaiveOrder;
  readonly instrument: NaiveInstrument;
}

export interface NaiveState {
  readonly limits: NaiveLimits;
  /** All that are known, and the one that decides. */
  readonly semantics: NaiveSemanticsList;
  active: NaiveSemantics;
  /** Log time after the last command, ms. */
  now: number;
  readonly accounts: Map<number, NaiveAccount>;
  readonly keys: Map<string, NaiveKey>;
  /** In no order. */
  accountLimits: readonly NaiveAccountLimits[];
  /** In no order. */
  feeSchedules: readonly NaiveFeeSchedule[];
  /** In no order. */
  timers: readonly NaiveTimer[];
  /** In no order. */
  scheduled: readonly NaiveScheduledState[];
  /** In order of securityID: index + 1. */
  readonly instruments: NaiveInstrument[];
  /** Every open order: those that rest and those that wait for their trigger. */
  readonly resting: Map<string, Resting>;
  /** In order of entry, which is also the order of entryTime. */
  readonly idWindow: Map<string, NaiveIdEntry>;
  /** Entries in the id window by accountID. */
  readonly entryCounts: Map<number, number>;
  /** By orderID, in order of firstSeqNum. */
  readonly deferred: Map<string, NaiveDeferred>;
  /** Pending ones. */
  quarantines: readonly NaiveQuarantine[];
}

/** Where and as what a command stands on the log, and the events that it comes to. */
export interface CommandRun {
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly events: Event[];
}

export function createNaiveState(
  limits: Partial<NaiveLimits>,
  semantics: NaiveSemanticsList,
): NaiveState {
  return {
    limits: { ...naiveLimitsDefault, ...limits },
    semantics,
    active: semantics[0],
    now: 0,
    accounts: new Map(),
    keys: new Map(),
    accountLimits: [],
    feeSchedules: [],
    timers: [],
    scheduled: [],
    instruments: [],
    resting: new Map(),
    idWindow: new Map(),
    entryCounts: new Map(),
    deferred: new Map(),
    quarantines: [],
  };
}

export function nextRptSeq(instrument: NaiveInstrument): number {
  instrument.rptSeq += 1;
  return instrument.rptSeq;
}

export function instrumentOf(state: NaiveState, symbol: string): NaiveInstrument | undefined {
  return state.instruments.find((instrument) => instrument.symbol === symbol);
}

/** Whether a timer is the account's own, for connectionID 0, or that of its connection. */
export function isTimerOf(timer: NaiveTimer, accountID: number, connectionID: number): boolean {
  return timer.accountID === accountID && timer.connectionID === connectionID;
}

/** A field of a newer version of an event: absent where it says nothing. */
export function given<Name extends string>(
  name: Name,
  value: number | undefined,
): Partial<Record<Name, number>> {
  return value === undefined || value === 0 ? {} : ({ [name]: value } as Record<Name, number>);
}
