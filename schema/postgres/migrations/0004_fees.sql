CREATE TABLE "fee_schedules" (
	"partition" integer NOT NULL,
	"fee_tier" integer NOT NULL,
	"symbol" text NOT NULL,
	"maker_fee_ppm" integer NOT NULL,
	"taker_fee_ppm" integer NOT NULL,
	"last_seq_num" bigint NOT NULL,
	CONSTRAINT "fee_schedules_partition_fee_tier_symbol_pk" PRIMARY KEY("partition","fee_tier","symbol")
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "fee_tier" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "fills" ADD COLUMN "fee" numeric(60, 0) DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "positions" ADD COLUMN "fees" numeric(60, 0) DEFAULT 0 NOT NULL;