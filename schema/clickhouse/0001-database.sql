-- Everything of ours stands in one database, and analysts are granted it alone.
CREATE DATABASE IF NOT EXISTS orderbook;

-- Which of these files have run.
CREATE TABLE IF NOT EXISTS orderbook.migrations
(
    name String,
    appliedAt DateTime DEFAULT now()
)
ENGINE = MergeTree
ORDER BY name;
