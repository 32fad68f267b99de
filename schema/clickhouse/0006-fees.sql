-- What the order's account pays of a trade.
ALTER TABLE orderbook.order_events
    ADD COLUMN IF NOT EXISTS fee Decimal(76, 36) COMMENT 'Of a trade, in the quote currency; below 0 where the account receives it' CODEC(ZSTD(1)) AFTER lastQty;
