import type { Analytics } from "../ports/analytics/analytics.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import {
  OrdStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../schema/generated/enums.ts";
import type { InstrumentRow, OrderRow } from "../schema/postgres/tables.ts";
import { parseDecimal } from "../schema/units.ts";

/** Bounds of a block, both within it. */
export interface BlockIntent {
  readonly firstSeqNum: number;
  readonly lastSeqNum: number;
}

/** Orders read in one query: fewer than the rows that a reader may have. */
const ordersMax = 200_000;

/**
 * What ClickHouse knows of a partition, for the fold to go on from there. It answers for itself: Postgres is ahead of it or behind, and
 * the book must be the one of ClickHouse's own position.
 */
export class AnalyticsSource {
  readonly #analytics: Analytics;
  readonly #partition: number;

  constructor(analytics: Analytics, partition: number) {
    this.#analytics = analytics;
    this.#partition = partition;
  }

  async position(): Promise<FoldPosition | null> {
    const [row] = await this.#analytics.query<Record<keyof FoldPosition, string>>(
      `SELECT offset, epoch, seqNum, toString(bodyHash) AS bodyHash FROM orderbook.fold_positions FINAL
       WHERE partition = {partition:UInt16}`,
      { partition: this.#partition },
    );
    if (row === undefined) return null;
    const { offset, epoch, seqNum, bodyHash } = row;
    return { offset: Number(offset), epoch: Number(epoch), seqNum: Number(seqNum), bodyHash };
  }

  /** Null when no long block was ever announced. */
  async blockIntent(): Promise<BlockIntent | null> {
    const [row] = await this.#analytics.query<Record<keyof BlockIntent, string>>(
      `SELECT firstSeqNum, lastSeqNum FROM orderbook.block_intents FINAL WHERE partition = {partition:UInt16}`,
      { partition: this.#partition },
    );
    if (row === undefined) return null;
    return { firstSeqNum: Number(row.firstSeqNum), lastSeqNum: Number(row.lastSeqNum) };
  }

  async instruments(): Promise<InstrumentRow[]> {
    const rows = await this.#analytics.query<StoredInstrument>(
      `SELECT * FROM orderbook.instruments FINAL WHERE partition = {partition:UInt16}`,
      { partition: this.#partition },
    );
    return rows.map(instrumentOf);
  }

  /** Orders open after the body of `seqNum`. Fields that no analytics row shows are left empty. */
  async openOrders(seqNum: number, instruments: readonly InstrumentRow[]): Promise<OrderRow[]> {
    const known = new Map(instruments.map((row) => [row.securityID, row]));
    const range = { partition: this.#partition, seqNum };
    const [total] = await this.#analytics.query<{ count: string }>(
      `SELECT count() AS count FROM (${openOrdersSql})`,
      { ...range, parts: 1, part: 0 },
    );
    const parts = Math.max(1, Math.ceil((2 * Number(total?.count ?? 0)) / ordersMax));
    const found: OrderRow[] = [];
    for (let part = 0; part < parts; part++) {
      const rows = await this.#analytics.query<StoredOrder>(openOrdersSql, {
        ...range,
        parts,
        part,
      });
      for (const row of rows) found.push(orderOf(row, known));
    }
    return found;
  }
}

/** The newest row of each order is the order as it stands. */
const openOrdersSql = `
  SELECT
    orderID, firstSeqNum,
    any(e.securityID) AS securityID, any(e.symbol) AS symbol, any(e.accountID) AS accountID, any(e.clOrdID) AS clOrdID,
    any(e.side) AS side, any(e.ordType) AS ordType, any(e.timeInForce) AS timeInForce, max(e.entryRptSeq) AS entryRptSeq,
    argMax(tuple(e.price), e.rptSeq).1 AS price, argMax(tuple(e.stopPx), e.rptSeq).1 AS stopPx,
    any(e.pegOffsetValue) AS pegOffsetValue, max(e.triggered) AS triggered,
    any(e.otherOrderID) AS otherOrderID, any(e.displayQty) AS displayQty, argMax(tuple(e.shownQty), e.rptSeq).1 AS shownQty, argMax(e.orderQty, e.rptSeq) AS orderQty, argMax(e.cumQty, e.rptSeq) AS cumQty,
    argMax(e.leavesQty, e.rptSeq) AS leavesQty, argMax(e.preventedQty, e.rptSeq) AS preventedQty,
    argMax(e.ordStatus, e.rptSeq) AS ordStatus, max(e.rptSeq) AS lastRptSeq, max(e.seqNum) AS lastSeqNum
  FROM orderbook.order_events AS e
  WHERE e.partition = {partition:UInt16} AND e.seqNum <= {seqNum:UInt64}
    AND cityHash64(e.orderID) % {parts:UInt32} = {part:UInt32}
  GROUP BY orderID, firstSeqNum
  HAVING ordStatus IN ('New', 'PartiallyFilled')`;

