CREATE TABLE "accounts" (
	"partition" integer NOT NULL,
	"account_id" integer NOT NULL,
	"account_status" smallint NOT NULL,
	"name" text NOT NULL,
	"last_seq_num" bigint NOT NULL,
	CONSTRAINT "accounts_partition_account_id_pk" PRIMARY KEY("partition","account_id")
);
--> statement-breakpoint
CREATE TABLE "fills" (
	"symbol" text NOT NULL,
	"rpt_seq" bigint NOT NULL,
	"side" smallint NOT NULL,
	"partition" integer NOT NULL,
	"seq_num" bigint NOT NULL,
	"security_id" integer NOT NULL,
	"account_id" integer NOT NULL,
	"order_id" uuid NOT NULL,
	"first_seq_num" bigint NOT NULL,
	"last_qty" bigint NOT NULL,
	"last_px" integer NOT NULL,
	"leaves_qty" bigint NOT NULL,
	"ord_status" smallint NOT NULL,
	"last_liquidity_ind" smallint NOT NULL,
	"transact_time" bigint NOT NULL,
	CONSTRAINT "fills_symbol_rpt_seq_side_pk" PRIMARY KEY("symbol","rpt_seq","side")
);
--> statement-breakpoint
CREATE TABLE "fold_positions" (
	"partition" integer PRIMARY KEY NOT NULL,
	"offset" bigint NOT NULL,
	"epoch" bigint NOT NULL,
	"seq_num" bigint NOT NULL,
	"body_hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "instruments" (
	"partition" integer NOT NULL,
	"security_id" integer NOT NULL,
	"symbol" text NOT NULL,
	"base_currency" text NOT NULL,
	"quote_currency" text NOT NULL,
	"price_exponent" smallint NOT NULL,
	"qty_exponent" smallint NOT NULL,
	"tick_size" integer NOT NULL,
	"lot_size" bigint NOT NULL,
	"min_order_qty" bigint NOT NULL,
	"max_order_qty" bigint NOT NULL,
	"self_trade_prevention" smallint NOT NULL,
	"trading_state" smallint NOT NULL,
	"last_seq_num" bigint NOT NULL,
	CONSTRAINT "instruments_partition_security_id_pk" PRIMARY KEY("partition","security_id")
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"partition" integer NOT NULL,
	"key_id" text NOT NULL,
	"account_id" integer NOT NULL,
	"key_algorithm" smallint NOT NULL,
	"key_status" smallint NOT NULL,
	"scopes" smallint NOT NULL,
	"public_key" text NOT NULL,
	"last_seq_num" bigint NOT NULL,
	CONSTRAINT "keys_partition_key_id_pk" PRIMARY KEY("partition","key_id")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"partition" integer NOT NULL,
	"order_id" uuid NOT NULL,
	"first_seq_num" bigint NOT NULL,
	"account_id" integer NOT NULL,
	"security_id" integer NOT NULL,
	"symbol" text NOT NULL,
	"cl_ord_id" text NOT NULL,
	"replace_cl_ord_id" text,
	"side" smallint NOT NULL,
	"ord_type" smallint NOT NULL,
	"time_in_force" smallint NOT NULL,
	"exec_inst" smallint NOT NULL,
	"self_trade_prevention" smallint NOT NULL,
	"price" integer,
	"order_qty" bigint NOT NULL,
	"cash_order_qty" numeric(60, 0),
	"cum_qty" bigint NOT NULL,
	"leaves_qty" bigint NOT NULL,
	"prevented_qty" bigint NOT NULL,
	"cum_notional" numeric(60, 0) NOT NULL,
	"ord_status" smallint NOT NULL,
	"cancel_reason" smallint,
	"ord_rej_reason" smallint,
	"expire_time" bigint,
	"entry_time" bigint NOT NULL,
	"transact_time" bigint NOT NULL,
	"entry_rpt_seq" bigint NOT NULL,
	"last_rpt_seq" bigint NOT NULL,
	"last_seq_num" bigint NOT NULL,
	CONSTRAINT "orders_order_id_first_seq_num_partition_pk" PRIMARY KEY("order_id","first_seq_num","partition")
);
--> statement-breakpoint
CREATE TABLE "positions" (
	"account_id" integer NOT NULL,
	"symbol" text NOT NULL,
	"partition" integer NOT NULL,
	"security_id" integer NOT NULL,
	"net_qty" numeric(60, 0) NOT NULL,
	"bought_qty" numeric(60, 0) NOT NULL,
	"sold_qty" numeric(60, 0) NOT NULL,
	"bought_notional" numeric(60, 0) NOT NULL,
	"sold_notional" numeric(60, 0) NOT NULL,
	"last_seq_num" bigint NOT NULL,
	CONSTRAINT "positions_account_id_symbol_pk" PRIMARY KEY("account_id","symbol")
);
--> statement-breakpoint
CREATE INDEX "fills_by_account" ON "fills" USING btree ("account_id","transact_time","seq_num","rpt_seq");--> statement-breakpoint
CREATE INDEX "fills_by_order" ON "fills" USING btree ("order_id","first_seq_num");--> statement-breakpoint
CREATE UNIQUE INDEX "instruments_symbol" ON "instruments" USING btree ("symbol");--> statement-breakpoint
CREATE INDEX "orders_by_cl_ord_id" ON "orders" USING btree ("account_id","symbol","cl_ord_id");--> statement-breakpoint
CREATE INDEX "orders_by_entry" ON "orders" USING btree ("account_id","entry_time","first_seq_num");--> statement-breakpoint
CREATE INDEX "orders_open" ON "orders" USING btree ("account_id","symbol") WHERE "orders"."ord_status" < 2;