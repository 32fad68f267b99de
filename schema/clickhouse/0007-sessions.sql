-- Sessions and auctions: orders for the day and for an opening, trades without a taker, and what auctions would come to.
ALTER TABLE orderbook.order_events
    MODIFY COLUMN timeInForce Enum8('Day' = 0, 'GTC' = 1, 'AtTheOpening' = 2, 'IOC' = 3, 'FOK' = 4, 'GTD' = 6),
    MODIFY COLUMN lastLiquidityInd Enum8('None' = 0, 'Added' = 1, 'Removed' = 2, 'Auction' = 4);

ALTER TABLE orderbook.trades
    MODIFY COLUMN aggressorSide Enum8('None' = 0, 'Buy' = 1, 'Sell' = 2) COMMENT 'Side of the taker; None: an auction, the maker is the buy and the taker the sell';

ALTER TABLE orderbook.bbo
    MODIFY COLUMN bidPx Nullable(Decimal(38, 18)) COMMENT 'NULL: no bid, or bids and asks cross before an opening' CODEC(ZSTD(1)),
    MODIFY COLUMN askPx Nullable(Decimal(38, 18)) COMMENT 'NULL: no ask, or bids and asks cross before an opening' CODEC(ZSTD(1));

CREATE TABLE IF NOT EXISTS orderbook.auction_indications
(
    symbol LowCardinality(String),
    transactTime DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    rptSeq UInt64 CODEC(Delta, ZSTD(1)),
    indicativePrice Nullable(Decimal(38, 18)) COMMENT 'NULL: no bid meets an ask' CODEC(ZSTD(1)),
    indicativeQty Decimal(76, 18) COMMENT 'That would trade' CODEC(ZSTD(1)),
    imbalanceQty Decimal(76, 18) COMMENT 'That would be left of one side at the price or better' CODEC(ZSTD(1)),
    imbalanceSide Enum8('None' = 0, 'Buy' = 1, 'Sell' = 2),
    partition UInt16,
    seqNum UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(transactTime)
ORDER BY (symbol, transactTime, rptSeq)
SETTINGS non_replicated_deduplication_window = 1000;
