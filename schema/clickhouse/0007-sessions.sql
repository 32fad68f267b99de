-- Orders for the day.
ALTER TABLE orderbook.order_events
    MODIFY COLUMN timeInForce Enum8('Day' = 0, 'GTC' = 1, 'IOC' = 3, 'FOK' = 4, 'GTD' = 6);
