import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/*
 * The relational view of the events. Every row is a fold of order-events and can be dropped and built again. Prices and
 * quantities are integer counts of the instrument's units, products of the two are numeric without a fraction, times are
 * milliseconds since 1970 UTC, enums are their codes on the wire.
 */

/** A count, a place on a log, a time or a quantity: at most 2^53 - 1. */
const count = (name: string) => bigint(name, { mode: "number" });

/** An integer that may pass 2^53: sums and products. */
const wide = (name: string) => numeric(name, { mode: "bigint", precision: 60, scale: 0 });

/** Orders, accepted and rejected. (orderID, firstSeqNum) names one for ever; terminal orders have leavesQty 0. */
export const orders = pgTable(
  "orders",
  {
    partition: integer("partition").notNull(),
    orderID: uuid("order_id").notNull(),
    firstSeqNum: count("first_seq_num").notNull(),
    accountID: integer("account_id").notNull(),
    /** 0 when the symbol is unknown. */
    securityID: integer("security_id").notNull(),
    symbol: text("symbol").notNull(),
    clOrdID: text("cl_ord_id").notNull(),
    /** clOrdID of the newest replace. */
    replaceClOrdID: text("replace_cl_ord_id"),
    side: smallint("side").notNull(),
    ordType: smallint("ord_type").notNull(),
    timeInForce: smallint("time_in_force").notNull(),
    execInst: smallint("exec_inst").notNull(),
    /** As resolved by the engine; 0 on a rejected order. */
    selfTradePrevention: smallint("self_trade_prevention").notNull(),
    /** Null for a market order. */
    price: integer("price"),
    /** 0 when the order is by cash. */
    orderQty: count("order_qty").notNull(),
    /** In price unit x quantity unit; null unless the order is by cash. */
    cashOrderQty: wide("cash_order_qty"),
    cumQty: count("cum_qty").notNull(),
    leavesQty: count("leaves_qty").notNull(),
    /** Taken off both sides by self-trade prevention. */
    preventedQty: count("prevented_qty").notNull(),
    /** Sum of lastPx x lastQty; avgPx = cumNotional / cumQty. */
    cumNotional: wide("cum_notional").notNull(),
    ordStatus: smallint("ord_status").notNull(),
    cancelReason: smallint("cancel_reason"),
    ordRejReason: smallint("ord_rej_reason"),
    expireTime: count("expire_time"),
    /** Of a stop: what it waits for, as accepted or replaced; a trailing one moves on from there without an event. */
    stopPx: integer("stop_px"),
    /** Of a trailing stop. */
    pegOffsetValue: integer("peg_offset_value"),
    /** Of a stop: time of the command that triggered it; null while it waits. */
    triggeredTime: count("triggered_time"),
    /** Of an iceberg: most that it shows at a time. */
    displayQty: count("display_qty"),
    /** Of an iceberg: what it shows where it rests. */
    shownQty: count("shown_qty"),
    /** Of a pair of which each cancels the other: the orderID of the other one, with the same firstSeqNum. */
    otherOrderID: uuid("other_order_id"),
    /** Time of the command that brought the order. */
    entryTime: count("entry_time").notNull(),
    /** Time of the newest change. */
    transactTime: count("transact_time").notNull(),
    /** rptSeq of the accepting (or rejecting) event: the order's public name; 0 when the symbol is unknown. */
    entryRptSeq: count("entry_rpt_seq").notNull(),
    lastRptSeq: count("last_rpt_seq").notNull(),
    lastSeqNum: count("last_seq_num").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderID, table.firstSeqNum, table.partition] }),
    index("orders_by_cl_ord_id").on(table.accountID, table.symbol, table.clOrdID),
    index("orders_by_entry").on(table.accountID, table.entryTime, table.firstSeqNum),
    // A page of one symbol must not read past an account's orders of all others.
    index("orders_by_symbol_entry").on(
      table.accountID,
      table.symbol,
      table.entryTime,
      table.firstSeqNum,
    ),
    index("orders_open")
      .on(table.accountID, table.symbol)
      .where(sql`${table.ordStatus} < 2`),
  ],
);

/** Both sides of every trade, one row each: the taker's row has lastLiquidityInd 2 and its side is the aggressor's. In an auction, where nobody takes, both have 4. */
export const fills = pgTable(
  "fills",
  {
    symbol: text("symbol").notNull(),
    rptSeq: count("rpt_seq").notNull(),
    side: smallint("side").notNull(),
    partition: integer("partition").notNull(),
    seqNum: count("seq_num").notNull(),
    securityID: integer("security_id").notNull(),
    accountID: integer("account_id").notNull(),
    orderID: uuid("order_id").notNull(),
    firstSeqNum: count("first_seq_num").notNull(),
    lastQty: count("last_qty").notNull(),
    lastPx: integer("last_px").notNull(),
    leavesQty: count("leaves_qty").notNull(),
    ordStatus: smallint("ord_status").notNull(),
    /** FIX 851: 1 added liquidity (maker), 2 removed it (taker), 4 traded in an auction. */
    lastLiquidityInd: smallint("last_liquidity_ind").notNull(),
    /** In price unit x quantity unit; below 0 where the account receives it. */
    fee: wide("fee")
      .notNull()
      .default(sql`0`),
    transactTime: count("transact_time").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.symbol, table.rptSeq, table.side] }),
    index("fills_by_account").on(table.accountID, table.transactTime, table.seqNum, table.rptSeq),
    index("fills_by_symbol").on(
      table.accountID,
      table.symbol,
      table.transactTime,
      table.seqNum,
      table.rptSeq,
    ),
    index("fills_by_order").on(table.orderID, table.firstSeqNum),
  ],
);

