-- Pairs of which each order cancels the other.
ALTER TABLE orderbook.order_events
    ADD COLUMN IF NOT EXISTS otherOrderID Nullable(UUID) COMMENT 'Of a pair: the other order, with the same firstSeqNum' AFTER firstSeqNum;
