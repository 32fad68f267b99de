import {
  AccountStatusName,
  BusinessRejectReasonName,
  CancelReasonName,
  CxlRejReasonName,
  CxlRejResponseToName,
  DeadReasonName,
  DeadResolutionName,
  DecisionName,
  DisconnectScopeName,
  KeyAlgorithmName,
  KeyStatusName,
  OrdRejReasonName,
  OrdStatusName,
  OrdTypeName,
  SelfTradePreventionName,
  SideName,
  TimeInForceName,
  TradingStateName,
} from "./generated/enums.ts";

/** What a record's field says by a code, or null where the field has no codes or this is none of them. */
export function codeName(field: string, code: number): string | null {
  return names[field]?.[code] ?? null;
}

/** Whether a record's field is a time in milliseconds; 0 is none. */
export function isTimeField(field: string): boolean {
  return timeFields.has(field);
}

const timeFields: ReadonlySet<string> = new Set([
  "sendingTime",
  "validUntil",
  "expireTime",
  "effectiveTime",
  "deadline",
  "transactTime",
  "deferredAt",
  "diedAt",
  "resolvedAt",
]);

const names: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  side: SideName,
  aggressorSide: SideName,
  imbalanceSide: SideName,
  ordType: OrdTypeName,
  timeInForce: TimeInForceName,
  selfTradePrevention: SelfTradePreventionName,
  tradingState: TradingStateName,
  accountStatus: AccountStatusName,
  keyAlgorithm: KeyAlgorithmName,
  keyStatus: KeyStatusName,
  makerOrdStatus: OrdStatusName,
  takerOrdStatus: OrdStatusName,
  decision: DecisionName,
  cancelReason: CancelReasonName,
  ordRejReason: OrdRejReasonName,
  cxlRejReason: CxlRejReasonName,
  cxlRejResponseTo: CxlRejResponseToName,
  businessRejectReason: BusinessRejectReasonName,
  scope: DisconnectScopeName,
  deadReason: DeadReasonName,
  deadResolution: DeadResolutionName,
};
