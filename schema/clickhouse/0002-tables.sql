-- Prices and quantities are decimals of the market, not counts of units. A price has at most 20 digits before the point and
-- 18 behind it, whatever the instrument's exponents are; a quantity needs more, and lastPx * lastQty is then exact as well.
-- A block of the projector is sent again with the same bounds and the same token after a lost answer: the deduplication window makes
-- it count once, in the tables and in the views fed by them. ReplacingMergeTree is the second net: read with FINAL.

CREATE TABLE IF NOT EXISTS orderbook.instruments
(
    partition UInt16,
    securityID UInt32,
    symbol LowCardinality(String),
    baseCurrency LowCardinality(String),
    quoteCurrency LowCardinality(String),
    priceExponent Int8,
    qtyExponent Int8,
    tickSize Decimal(38, 18),
    lotSize Decimal(76, 18),
    minOrderQty Decimal(76, 18),
    maxOrderQty Decimal(76, 18) COMMENT '0 = no most',
    selfTradePrevention LowCardinality(String),
    tradingState LowCardinality(String),
    transactTime DateTime64(3, 'UTC'),
    seqNum UInt64
)
ENGINE = ReplacingMergeTree(seqNum)
ORDER BY symbol
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS orderbook.trades
(
    symbol LowCardinality(String),
    transactTime DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    rptSeq UInt64 COMMENT 'Place among the events of the instrument, from 1 without a gap' CODEC(Delta, ZSTD(1)),
    lastPx Decimal(38, 18) CODEC(ZSTD(1)),
    lastQty Decimal(76, 18) CODEC(ZSTD(1)),
    aggressorSide Enum8('Buy' = 1, 'Sell' = 2) COMMENT 'Side of the taker',
    makerAccountID UInt32,
    makerOrderID UUID,
    makerFirstSeqNum UInt64 CODEC(Delta, ZSTD(1)),
    takerAccountID UInt32,
    takerOrderID UUID,
    takerFirstSeqNum UInt64 CODEC(Delta, ZSTD(1)),
    partition UInt16,
    seqNum UInt64 COMMENT 'Place among the commands of the partition' CODEC(Delta, ZSTD(1)),
    INDEX makerAccount makerAccountID TYPE bloom_filter GRANULARITY 4,
    INDEX takerAccount takerAccountID TYPE bloom_filter GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(transactTime)
ORDER BY (symbol, transactTime, rptSeq)
SETTINGS non_replicated_deduplication_window = 1000;

-- An order's life: one row per order and event, with the order as it stood after the event. A trade has two rows.
CREATE TABLE IF NOT EXISTS orderbook.order_events
(
    symbol LowCardinality(String),
    seqNum UInt64 CODEC(Delta, ZSTD(1)),
    rptSeq UInt64 CODEC(Delta, ZSTD(1)),
    side Enum8('None' = 0, 'Buy' = 1, 'Sell' = 2),
    partition UInt16,
    transactTime DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    execType Enum8('New' = 0, 'Canceled' = 4, 'Replaced' = 5, 'Rejected' = 8, 'Expired' = 12, 'Trade' = 15, 'SelfTradePrevented' = 20),
    ordStatus Enum8('New' = 0, 'PartiallyFilled' = 1, 'Filled' = 2, 'Canceled' = 4, 'Rejected' = 8, 'Expired' = 12),
    accountID UInt32,
    orderID UUID,
    firstSeqNum UInt64 CODEC(Delta, ZSTD(1)),
    entryRptSeq UInt64 COMMENT 'rptSeq of the accepting event' CODEC(Delta, ZSTD(1)),
    securityID UInt32,
    clOrdID String CODEC(ZSTD(1)),
    ordType Enum8('Market' = 1, 'Limit' = 2),
    timeInForce Enum8('GTC' = 1, 'IOC' = 3, 'FOK' = 4, 'GTD' = 6),
    price Nullable(Decimal(38, 18)) CODEC(ZSTD(1)),
    orderQty Decimal(76, 18) COMMENT '0 for an order by cash' CODEC(ZSTD(1)),
    cashOrderQty Nullable(Decimal(76, 36)) CODEC(ZSTD(1)),
    cumQty Decimal(76, 18) CODEC(ZSTD(1)),
    leavesQty Decimal(76, 18) CODEC(ZSTD(1)),
    preventedQty Decimal(76, 18) CODEC(ZSTD(1)),
    lastPx Nullable(Decimal(38, 18)) CODEC(ZSTD(1)),
    lastQty Nullable(Decimal(76, 18)) COMMENT 'Traded, or prevented, by this event' CODEC(ZSTD(1)),
    lastLiquidityInd Enum8('None' = 0, 'Added' = 1, 'Removed' = 2),
    reason LowCardinality(String) COMMENT 'cancelReason or ordRejReason by its name',
    INDEX byOrder orderID TYPE bloom_filter GRANULARITY 4,
    INDEX byAccount accountID TYPE bloom_filter GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(transactTime)
ORDER BY (symbol, seqNum, rptSeq, side, partition)
SETTINGS non_replicated_deduplication_window = 1000;

-- Best bid and offer after each command that moved either.
CREATE TABLE IF NOT EXISTS orderbook.bbo
(
    symbol LowCardinality(String),
    transactTime DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    rptSeq UInt64 COMMENT 'Of the last event of the instrument in the command' CODEC(Delta, ZSTD(1)),
    bidPx Nullable(Decimal(38, 18)) COMMENT 'NULL: no bid' CODEC(ZSTD(1)),
    bidQty Decimal(76, 18) CODEC(ZSTD(1)),
    askPx Nullable(Decimal(38, 18)) COMMENT 'NULL: no ask' CODEC(ZSTD(1)),
    askQty Decimal(76, 18) CODEC(ZSTD(1)),
    partition UInt16,
    seqNum UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(transactTime)
ORDER BY (symbol, transactTime, rptSeq)
SETTINGS non_replicated_deduplication_window = 1000;

-- How far each partition's events stand in these tables: written after the rows of a block.
CREATE TABLE IF NOT EXISTS orderbook.fold_positions
(
    partition UInt16,
    offset UInt64,
    epoch UInt64,
    seqNum UInt64,
    bodyHash FixedString(16)
)
ENGINE = ReplacingMergeTree(seqNum)
ORDER BY partition;

-- Bounds of a block that is longer than the log's own bounds, written before it is sent: a projector that starts again keeps to them.
CREATE TABLE IF NOT EXISTS orderbook.block_intents
(
    partition UInt16,
    firstSeqNum UInt64,
    lastSeqNum UInt64
)
ENGINE = ReplacingMergeTree(lastSeqNum)
ORDER BY partition;
