/**
 * Rows of the tables in this folder, as inserted and as read through the port: decimals and 64-bit integers are strings on the
 * way out, and either on the way in. Times are "2026-11-25 15:00:00.123", UTC.
 */
export type TradeRow = {
  readonly symbol: string;
  readonly transactTime: string;
  readonly rptSeq: number;
  readonly lastPx: string;
  readonly lastQty: string;
  readonly aggressorSide: string;
  readonly makerAccountID: number;
  readonly makerOrderID: string;
  readonly makerFirstSeqNum: number;
  readonly takerAccountID: number;
  readonly takerOrderID: string;
  readonly takerFirstSeqNum: number;
  readonly partition: number;
  readonly seqNum: number;
};

export type ExecTypeName =
  | "New"
  | "Canceled"
  | "Replaced"
  | "Rejected"
  | "Expired"
  | "Trade"
  | "SelfTradePrevented"
  | "Triggered";

export type LiquidityName = "None" | "Added" | "Removed" | "Auction";

export type OrderEventRow = {
  readonly symbol: string;
  readonly seqNum: number;
  readonly rptSeq: number;
  readonly side: string;
  readonly partition: number;
  readonly transactTime: string;
  readonly execType: ExecTypeName;
  readonly ordStatus: string;
  readonly accountID: number;
  readonly orderID: string;
  readonly firstSeqNum: number;
  readonly otherOrderID: string | null;
  readonly entryRptSeq: number;
  readonly securityID: number;
  readonly clOrdID: string;
  readonly ordType: string;
  readonly timeInForce: string;
  readonly price: string | null;
  readonly stopPx: string | null;
  readonly pegOffsetValue: string | null;
  /** Of a stop: it waits no longer. */
  readonly triggered: boolean;
  readonly orderQty: string;
  readonly displayQty: string | null;
  readonly shownQty: string | null;
  readonly cashOrderQty: string | null;
  readonly cumQty: string;
  readonly leavesQty: string;
  readonly preventedQty: string;
  readonly lastPx: string | null;
  readonly lastQty: string | null;
  /** Of a trade: what the account pays, below 0 what it receives. */
  readonly fee: string;
  readonly lastLiquidityInd: LiquidityName;
  readonly reason: string;
};

export type BboRow = {
  readonly symbol: string;
  readonly transactTime: string;
  readonly rptSeq: number;
  readonly bidPx: string | null;
  readonly bidQty: string;
  readonly askPx: string | null;
  readonly askQty: string;
  readonly partition: number;
  readonly seqNum: number;
};

/** What an auction would come to, each time that this has changed. */
export type IndicationRow = {
  readonly symbol: string;
  readonly transactTime: string;
  readonly rptSeq: number;
  readonly indicativePrice: string | null;
  readonly indicativeQty: string;
  readonly imbalanceQty: string;
  readonly imbalanceSide: string;
  readonly partition: number;
  readonly seqNum: number;
};

export type AnalyticsInstrumentRow = {
  readonly partition: number;
  readonly securityID: number;
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly minOrderQty: string;
  readonly maxOrderQty: string;
  readonly priceBandBps: number;
  readonly takerBandBps: number;
  readonly referencePrice: string;
  readonly selfTradePrevention: string;
  readonly tradingState: string;
  readonly transactTime: string;
  readonly seqNum: number;
};

export type AnalyticsFoldPositionRow = {
  readonly partition: number;
  readonly offset: number;
  readonly epoch: number;
  readonly seqNum: number;
  readonly bodyHash: string;
};

export type BlockIntentRow = {
  readonly partition: number;
  readonly firstSeqNum: number;
  readonly lastSeqNum: number;
};
