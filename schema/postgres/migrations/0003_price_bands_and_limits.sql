CREATE TABLE "account_limits" (
	"partition" integer NOT NULL,
	"account_id" integer NOT NULL,
	"symbol" text NOT NULL,
	"open_order_count_max" bigint NOT NULL,
	"open_notional_max" numeric(60, 0) NOT NULL,
	"last_seq_num" bigint NOT NULL,
	CONSTRAINT "account_limits_partition_account_id_symbol_pk" PRIMARY KEY("partition","account_id","symbol")
);
--> statement-breakpoint
ALTER TABLE "instruments" ADD COLUMN "price_band_bps" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "instruments" ADD COLUMN "taker_band_bps" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "instruments" ADD COLUMN "reference_price" integer DEFAULT 0 NOT NULL;