interface StoredInstrument {
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
  readonly selfTradePrevention: keyof typeof SelfTradePrevention;
  readonly tradingState: keyof typeof TradingState;
  readonly seqNum: string;
}

function instrumentOf(row: StoredInstrument): InstrumentRow {
  const qty = (text: string): number => units(text, row.qtyExponent);
  return {
    partition: row.partition,
    securityID: row.securityID,
    symbol: row.symbol,
    baseCurrency: row.baseCurrency,
    quoteCurrency: row.quoteCurrency,
    priceExponent: row.priceExponent,
    qtyExponent: row.qtyExponent,
    tickSize: units(row.tickSize, row.priceExponent),
    lotSize: qty(row.lotSize),
    minOrderQty: qty(row.minOrderQty),
    maxOrderQty: qty(row.maxOrderQty),
    priceBandBps: row.priceBandBps,
    takerBandBps: row.takerBandBps,
    referencePrice: units(row.referencePrice, row.priceExponent),
    selfTradePrevention: SelfTradePrevention[row.selfTradePrevention],
    tradingState: TradingState[row.tradingState],
    lastSeqNum: Number(row.seqNum),
  };
}

interface StoredOrder {
  readonly orderID: string;
  readonly firstSeqNum: string;
  readonly otherOrderID: string | null;
  readonly securityID: number;
  readonly symbol: string;
  readonly accountID: number;
  readonly clOrdID: string;
  readonly side: keyof typeof Side;
  readonly ordType: keyof typeof OrdType;
  readonly timeInForce: keyof typeof TimeInForce;
  readonly entryRptSeq: string;
  readonly price: string | null;
  readonly stopPx: string | null;
  readonly pegOffsetValue: string | null;
  readonly triggered: boolean;
  readonly displayQty: string | null;
  readonly shownQty: string | null;
  readonly orderQty: string;
  readonly cumQty: string;
  readonly leavesQty: string;
  readonly preventedQty: string;
  readonly ordStatus: keyof typeof OrdStatus;
  readonly lastRptSeq: string;
  readonly lastSeqNum: string;
}

function orderOf(row: StoredOrder, instruments: ReadonlyMap<number, InstrumentRow>): OrderRow {
  const instrument = instruments.get(row.securityID);
  if (instrument === undefined) throw new Error(`securityID ${row.securityID} is unknown`);
  const qty = (text: string): number => units(text, instrument.qtyExponent);
  const price = (text: string | null): number | null =>
    text === null ? null : units(text, instrument.priceExponent);
  return {
    ...notShown,
    partition: instrument.partition,
    orderID: row.orderID,
    otherOrderID: row.otherOrderID,
    firstSeqNum: Number(row.firstSeqNum),
    accountID: row.accountID,
    securityID: row.securityID,
    symbol: row.symbol,
    clOrdID: row.clOrdID,
    side: Side[row.side],
    ordType: OrdType[row.ordType],
    timeInForce: TimeInForce[row.timeInForce],
    price: price(row.price),
    stopPx: price(row.stopPx),
    pegOffsetValue: price(row.pegOffsetValue),
    triggeredTime: row.triggered ? timeNotShown : null,
    displayQty: row.displayQty === null ? null : qty(row.displayQty),
    shownQty: row.shownQty === null ? null : qty(row.shownQty),
    orderQty: qty(row.orderQty),
    cumQty: qty(row.cumQty),
    leavesQty: qty(row.leavesQty),
    preventedQty: qty(row.preventedQty),
    ordStatus: OrdStatus[row.ordStatus],
    entryRptSeq: Number(row.entryRptSeq),
    lastRptSeq: Number(row.lastRptSeq),
    lastSeqNum: Number(row.lastSeqNum),
  };
}

/** When a stop was triggered shows in its event's row only. */
const timeNotShown = 0;

const notShown = {
  replaceClOrdID: null,
  execInst: 0,
  selfTradePrevention: 0,
  cashOrderQty: null,
  cumNotional: 0n,
  cancelReason: null,
  ordRejReason: null,
  expireTime: null,
  entryTime: 0,
  transactTime: 0,
} as const;

function units(text: string, exponent: number): number {
  const parsed = parseDecimal(text, exponent);
  if (!parsed.ok) throw new Error(`ClickHouse holds ${text} under exponent ${exponent}`);
  return parsed.value;
}
