-- Stops, stop-limits and icebergs: what an order waits for, when it was triggered, and what it shows.
ALTER TABLE orderbook.order_events
    MODIFY COLUMN execType Enum8('New' = 0, 'Canceled' = 4, 'Replaced' = 5, 'Rejected' = 8, 'Expired' = 12, 'Trade' = 15, 'SelfTradePrevented' = 20, 'Triggered' = 21),
    MODIFY COLUMN ordType Enum8('Market' = 1, 'Limit' = 2, 'Stop' = 3, 'StopLimit' = 4),
    ADD COLUMN IF NOT EXISTS stopPx Nullable(Decimal(38, 18)) COMMENT 'Of a stop: what it waits for; a trailing one moves on from there' CODEC(ZSTD(1)) AFTER price,
    ADD COLUMN IF NOT EXISTS pegOffsetValue Nullable(Decimal(38, 18)) COMMENT 'Of a trailing stop' CODEC(ZSTD(1)) AFTER stopPx,
    ADD COLUMN IF NOT EXISTS triggered Bool COMMENT 'Of a stop: it waits no longer' AFTER pegOffsetValue,
    ADD COLUMN IF NOT EXISTS displayQty Nullable(Decimal(76, 18)) COMMENT 'Of an iceberg: most that it shows at a time' CODEC(ZSTD(1)) AFTER orderQty,
    ADD COLUMN IF NOT EXISTS shownQty Nullable(Decimal(76, 18)) COMMENT 'Of an iceberg: what it shows where it rests' CODEC(ZSTD(1)) AFTER displayQty;
