CREATE TABLE IF NOT EXISTS orderbook.candles_1m
(
    symbol LowCardinality(String),
    openTime DateTime('UTC'),
    open AggregateFunction(argMin, Decimal(38, 18), UInt64),
    high SimpleAggregateFunction(max, Decimal(38, 18)),
    low SimpleAggregateFunction(min, Decimal(38, 18)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt64),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)),
    notional SimpleAggregateFunction(sum, Decimal(76, 36)),
    tradeCount SimpleAggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(openTime)
ORDER BY (symbol, openTime)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS orderbook.candles_1m_of_trades TO orderbook.candles_1m AS
SELECT
    symbol,
    toStartOfMinute(transactTime) AS openTime,
    argMinState(lastPx, rptSeq) AS open,
    max(lastPx) AS high,
    min(lastPx) AS low,
    argMaxState(lastPx, rptSeq) AS close,
    sum(lastQty) AS volume,
    sum(lastPx * lastQty) AS notional,
    count() AS tradeCount
FROM orderbook.trades
GROUP BY symbol, openTime;

-- The candles as people read them. Minutes without a trade have no row.
CREATE VIEW IF NOT EXISTS orderbook.candles AS
SELECT
    symbol,
    openTime,
    argMinMerge(c.open) AS open,
    max(c.high) AS high,
    min(c.low) AS low,
    argMaxMerge(c.close) AS close,
    sum(c.volume) AS volume,
    sum(c.notional) AS notional,
    sum(c.tradeCount) AS tradeCount
FROM orderbook.candles_1m AS c
GROUP BY symbol, openTime;
