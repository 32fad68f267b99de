import { z } from "zod";

import { Position } from "./reads.ts";
import {
  ClOrdID,
  Count,
  Decimal,
  DecimalText,
  OrderID,
  SelfTradePreventionText,
  SideText,
  SymbolText,
  Time,
} from "./scalars.ts";

export const OrdTypeText = z.enum(["Limit", "Market", "Stop", "StopLimit"]);
export const TimeInForceText = z.enum(["GTC", "IOC", "FOK", "GTD", "Day", "AtTheOpening"]);

/** Body of POST /v1/orders. Which fields go together is checked after their forms, and answered UnsupportedOrderCharacteristic. */
export const NewOrderRequest = z
  .strictObject({
    symbol: SymbolText,
    side: SideText,
    ordType: OrdTypeText,
    price: DecimalText.optional().meta({
      description: "Limit and StopLimit orders have one, Market and Stop orders none",
    }),
    stopPx: DecimalText.optional().meta({
      description:
        "Stop and StopLimit: a buy waits for a trade at or above it, a sell for one at or below it",
    }),
    pegOffsetValue: DecimalText.optional().meta({
      description:
        "Makes a stop a trailing one: its distance from the trades. Starts at stopPx, or where that is absent at the last trade",
    }),
    displayQty: DecimalText.optional().meta({
      description: "Makes a limit order an iceberg: most that the book shows of it at a time",
    }),
    orderQty: DecimalText.optional().meta({ description: "Absent when the order is by cash" }),
    cashOrderQty: DecimalText.optional().meta({
      description: "Market orders only: what to spend or to raise, in the quote currency",
    }),
    timeInForce: TimeInForceText.optional().meta({
      description:
        "GTC where absent; Market: IOC where absent, or FOK. Day: until the instrument is Closed. AtTheOpening: a limit order for the auction at hand. A stop waits until it is triggered, canceled or, GTD, expired, and then has it",
    }),
    expireTime: z.iso
      .datetime()
      .optional()
      .meta({ description: "GTD only; RFC 3339 in UTC with Z, milliseconds at the finest" }),
    postOnly: z
      .boolean()
      .optional()
      .meta({ description: "Refused where it would trade at once; not with IOC and FOK" }),
    selfTradePrevention: SelfTradePreventionText.optional(),
    clOrdID: ClOrdID.optional(),
  })
  .meta({
    id: "NewOrderRequest",
    examples: [
      { symbol: "BTC-USD", side: "Buy", ordType: "Limit", price: "60000", orderQty: "0.01" },
    ],
  });

/** Body of PATCH /v1/orders/{orderID}. */
export const ReplaceRequest = z
  .strictObject({
    price: DecimalText.optional(),
    orderQty: DecimalText.optional().meta({
      description: "The new total, what has traded included",
    }),
    stopPx: DecimalText.optional().meta({ description: "Of an order that waits for it" }),
    losePriority: z.boolean().optional(),
    clOrdID: ClOrdID.optional().meta({ description: "Of this request, not of the order" }),
  })
  .meta({ id: "ReplaceRequest", examples: [{ orderQty: "0.02" }] });

export const OrderPath = z.strictObject({ orderID: OrderID });

/** Query of DELETE /v1/orders: with clOrdID that one order, without it every order of the account that the rest names. */
export const CancelQuery = z
  .strictObject({
    symbol: SymbolText.optional(),
    side: SideText.optional(),
    clOrdID: ClOrdID.optional(),
  })
  .refine(({ symbol, clOrdID }) => clOrdID === undefined || symbol !== undefined, {
    path: ["symbol"],
    message: "clOrdID needs symbol beside it",
  })
  .refine(({ side, clOrdID }) => clOrdID === undefined || side === undefined, {
    path: ["side"],
    message: "side does not go with clOrdID",
  });

export const ExecType = z.enum([
  "New",
  "Trade",
  "Canceled",
  "Expired",
  "Replaced",
  "Restated",
  "Triggered",
]);
export const OpenOrdStatus = z.enum(["New", "PartiallyFilled", "Filled", "Canceled", "Expired"]);

export const ExecutionReport = z
  .strictObject({
    execType: ExecType.meta({ description: "Restated: self-trade prevention lowered it" }),
    ordStatus: OpenOrdStatus.meta({ description: "After this report" }),
    rptSeq: Count.meta({
      description: "Of the event: with the symbol it names the event for ever",
    }),
    lastQty: Decimal.optional(),
    lastPx: Decimal.optional(),
    lastLiquidityInd: z.enum(["Added", "Removed"]).optional(),
    fee: z
      .string()
      .regex(/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/)
      .optional()
      .meta({ description: "Of a trade that has one, in the quote currency; negative: received" }),
    preventedQty: Decimal.optional(),
    cancelReason: z.string().optional(),
    leavesQty: Decimal,
    cumQty: Decimal,
  })
  .meta({ id: "ExecutionReport" });

