import type { Wide } from "../../schema/wide.ts";
import type { DeadManTimer } from "./dead-man-timers.ts";
import type { FeeRates } from "./fees.ts";
import type { PublishedIndication } from "./indication.ts";
import type { EngineLimits } from "./limits.ts";
import type { PendingQuarantine } from "./quarantines.ts";
import type { RecordPool } from "./record-pool.ts";
import type { ScheduledState } from "./scheduled-states.ts";
import type { PartitionState } from "./state.ts";

/**
 * A copy of the state between two commands, as raw memory: what a snapshot costs the hot path. It can be posted to a Worker, which
 * turns it into the canonical form (serialiseCapture).
 *
 * Cost: one copy of the pools' used part, 96 bytes an order and 64 an id window entry. Ladders, tables and timers are left out:
 * the order records hold all that they say.
 */
export interface EngineCapture {
  readonly limits: EngineLimits;
  readonly now: number;
  /** What is active. */
  readonly semanticsVersion: number;
  readonly schemaVersion: number;
  readonly accounts: PoolCapture;
  readonly keys: PoolCapture;
  /** By accountID, then by the bytes of the symbol. */
  readonly accountLimits: readonly AccountLimitsCapture[];
  /** By feeTier, then by the bytes of the symbol. */
  readonly feeSchedules: readonly FeeScheduleCapture[];
  readonly instruments: readonly InstrumentCapture[];
  /** By effectiveTime, then by securityID. */
  readonly scheduledStates: readonly ScheduledState[];
  readonly orders: PoolCapture;
  /** In the order in which they fire. */
  readonly deadManTimers: readonly DeadManTimer[];
  /** What stops, icebergs and orders of connections have beside their record. */
  readonly extras: PoolCapture;
  readonly window: PoolCapture;
  /** By firstSeqNum. */
  readonly deferred: readonly DeferredCapture[];
  readonly quarantines: readonly PendingQuarantine[];
  /** Every buffer of the capture, for postMessage. */
  readonly transfer: readonly ArrayBuffer[];
}

/** The records of slots 1 to top - 1, each memory of the pool in a buffer of its own. */
export interface PoolCapture {
  readonly top: number;
  readonly buffers: readonly ArrayBuffer[];
}

/** A deferred order without its entry; `said` is a block of a NewOrderSingle. */
export interface DeferredCapture {
  readonly firstSeqNum: number;
  readonly validUntil: number;
  readonly connectionID: number;
  readonly said: ArrayBuffer;
}

/** Caps of one account. */
export interface AccountLimitsCapture {
  readonly accountID: number;
  /** Empty: each instrument for which the account has no limits of its own. */
  readonly symbol: string;
  readonly openOrderCountMax: number;
  readonly openNotionalMax: Wide;
}

/** What a tier pays. */
export interface FeeScheduleCapture extends FeeRates {
  readonly feeTier: number;
  /** Empty: each instrument for which the tier has none of its own. */
  readonly symbol: string;
}

/** An instrument without its book. */
export interface InstrumentCapture extends PublishedIndication {
  readonly securityID: number;
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly minOrderQty: number;
  readonly maxOrderQty: number;
  readonly selfTradePrevention: number;
  readonly tradingState: number;
  readonly priceBandBps: number;
  readonly takerBandBps: number;
  readonly referencePrice: number;
  readonly rptSeq: number;
  readonly lastPx: number;
}

export const captureState = (state: PartitionState): EngineCapture => {
  const accounts = capturePool(state.accounts.pool);
  const keys = capturePool(state.keys.pool);
  const orders = capturePool(state.orders.pool);
  state.window.expire(state.now);
  const window = state.window.copy();
  const extras = capturePool(state.orders.extras.pool);
  const transfer = [accounts, keys, orders, extras, window].flatMap(({ buffers }) => buffers);
  const { limits, now } = state;
  const { semanticsVersion, schemaVersion } = state.semantics;
  const instruments = captureInstruments(state);
  const accountLimits = captureLimits(state);
  const deferred = state.deferred
    .inOrderOfEntry()
    .map(({ firstSeqNum, validUntil, connectionID, said }) => ({
      firstSeqNum,
      validUntil,
      connectionID,
      said: (said.buffer as ArrayBuffer).slice(0),
    }));
  const waiting = { deferred, quarantines: state.quarantines.pending };
  const feeSchedules = captureFees(state);
  const active = { limits, now, semanticsVersion, schemaVersion };
  const defined = { accounts, keys, accountLimits, feeSchedules, instruments };
  const scheduledStates = state.scheduled.listed;
  const deadManTimers = state.deadMen.listed;
  const rules = { ...active, ...defined, scheduledStates, deadManTimers };
  return { ...rules, orders, extras, window, ...waiting, transfer };
};

const capturePool = ({ top, memories }: RecordPool): PoolCapture => ({
  top,
  buffers: memories.map((memory) => memory.copy(top)),
});

const captureLimits = ({ accountLimits, instruments }: PartitionState): AccountLimitsCapture[] => {
  return accountLimits.accounts().flatMap(({ accountID, caps }) => {
    const own = [...caps.entries()].flatMap(([securityID, set]) => {
      if (set === undefined) return [];
      const symbol = securityID === 0 ? "" : instruments.at(securityID).symbol;
      const { openOrderCountMax, openNotionalMax } = set;
      return [{ accountID, symbol, openOrderCountMax, openNotionalMax }];
    });
    return own.sort((left, right) => (left.symbol < right.symbol ? -1 : 1));
  });
};

const captureFees = ({ fees, instruments }: PartitionState): FeeScheduleCapture[] => {
  const captured = fees.listed().map(({ feeTier, securityID, makerFeePpm, takerFeePpm }) => ({
    feeTier,
    symbol: securityID === 0 ? "" : instruments.at(securityID).symbol,
    makerFeePpm,
    takerFeePpm,
  }));
  return captured.sort(
    (left, right) => left.feeTier - right.feeTier || (left.symbol < right.symbol ? -1 : 1),
  );
};

const captureInstruments = ({ instruments }: PartitionState): InstrumentCapture[] => {
  return Array.from({ length: instruments.count }, (_, index) => {
    const instrument = instruments.at(index + 1);
    const {
      ladder: _ladder,
      asks: _asks,
      stops: _stops,
      symbolWords: _words,
      symbolHash: _hash,
      firstOfOrderIDs: _first,
      hasCaps: _hasCaps,
      hasFees: _hasFees,
      isGuarded: _isGuarded,
      indication,
      ...definition
    } = instrument;
    const { rptSeq: _rptSeq, ...published } = indication;
    return { ...definition, ...published };
  });
};
