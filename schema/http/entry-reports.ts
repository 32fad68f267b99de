import { z } from "zod";

import { ExecType, OpenOrdStatus, OrdTypeText, TimeInForceText } from "./orders.ts";
import { Position } from "./reads.ts";
import { ClOrdID, Count, Decimal, OrderID, SideText, SymbolText, Time } from "./scalars.ts";

/**
 * Private execution reports over a connection for order entry: after a `subscribe` every command that did something to an order of the
 * account brings one `reports` message, whoever's command it was and whichever gateway took it, in the order of each partition.
 *
 * `position` names the command. A client that comes back says the last position of each partition that it has seen in `from`, joined by
 * commas, and is told what came since, without a hole; where a gateway does not hold that any more (410, ReportsGone), it reads orders and
 * fills anew and goes on from their position. A client that does not read is cut off with code 1013, and comes back the same way.
 */
export const EntrySubscribe = z
  .strictObject({
    op: z.literal("subscribe"),
    id: z.string().regex(/^[!-~]{1,64}$/),
    channel: z.literal("reports"),
    from: Position.optional(),
  })
  .meta({ id: "EntrySubscribe" });

/** Fields that an event does not have are absent; what traded in all, orders and fills say. */
export const PrivateReport = z
  .strictObject({
    symbol: SymbolText,
    orderID: OrderID,
    rptSeq: Count,
    execType: z.enum([...ExecType.options, "Rejected", "PendingNew"]),
    ordStatus: z.enum([...OpenOrdStatus.options, "Rejected", "PendingNew"]).optional(),
    clOrdID: ClOrdID.optional(),
    side: SideText.optional(),
    ordType: OrdTypeText.optional(),
    timeInForce: TimeInForceText.optional(),
    price: Decimal.optional(),
    stopPx: Decimal.optional(),
    orderQty: Decimal.optional(),
    cashOrderQty: Decimal.optional(),
    leavesQty: Decimal.optional(),
    cumQty: Decimal.optional(),
    lastQty: Decimal.optional(),
    lastPx: Decimal.optional(),
    lastLiquidityInd: z.enum(["Added", "Removed", "Auction"]).optional(),
    fee: z.string().optional(),
    preventedQty: Decimal.optional(),
    canceledQty: Decimal.optional(),
    cancelReason: z.string().optional(),
    ordRejReason: z.string().optional(),
  })
  .meta({ id: "PrivateReport" });

export const EntryReports = z
  .strictObject({
    type: z.literal("reports"),
    position: Position,
    transactTime: Time,
    reports: z.array(PrivateReport),
  })
  .meta({ id: "EntryReports" });

export type EntrySubscribe = z.infer<typeof EntrySubscribe>;
export type PrivateReport = z.infer<typeof PrivateReport>;
export type EntryReports = z.infer<typeof EntryReports>;