const decided = {
  orderID: OrderID,
  clOrdID: ClOrdID,
  symbol: SymbolText,
  side: SideText,
  ordType: OrdTypeText,
  cumQty: Decimal,
  leavesQty: Decimal,
  ordStatus: OpenOrdStatus,
  transactTime: Time.meta({ description: "Log time of the command" }),
  position: Position,
  executionReports: z
    .array(ExecutionReport)
    .meta({ description: "What this command did to this order, in order" }),
};

const ofStopsAndIcebergs = {
  stopPx: Decimal.optional().meta({
    description: "What a stop waits for, as accepted; a trailing one moves on with the trades",
  }),
  pegOffsetValue: Decimal.optional(),
  displayQty: Decimal.optional(),
};

export const OrderAnswer = z
  .strictObject({
    ...decided,
    timeInForce: TimeInForceText,
    price: Decimal.optional(),
    ...ofStopsAndIcebergs,
    orderQty: Decimal.optional(),
    cashOrderQty: Decimal.optional(),
    avgPx: Decimal,
  })
  .meta({ id: "OrderAnswer" });

/** The other order of a pair of which each cancels the other, as the request has left it. */
export const OtherLeg = z
  .strictObject({
    orderID: OrderID,
    cumQty: Decimal,
    leavesQty: Decimal,
    ordStatus: OpenOrdStatus,
    executionReports: z.array(ExecutionReport),
  })
  .meta({ id: "OtherLeg" });

const otherLeg = OtherLeg.optional().meta({
  description: "Of an order that cancels another one: what the request did to that one",
});

export const ReplaceAnswer = z
  .strictObject({
    ...decided,
    price: Decimal.optional(),
    stopPx: Decimal.optional().meta({ description: "Of an order that waits for it" }),
    orderQty: Decimal,
    avgPx: Decimal.optional().meta({
      description: "Only where every trade of the order is in here",
    }),
    keptPriority: z.boolean(),
    otherLeg,
  })
  .meta({ id: "ReplaceAnswer" });

export const CancelAnswer = z
  .strictObject({
    orderID: OrderID,
    symbol: SymbolText,
    side: SideText,
    price: Decimal.optional(),
    canceledQty: Decimal,
    cumQty: Decimal,
    leavesQty: Decimal,
    ordStatus: OpenOrdStatus,
    otherLeg,
    transactTime: Time,
    position: Position,
    executionReports: z.array(ExecutionReport),
  })
  .meta({ id: "CancelAnswer" });

export const MassCancelAnswer = z
  .strictObject({
    totalAffectedOrders: Count,
    symbol: SymbolText.optional(),
    side: SideText.optional(),
    transactTime: Time,
    position: Position,
  })
  .meta({ id: "MassCancelAnswer" });

/** 200 for a request that was accepted so long ago that the gateway no longer holds what it came to. */
export const RepeatAnswer = z
  .strictObject({
    orderID: OrderID,
    clOrdID: ClOrdID,
    symbol: SymbolText,
    decision: z.literal("Accepted"),
    originalSeqNum: Count,
    position: Position,
    location: z.string(),
    order: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "The order as the read side has it now, where it answers" }),
  })
  .meta({ id: "RepeatAnswer" });

/** 202: the command stands on the log; its outcome did not come in time, or the order is deferred (ordStatus PendingNew). */
export const PendingAnswer = z
  .strictObject({
    orderID: OrderID.optional(),
    clOrdID: ClOrdID.optional(),
    location: z.string().optional().meta({ description: "Where to look" }),
  })
  .meta({ id: "PendingAnswer" });

export type NewOrderRequest = z.infer<typeof NewOrderRequest>;
export type ReplaceRequest = z.infer<typeof ReplaceRequest>;
export type CancelQuery = z.infer<typeof CancelQuery>;
/** Body of PUT /v1/dead-man-timer. */
export const DeadManTimerRequest = z
  .strictObject({
    timeoutMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .meta({
        description:
          "All open orders of the account are canceled unless another such request comes within this time; 0 disarms the timer",
        examples: [15_000],
      }),
  })
  .meta({ id: "DeadManTimerRequest" });

export const DeadManTimerAnswer = z
  .strictObject({
    deadline: Time.optional().meta({
      description: "Log time at which it runs out; absent: disarmed",
    }),
    position: Position,
  })
  .meta({ id: "DeadManTimerAnswer" });

export type DeadManTimerAnswer = z.infer<typeof DeadManTimerAnswer>;
export type ExecutionReport = z.infer<typeof ExecutionReport>;
export type OpenOrdStatus = z.infer<typeof OpenOrdStatus>;
export type OrderAnswer = z.infer<typeof OrderAnswer>;
export type OtherLeg = z.infer<typeof OtherLeg>;
export type ReplaceAnswer = z.infer<typeof ReplaceAnswer>;
export type CancelAnswer = z.infer<typeof CancelAnswer>;
export type MassCancelAnswer = z.infer<typeof MassCancelAnswer>;
export type RepeatAnswer = z.infer<typeof RepeatAnswer>;
export type PendingAnswer = z.infer<typeof PendingAnswer>;
