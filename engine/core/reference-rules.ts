import { writeWideFrom } from "../../schema/wide.ts";
import type { TradingState } from "../../schema/generated/enums.ts";
import { readText, readUint53, readWide, writeText, writeUint53 } from "../../schema/wire.ts";
import type { AccountLimitsCapture, FeeScheduleCapture } from "./capture.ts";
import type { ScheduledState } from "./scheduled-states.ts";

/** The records of the reference section that say what operators have set: caps, fees, and changes of trading states to come. */

/** A change of a trading state that waits (SEMANTICS §5e). */
export interface ReferenceScheduledState {
  /** Log time in ms. */
  readonly effectiveTime: number;
  readonly securityID: number;
  readonly tradingState: TradingState;
}

/** Millionths of the notional that maker and taker pay; below 0 they are paid (SEMANTICS §5c). */
export interface ReferenceFeeSchedule {
  readonly feeTier: number;
  /** Empty: each instrument for which the tier has none of its own. */
  readonly symbol: string;
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
}

/** Caps on an account's open orders in one instrument; 0 = any (SEMANTICS §5b). */
export interface ReferenceAccountLimits {
  readonly accountID: number;
  /** Empty: each instrument for which the account has no limits of its own. */
  readonly symbol: string;
  readonly openOrderCountMax: number;
  readonly openNotionalMax: bigint;
}

/** Byte offsets inside the records. */
export const FeesField = {
  feeTier: 0,
  makerFeePpm: 4,
  takerFeePpm: 8,
  symbol: 16,
  bytes: 32,
} as const;
export const LimitsField = {
  accountID: 0,
  openOrderCountMax: 4,
  symbol: 8,
  openNotionalMax: 24,
  bytes: 40,
} as const;
export const ScheduledField = {
  effectiveTime: 0,
  securityID: 8,
  tradingState: 12,
  bytes: 16,
} as const;

export const readAccountLimits = (view: DataView, at: number): ReferenceAccountLimits => ({
  accountID: view.getUint32(at + LimitsField.accountID, true),
  symbol: readText(view, at + LimitsField.symbol, 16),
  openOrderCountMax: view.getUint32(at + LimitsField.openOrderCountMax, true),
  openNotionalMax: readWide(view, at + LimitsField.openNotionalMax),
});

export const readFeeSchedule = (view: DataView, at: number): ReferenceFeeSchedule => ({
  feeTier: view.getUint32(at + FeesField.feeTier, true),
  symbol: readText(view, at + FeesField.symbol, 16),
  makerFeePpm: view.getInt32(at + FeesField.makerFeePpm, true),
  takerFeePpm: view.getInt32(at + FeesField.takerFeePpm, true),
});

export const readScheduledState = (view: DataView, at: number): ReferenceScheduledState => ({
  effectiveTime: readUint53(view, at + ScheduledField.effectiveTime),
  securityID: view.getUint32(at + ScheduledField.securityID, true),
  tradingState: view.getUint32(at + ScheduledField.tradingState, true) as TradingState,
});

export const writeScheduledState = (view: DataView, at: number, change: ScheduledState): void => {
  writeUint53(view, at + ScheduledField.effectiveTime, change.effectiveTime);
  view.setUint32(at + ScheduledField.securityID, change.securityID, true);
  view.setUint32(at + ScheduledField.tradingState, change.tradingState, true);
};

export const writeAccountLimits = (
  view: DataView,
  at: number,
  limits: AccountLimitsCapture,
): void => {
  view.setUint32(at + LimitsField.accountID, limits.accountID, true);
  view.setUint32(at + LimitsField.openOrderCountMax, limits.openOrderCountMax, true);
  writeText(view, at + LimitsField.symbol, 16, limits.symbol);
  writeWideFrom(view, at + LimitsField.openNotionalMax, limits.openNotionalMax);
};

export const writeFeeSchedule = (
  view: DataView,
  at: number,
  schedule: FeeScheduleCapture,
): void => {
  view.setUint32(at + FeesField.feeTier, schedule.feeTier, true);
  view.setInt32(at + FeesField.makerFeePpm, schedule.makerFeePpm, true);
  view.setInt32(at + FeesField.takerFeePpm, schedule.takerFeePpm, true);
  writeText(view, at + FeesField.symbol, 16, schedule.symbol);
};