/** What an account has bought and sold of an instrument since the log began. */
export const positions = pgTable(
  "positions",
  {
    accountID: integer("account_id").notNull(),
    symbol: text("symbol").notNull(),
    partition: integer("partition").notNull(),
    securityID: integer("security_id").notNull(),
    /** boughtQty - soldQty. */
    netQty: wide("net_qty").notNull(),
    boughtQty: wide("bought_qty").notNull(),
    soldQty: wide("sold_qty").notNull(),
    boughtNotional: wide("bought_notional").notNull(),
    soldNotional: wide("sold_notional").notNull(),
    /** Sum of the fees of its fills. */
    fees: wide("fees")
      .notNull()
      .default(sql`0`),
    lastSeqNum: count("last_seq_num").notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountID, table.symbol] })],
);

/** Accounts as each partition knows them; they are defined in all. */
export const accounts = pgTable(
  "accounts",
  {
    partition: integer("partition").notNull(),
    accountID: integer("account_id").notNull(),
    accountStatus: smallint("account_status").notNull(),
    name: text("name").notNull(),
    /** 0 = none. */
    feeTier: integer("fee_tier").notNull().default(0),
    lastSeqNum: count("last_seq_num").notNull(),
  },
  (table) => [primaryKey({ columns: [table.partition, table.accountID] })],
);

/** Caps on an account's open orders in one instrument, as each partition knows them; 0 = any. */
export const accountLimits = pgTable(
  "account_limits",
  {
    partition: integer("partition").notNull(),
    accountID: integer("account_id").notNull(),
    /** Empty: each instrument for which the account has no limits of its own. */
    symbol: text("symbol").notNull(),
    openOrderCountMax: count("open_order_count_max").notNull(),
    /** In price unit x quantity unit. */
    openNotionalMax: wide("open_notional_max").notNull(),
    lastSeqNum: count("last_seq_num").notNull(),
  },
  (table) => [primaryKey({ columns: [table.partition, table.accountID, table.symbol] })],
);

/** Millionths of the notional that a tier pays, as each partition knows them; below 0 it receives them. */
export const feeSchedules = pgTable(
  "fee_schedules",
  {
    partition: integer("partition").notNull(),
    feeTier: integer("fee_tier").notNull(),
    /** Empty: each instrument for which the tier has no schedule of its own. */
    symbol: text("symbol").notNull(),
    makerFeePpm: integer("maker_fee_ppm").notNull(),
    takerFeePpm: integer("taker_fee_ppm").notNull(),
    lastSeqNum: count("last_seq_num").notNull(),
  },
  (table) => [primaryKey({ columns: [table.partition, table.feeTier, table.symbol] })],
);

/** Public keys only; they stand on partition 0. */
export const keys = pgTable(
  "keys",
  {
    partition: integer("partition").notNull(),
    keyID: text("key_id").notNull(),
    /** 0 is the operator. */
    accountID: integer("account_id").notNull(),
    keyAlgorithm: smallint("key_algorithm").notNull(),
    keyStatus: smallint("key_status").notNull(),
    /** Bit mask: read 1, trade 2, admin 4. */
    scopes: smallint("scopes").notNull(),
    /** 128 hex digits. */
    publicKey: text("public_key").notNull(),
    lastSeqNum: count("last_seq_num").notNull(),
  },
  (table) => [primaryKey({ columns: [table.partition, table.keyID] })],
);

export const instruments = pgTable(
  "instruments",
  {
    partition: integer("partition").notNull(),
    securityID: integer("security_id").notNull(),
    symbol: text("symbol").notNull(),
    baseCurrency: text("base_currency").notNull(),
    quoteCurrency: text("quote_currency").notNull(),
    priceExponent: smallint("price_exponent").notNull(),
    qtyExponent: smallint("qty_exponent").notNull(),
    tickSize: integer("tick_size").notNull(),
    lotSize: count("lot_size").notNull(),
    minOrderQty: count("min_order_qty").notNull(),
    /** 0 = no most. */
    maxOrderQty: count("max_order_qty").notNull(),
    /** Basis points; 0 = any price. */
    priceBandBps: integer("price_band_bps").notNull().default(0),
    takerBandBps: integer("taker_band_bps").notNull().default(0),
    /** Before the first trade; 0 = none. */
    referencePrice: integer("reference_price").notNull().default(0),
    selfTradePrevention: smallint("self_trade_prevention").notNull(),
    tradingState: smallint("trading_state").notNull(),
    lastSeqNum: count("last_seq_num").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.partition, table.securityID] }),
    uniqueIndex("instruments_symbol").on(table.symbol),
  ],
);

/** How far each partition's events are folded into the tables above; it changes in the same transaction as the rows. */
export const foldPositions = pgTable("fold_positions", {
  partition: integer("partition").primaryKey(),
  /** Offset of the last chunk of the last applied body. */
  offset: count("offset").notNull(),
  epoch: count("epoch").notNull(),
  seqNum: count("seq_num").notNull(),
  /** 16 hex digits. */
  bodyHash: text("body_hash").notNull(),
});

export type OrderRow = typeof orders.$inferSelect;
export type FillRow = typeof fills.$inferSelect;
export type PositionRow = typeof positions.$inferSelect;
export type AccountRow = typeof accounts.$inferSelect;
export type AccountLimitsRow = typeof accountLimits.$inferSelect;
export type FeeScheduleRow = typeof feeSchedules.$inferSelect;
export type KeyRow = typeof keys.$inferSelect;
export type InstrumentRow = typeof instruments.$inferSelect;
export type FoldPositionRow = typeof foldPositions.$inferSelect;
