-- How far from the reference price orders and takers may go.
ALTER TABLE orderbook.instruments
    ADD COLUMN IF NOT EXISTS priceBandBps UInt32 COMMENT 'At entry, in basis points; 0 = any price' AFTER maxOrderQty,
    ADD COLUMN IF NOT EXISTS takerBandBps UInt32 COMMENT 'Of a taker, in basis points; 0 = any price' AFTER priceBandBps,
    ADD COLUMN IF NOT EXISTS referencePrice Decimal(38, 18) COMMENT 'Before the first trade; 0 = none' AFTER takerBandBps;
