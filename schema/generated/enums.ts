// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.

export const Side = {
  None: 0,
  Buy: 1,
  Sell: 2,
} as const;
export type Side = (typeof Side)[keyof typeof Side];
export const SideName: Readonly<Record<Side, "None" | "Buy" | "Sell">> = {
  0: "None",
  1: "Buy",
  2: "Sell",
};
export function isSide(value: number): value is Side {
  switch (value) {
    case 0:
    case 1:
    case 2:
      return true;
    default:
      return false;
  }
}

export const OrdType = {
  Market: 1,
  Limit: 2,
  Stop: 3,
  StopLimit: 4,
} as const;
export type OrdType = (typeof OrdType)[keyof typeof OrdType];
export const OrdTypeName: Readonly<Record<OrdType, "Market" | "Limit" | "Stop" | "StopLimit">> = {
  1: "Market",
  2: "Limit",
  3: "Stop",
  4: "StopLimit",
};
export function isOrdType(value: number): value is OrdType {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isOrdTypeIn(value: number, version: number): value is OrdType {
  switch (value) {
    case 1:
    case 2:
      return true;
    case 3:
      return version >= 1;
    case 4:
      return version >= 1;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfOrdType(value: number): number {
  switch (value) {
    case 3:
      return 1;
    case 4:
      return 1;
    default:
      return 0;
  }
}

export const TimeInForce = {
  Day: 0,
  GTC: 1,
  AtTheOpening: 2,
  IOC: 3,
  FOK: 4,
  GTD: 6,
} as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];
export const TimeInForceName: Readonly<
  Record<TimeInForce, "Day" | "GTC" | "AtTheOpening" | "IOC" | "FOK" | "GTD">
> = {
  0: "Day",
  1: "GTC",
  2: "AtTheOpening",
  3: "IOC",
  4: "FOK",
  6: "GTD",
};
export function isTimeInForce(value: number): value is TimeInForce {
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 6:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isTimeInForceIn(value: number, version: number): value is TimeInForce {
  switch (value) {
    case 1:
    case 3:
    case 4:
    case 6:
      return true;
    case 0:
      return version >= 6;
    case 2:
      return version >= 8;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfTimeInForce(value: number): number {
  switch (value) {
    case 0:
      return 6;
    case 2:
      return 8;
    default:
      return 0;
  }
}

export const SelfTradePrevention = {
  Default: 0,
  CancelNewest: 1,
  CancelOldest: 2,
  CancelBoth: 3,
  Decrement: 4,
} as const;
export type SelfTradePrevention = (typeof SelfTradePrevention)[keyof typeof SelfTradePrevention];
export const SelfTradePreventionName: Readonly<
  Record<
    SelfTradePrevention,
    "Default" | "CancelNewest" | "CancelOldest" | "CancelBoth" | "Decrement"
  >
> = {
  0: "Default",
  1: "CancelNewest",
  2: "CancelOldest",
  3: "CancelBoth",
  4: "Decrement",
};
export function isSelfTradePrevention(value: number): value is SelfTradePrevention {
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return true;
    default:
      return false;
  }
}

export const TradingState = {
  Open: 1,
  Halt: 2,
  CancelOnly: 3,
  Closed: 4,
  PreOpen: 5,
  Auction: 6,
} as const;
export type TradingState = (typeof TradingState)[keyof typeof TradingState];
export const TradingStateName: Readonly<
  Record<TradingState, "Open" | "Halt" | "CancelOnly" | "Closed" | "PreOpen" | "Auction">
> = {
  1: "Open",
  2: "Halt",
  3: "CancelOnly",
  4: "Closed",
  5: "PreOpen",
  6: "Auction",
};
export function isTradingState(value: number): value is TradingState {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isTradingStateIn(value: number, version: number): value is TradingState {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
      return true;
    case 5:
      return version >= 8;
    case 6:
      return version >= 8;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfTradingState(value: number): number {
  switch (value) {
    case 5:
      return 8;
    case 6:
      return 8;
    default:
      return 0;
  }
}

export const AccountStatus = {
  Active: 1,
  Disabled: 2,
} as const;
export type AccountStatus = (typeof AccountStatus)[keyof typeof AccountStatus];
export const AccountStatusName: Readonly<Record<AccountStatus, "Active" | "Disabled">> = {
  1: "Active",
  2: "Disabled",
};
export function isAccountStatus(value: number): value is AccountStatus {
  switch (value) {
    case 1:
    case 2:
      return true;
    default:
      return false;
  }
}

export const KeyAlgorithm = {
  EdDSA: 1,
  ES256: 2,
} as const;
export type KeyAlgorithm = (typeof KeyAlgorithm)[keyof typeof KeyAlgorithm];
export const KeyAlgorithmName: Readonly<Record<KeyAlgorithm, "EdDSA" | "ES256">> = {
  1: "EdDSA",
  2: "ES256",
};
export function isKeyAlgorithm(value: number): value is KeyAlgorithm {
  switch (value) {
    case 1:
    case 2:
      return true;
    default:
      return false;
  }
}

export const KeyStatus = {
  Active: 1,
  Revoked: 2,
} as const;
export type KeyStatus = (typeof KeyStatus)[keyof typeof KeyStatus];
export const KeyStatusName: Readonly<Record<KeyStatus, "Active" | "Revoked">> = {
  1: "Active",
  2: "Revoked",
};
export function isKeyStatus(value: number): value is KeyStatus {
  switch (value) {
    case 1:
    case 2:
      return true;
    default:
      return false;
  }
}

export const ContingencyType = {
  None: 0,
  OneCancelsTheOther: 1,
} as const;
export type ContingencyType = (typeof ContingencyType)[keyof typeof ContingencyType];
export const ContingencyTypeName: Readonly<Record<ContingencyType, "None" | "OneCancelsTheOther">> =
  {
    0: "None",
    1: "OneCancelsTheOther",
  };
export function isContingencyType(value: number): value is ContingencyType {
  switch (value) {
    case 0:
    case 1:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isContingencyTypeIn(value: number, version: number): value is ContingencyType {
  switch (value) {
    case 0:
      return version >= 7;
    case 1:
      return version >= 9;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfContingencyType(value: number): number {
  switch (value) {
    case 0:
      return 7;
    case 1:
      return 9;
    default:
      return 0;
  }
}

export const DisconnectScope = {
  Account: 0,
  Connection: 1,
} as const;
export type DisconnectScope = (typeof DisconnectScope)[keyof typeof DisconnectScope];
export const DisconnectScopeName: Readonly<Record<DisconnectScope, "Account" | "Connection">> = {
  0: "Account",
  1: "Connection",
};
export function isDisconnectScope(value: number): value is DisconnectScope {
  switch (value) {
    case 0:
    case 1:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isDisconnectScopeIn(value: number, version: number): value is DisconnectScope {
  switch (value) {
    case 0:
      return version >= 10;
    case 1:
      return version >= 10;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfDisconnectScope(value: number): number {
  switch (value) {
    case 0:
      return 10;
    case 1:
      return 10;
    default:
      return 0;
  }
}

export const OrdStatus = {
  New: 0,
  PartiallyFilled: 1,
  Filled: 2,
  Canceled: 4,
  Rejected: 8,
  PendingNew: 10,
  Expired: 12,
} as const;
export type OrdStatus = (typeof OrdStatus)[keyof typeof OrdStatus];
export const OrdStatusName: Readonly<
  Record<
    OrdStatus,
    "New" | "PartiallyFilled" | "Filled" | "Canceled" | "Rejected" | "PendingNew" | "Expired"
  >
> = {
  0: "New",
  1: "PartiallyFilled",
  2: "Filled",
  4: "Canceled",
  8: "Rejected",
  10: "PendingNew",
  12: "Expired",
};
export function isOrdStatus(value: number): value is OrdStatus {
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 4:
    case 8:
    case 10:
    case 12:
      return true;
    default:
      return false;
  }
}

export const Decision = {
  Accepted: 1,
  Rejected: 2,
  Deferred: 3,
} as const;
export type Decision = (typeof Decision)[keyof typeof Decision];
export const DecisionName: Readonly<Record<Decision, "Accepted" | "Rejected" | "Deferred">> = {
  1: "Accepted",
  2: "Rejected",
  3: "Deferred",
};
export function isDecision(value: number): value is Decision {
  switch (value) {
    case 1:
    case 2:
    case 3:
      return true;
    default:
      return false;
  }
}

export const CancelReason = {
  Requested: 1,
  MassCancel: 2,
  ImmediateOrCancel: 3,
  FillOrKill: 4,
  NoLiquidity: 5,
  CashSpent: 6,
  SelfTrade: 7,
  Expired: 8,
  ReplacedBelowCumQty: 9,
  TakerPriceBand: 10,
  DeadManTimer: 11,
  NotFilledAtOpening: 12,
  OtherLeg: 13,
} as const;
export type CancelReason = (typeof CancelReason)[keyof typeof CancelReason];
export const CancelReasonName: Readonly<
  Record<
    CancelReason,
    | "Requested"
    | "MassCancel"
    | "ImmediateOrCancel"
    | "FillOrKill"
    | "NoLiquidity"
    | "CashSpent"
    | "SelfTrade"
    | "Expired"
    | "ReplacedBelowCumQty"
    | "TakerPriceBand"
    | "DeadManTimer"
    | "NotFilledAtOpening"
    | "OtherLeg"
  >
> = {
  1: "Requested",
  2: "MassCancel",
  3: "ImmediateOrCancel",
  4: "FillOrKill",
  5: "NoLiquidity",
  6: "CashSpent",
  7: "SelfTrade",
  8: "Expired",
  9: "ReplacedBelowCumQty",
  10: "TakerPriceBand",
  11: "DeadManTimer",
  12: "NotFilledAtOpening",
  13: "OtherLeg",
};
export function isCancelReason(value: number): value is CancelReason {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isCancelReasonIn(value: number, version: number): value is CancelReason {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      return true;
    case 10:
      return version >= 3;
    case 11:
      return version >= 5;
    case 12:
      return version >= 8;
    case 13:
      return version >= 9;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfCancelReason(value: number): number {
  switch (value) {
    case 10:
      return 3;
    case 11:
      return 5;
    case 12:
      return 8;
    case 13:
      return 9;
    default:
      return 0;
  }
}

export const OrdRejReason = {
  None: 0,
  UnknownSymbol: 1,
  ExchangeClosed: 2,
  TooLateToEnter: 4,
  UnsupportedOrderCharacteristic: 11,
  IncorrectQuantity: 13,
  UnknownAccount: 15,
  PriceExceedsCurrentPriceBand: 16,
  InvalidPriceIncrement: 18,
  PriceOutOfRange: 100,
  PostOnlyWouldCross: 101,
  IdWindowFull: 102,
  OrderCapacityReached: 103,
  AccountDisabled: 104,
  ExpireTimePassed: 105,
  WrongPartition: 106,
  NewerVersion: 107,
  NotDeferred: 108,
  CanceledBeforeEntry: 109,
  NoReferencePrice: 110,
  OpenOrderCapReached: 111,
  OpenNotionalCapReached: 112,
  OtherLegRefused: 113,
  ConnectionLost: 114,
} as const;
export type OrdRejReason = (typeof OrdRejReason)[keyof typeof OrdRejReason];
export const OrdRejReasonName: Readonly<
  Record<
    OrdRejReason,
    | "None"
    | "UnknownSymbol"
    | "ExchangeClosed"
    | "TooLateToEnter"
    | "UnsupportedOrderCharacteristic"
    | "IncorrectQuantity"
    | "UnknownAccount"
    | "PriceExceedsCurrentPriceBand"
    | "InvalidPriceIncrement"
    | "PriceOutOfRange"
    | "PostOnlyWouldCross"
    | "IdWindowFull"
    | "OrderCapacityReached"
    | "AccountDisabled"
    | "ExpireTimePassed"
    | "WrongPartition"
    | "NewerVersion"
    | "NotDeferred"
    | "CanceledBeforeEntry"
    | "NoReferencePrice"
    | "OpenOrderCapReached"
    | "OpenNotionalCapReached"
    | "OtherLegRefused"
    | "ConnectionLost"
  >
> = {
  0: "None",
  1: "UnknownSymbol",
  2: "ExchangeClosed",
  4: "TooLateToEnter",
  11: "UnsupportedOrderCharacteristic",
  13: "IncorrectQuantity",
  15: "UnknownAccount",
  16: "PriceExceedsCurrentPriceBand",
  18: "InvalidPriceIncrement",
  100: "PriceOutOfRange",
  101: "PostOnlyWouldCross",
  102: "IdWindowFull",
  103: "OrderCapacityReached",
  104: "AccountDisabled",
  105: "ExpireTimePassed",
  106: "WrongPartition",
  107: "NewerVersion",
  108: "NotDeferred",
  109: "CanceledBeforeEntry",
  110: "NoReferencePrice",
  111: "OpenOrderCapReached",
  112: "OpenNotionalCapReached",
  113: "OtherLegRefused",
  114: "ConnectionLost",
};
export function isOrdRejReason(value: number): value is OrdRejReason {
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 4:
    case 11:
    case 13:
    case 15:
    case 16:
    case 18:
    case 100:
    case 101:
    case 102:
    case 103:
    case 104:
    case 105:
    case 106:
    case 107:
    case 108:
    case 109:
    case 110:
    case 111:
    case 112:
    case 113:
    case 114:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isOrdRejReasonIn(value: number, version: number): value is OrdRejReason {
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 4:
    case 11:
    case 13:
    case 15:
    case 18:
    case 100:
    case 101:
    case 102:
    case 103:
    case 104:
    case 105:
    case 106:
    case 107:
    case 108:
    case 109:
      return true;
    case 16:
      return version >= 3;
    case 110:
      return version >= 1;
    case 111:
      return version >= 3;
    case 112:
      return version >= 3;
    case 113:
      return version >= 9;
    case 114:
      return version >= 10;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfOrdRejReason(value: number): number {
  switch (value) {
    case 16:
      return 3;
    case 110:
      return 1;
    case 111:
      return 3;
    case 112:
      return 3;
    case 113:
      return 9;
    case 114:
      return 10;
    default:
      return 0;
  }
}

export const CxlRejReason = {
  UnknownOrder: 1,
  PriceExceedsCurrentPriceBand: 8,
  InvalidPriceIncrement: 18,
  ExchangeClosed: 100,
  TooLateToEnter: 101,
  IncorrectQuantity: 102,
  PriceOutOfRange: 103,
  PostOnlyWouldCross: 104,
  IdWindowFull: 105,
  AccountDisabled: 106,
  NothingToReplace: 107,
  UnknownAccount: 108,
  OrderCapacityReached: 109,
  UnsupportedOrderCharacteristic: 110,
  OpenNotionalCapReached: 111,
} as const;
export type CxlRejReason = (typeof CxlRejReason)[keyof typeof CxlRejReason];
export const CxlRejReasonName: Readonly<
  Record<
    CxlRejReason,
    | "UnknownOrder"
    | "PriceExceedsCurrentPriceBand"
    | "InvalidPriceIncrement"
    | "ExchangeClosed"
    | "TooLateToEnter"
    | "IncorrectQuantity"
    | "PriceOutOfRange"
    | "PostOnlyWouldCross"
    | "IdWindowFull"
    | "AccountDisabled"
    | "NothingToReplace"
    | "UnknownAccount"
    | "OrderCapacityReached"
    | "UnsupportedOrderCharacteristic"
    | "OpenNotionalCapReached"
  >
> = {
  1: "UnknownOrder",
  8: "PriceExceedsCurrentPriceBand",
  18: "InvalidPriceIncrement",
  100: "ExchangeClosed",
  101: "TooLateToEnter",
  102: "IncorrectQuantity",
  103: "PriceOutOfRange",
  104: "PostOnlyWouldCross",
  105: "IdWindowFull",
  106: "AccountDisabled",
  107: "NothingToReplace",
  108: "UnknownAccount",
  109: "OrderCapacityReached",
  110: "UnsupportedOrderCharacteristic",
  111: "OpenNotionalCapReached",
};
export function isCxlRejReason(value: number): value is CxlRejReason {
  switch (value) {
    case 1:
    case 8:
    case 18:
    case 100:
    case 101:
    case 102:
    case 103:
    case 104:
    case 105:
    case 106:
    case 107:
    case 108:
    case 109:
    case 110:
    case 111:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isCxlRejReasonIn(value: number, version: number): value is CxlRejReason {
  switch (value) {
    case 1:
    case 18:
    case 100:
    case 101:
    case 102:
    case 103:
    case 104:
    case 105:
    case 106:
    case 107:
    case 108:
    case 109:
      return true;
    case 8:
      return version >= 3;
    case 110:
      return version >= 1;
    case 111:
      return version >= 3;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfCxlRejReason(value: number): number {
  switch (value) {
    case 8:
      return 3;
    case 110:
      return 1;
    case 111:
      return 3;
    default:
      return 0;
  }
}

export const CxlRejResponseTo = {
  OrderCancelRequest: 1,
  OrderCancelReplaceRequest: 2,
} as const;
export type CxlRejResponseTo = (typeof CxlRejResponseTo)[keyof typeof CxlRejResponseTo];
export const CxlRejResponseToName: Readonly<
  Record<CxlRejResponseTo, "OrderCancelRequest" | "OrderCancelReplaceRequest">
> = {
  1: "OrderCancelRequest",
  2: "OrderCancelReplaceRequest",
};
export function isCxlRejResponseTo(value: number): value is CxlRejResponseTo {
  switch (value) {
    case 1:
    case 2:
      return true;
    default:
      return false;
  }
}

export const BusinessRejectReason = {
  Undecodable: 1,
  UnknownTemplate: 2,
  TooLateToEnter: 3,
  UnknownSymbol: 4,
  UnknownAccount: 5,
  InvalidDefinition: 6,
  ExponentChanged: 7,
  SymbolHashTaken: 8,
  CapacityReached: 9,
  IdWindowFull: 10,
  WrongPartition: 11,
  Quarantined: 12,
  InvalidList: 13,
  OlderSemantics: 14,
  AuctionUnderWay: 15,
} as const;
export type BusinessRejectReason = (typeof BusinessRejectReason)[keyof typeof BusinessRejectReason];
export const BusinessRejectReasonName: Readonly<
  Record<
    BusinessRejectReason,
    | "Undecodable"
    | "UnknownTemplate"
    | "TooLateToEnter"
    | "UnknownSymbol"
    | "UnknownAccount"
    | "InvalidDefinition"
    | "ExponentChanged"
    | "SymbolHashTaken"
    | "CapacityReached"
    | "IdWindowFull"
    | "WrongPartition"
    | "Quarantined"
    | "InvalidList"
    | "OlderSemantics"
    | "AuctionUnderWay"
  >
> = {
  1: "Undecodable",
  2: "UnknownTemplate",
  3: "TooLateToEnter",
  4: "UnknownSymbol",
  5: "UnknownAccount",
  6: "InvalidDefinition",
  7: "ExponentChanged",
  8: "SymbolHashTaken",
  9: "CapacityReached",
  10: "IdWindowFull",
  11: "WrongPartition",
  12: "Quarantined",
  13: "InvalidList",
  14: "OlderSemantics",
  15: "AuctionUnderWay",
};
export function isBusinessRejectReason(value: number): value is BusinessRejectReason {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
      return true;
    default:
      return false;
  }
}

/** Whether it is one of the values that a version of the schema has. */
export function isBusinessRejectReasonIn(
  value: number,
  version: number,
): value is BusinessRejectReason {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 14:
    case 15:
      return true;
    case 13:
      return version >= 7;
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOfBusinessRejectReason(value: number): number {
  switch (value) {
    case 13:
      return 7;
    default:
      return 0;
  }
}

export const DeadReason = {
  Undecodable: 1,
  UnknownTemplate: 2,
  Quarantined: 3,
  UnknownSymbol: 4,
  NewerVersion: 5,
  TooLateToEnter: 6,
} as const;
export type DeadReason = (typeof DeadReason)[keyof typeof DeadReason];
export const DeadReasonName: Readonly<
  Record<
    DeadReason,
    | "Undecodable"
    | "UnknownTemplate"
    | "Quarantined"
    | "UnknownSymbol"
    | "NewerVersion"
    | "TooLateToEnter"
  >
> = {
  1: "Undecodable",
  2: "UnknownTemplate",
  3: "Quarantined",
  4: "UnknownSymbol",
  5: "NewerVersion",
  6: "TooLateToEnter",
};
export function isDeadReason(value: number): value is DeadReason {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return true;
    default:
      return false;
  }
}

export const DeadResolution = {
  Replayed: 1,
  Discarded: 2,
} as const;
export type DeadResolution = (typeof DeadResolution)[keyof typeof DeadResolution];
export const DeadResolutionName: Readonly<Record<DeadResolution, "Replayed" | "Discarded">> = {
  1: "Replayed",
  2: "Discarded",
};
export function isDeadResolution(value: number): value is DeadResolution {
  switch (value) {
    case 1:
    case 2:
      return true;
    default:
      return false;
  }
}

/** Bit mask. */
export const ExecInst = {
  postOnly: 1,
} as const;
export type ExecInst = number;

/** Bit mask. */
export const Scopes = {
  read: 1,
  trade: 2,
  admin: 4,
} as const;
export type Scopes = number;
