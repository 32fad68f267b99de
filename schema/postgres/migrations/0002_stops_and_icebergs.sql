ALTER TABLE "orders" ADD COLUMN "stop_px" integer;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "peg_offset_value" integer;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "triggered_time" bigint;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "display_qty" bigint;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "shown_qty" bigint;