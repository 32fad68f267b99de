import { z } from "zod";

import { TradingStateText } from "./scalars.ts";

/**
 * What the read routes take. Query strings arrive as text: numbers and booleans are plain digits and true or false, nothing else.
 * Unknown parameters are refused.
 */
const SymbolText = z
  .string()
  .regex(/^[A-Z0-9][A-Z0-9._-]{0,15}$/)
  .meta({ description: "Symbol of an instrument", examples: ["BTC-USD"] });

const Uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .meta({ description: "UUID in lower case" });

const ClOrdIDText = z
  .string()
  .regex(/^[\x21-\x7e]{1,36}$/)
  .meta({ description: "The client's own id of an order" });

const Instant = z.iso
  .datetime({ offset: true, precision: null })
  .meta({ description: "RFC 3339 time with Z or an offset" });

const Cursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,512}$/)
  .meta({ description: "nextCursor of the page before, with the same filter" });

const positionPattern = /^[0-9]{1,5}:[0-9]{1,16}(,[0-9]{1,5}:[0-9]{1,16}){0,63}$/;

const MinSeq = z
  .string()
  .regex(positionPattern)
  .optional()
  .meta({
    description:
      "A position out of an earlier answer, comma-separated partition:seqNum. The answer is at least as new; 409 StaleRead after two seconds.",
    examples: ["0:4711"],
  });

function count(most: number, otherwise: number, description: string) {
  return z
    .preprocess(wholeNumber, z.int().min(1).max(most))
    .default(otherwise)
    .meta({ description, default: otherwise });
}

function wholeNumber(value: unknown): unknown {
  return typeof value === "string" && /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
}

const Limit = count(1000, 100, "Entries of a page at most");

export const OrderPath = z.strictObject({ orderID: Uuid });

export const SymbolPath = z.strictObject({ symbol: SymbolText });

/** Of routes that take nothing else. */
export const PlainQuery = z.strictObject({ minSeq: MinSeq });

/** clOrdID needs symbol beside it: a clOrdID names an order only within its instrument. */
export const OrderListQuery = z
  .strictObject({
    symbol: SymbolText.optional(),
    clOrdID: ClOrdIDText.optional(),
    open: z
      .enum(["true", "false"])
      .optional()
      .meta({ description: "true: only orders that rest; false: only closed ones" }),
    limit: Limit,
    cursor: Cursor.optional(),
    minSeq: MinSeq,
  })
  .refine(({ clOrdID, symbol }) => clOrdID === undefined || symbol !== undefined, {
    path: ["clOrdID"],
    message: "clOrdID needs symbol beside it",
  });

export const FillListQuery = z.strictObject({
  symbol: SymbolText.optional(),
  orderID: Uuid.optional(),
  limit: Limit,
  cursor: Cursor.optional(),
  minSeq: MinSeq,
});

export const BookQuery = z.strictObject({
  level: z.enum(["1", "2", "3"]).default("2").meta({
    description: "1: best price of each side; 2: quantity of each price; 3: every order",
  }),
  depth: count(5000, 50, "Price levels of a side at most; level 1 has one"),
  minSeq: MinSeq,
});

export const TradeListQuery = z.strictObject({
  limit: Limit,
  cursor: Cursor.optional(),
  minSeq: MinSeq,
});

export const CandleQuery = z.strictObject({
  from: Instant.optional().meta({ description: "First openTime, rounded up to a minute" }),
  to: Instant.optional().meta({
    description:
      "Candles that open before it; the present minute is the last where it is not given",
  }),
  limit: count(
    1440,
    120,
    "Candles at most: the first of the span where from is given, else the last",
  ),
  minSeq: MinSeq,
});

/** What the read routes answer. Quantities and prices are decimal strings, times RFC 3339 in UTC with milliseconds. */
export const Decimal = z
  .string()
  .regex(/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/)
  .meta({ description: "Decimal number, exact" });

export const Time = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/)
  .meta({ description: "UTC time with milliseconds" });

export const Position = z.string().regex(positionPattern).meta({
  id: "Position",
  description:
    "How far the log is in this answer, comma-separated partition:seqNum; good as minSeq",
});

const Count = z.int().min(0).meta({ description: "A count, or a place on the log" });

const SideText = z.enum(["Buy", "Sell"]);

const NextCursor = z
  .string()
  .nullable()
  .meta({ description: "cursor of the next page; null on the last" });

export const Order = z
  .object({
    orderID: Uuid,
    clOrdID: z.string().meta({ description: "Of the first request, not of a replace" }),
    symbol: SymbolText,
    side: SideText,
    ordType: z.enum(["Market", "Limit", "Stop", "StopLimit"]),
    timeInForce: z.enum(["GTC", "IOC", "FOK", "GTD", "Day", "AtTheOpening"]),
    price: Decimal.optional(),
    stopPx: Decimal.optional().meta({
      description:
        "Of a stop: what it waits for, as accepted or replaced, or, once triggered, where that was",
    }),
    pegOffsetValue: Decimal.optional().meta({ description: "Of a trailing stop" }),
    triggeredTime: Time.optional().meta({ description: "Of a stop: it waits no longer" }),
    orderQty: Decimal.optional().meta({ description: "Absent when the order is by cash" }),
    displayQty: Decimal.optional().meta({ description: "Of an iceberg: most that shows of it" }),
    cashOrderQty: Decimal.optional().meta({ description: "In the quote currency" }),
    expireTime: Time.optional(),
    otherOrderID: Uuid.optional().meta({ description: "Of a pair: the order that it cancels" }),
    postOnly: z.boolean(),
    ordStatus: z
      .enum(["PendingNew", "New", "PartiallyFilled", "Filled", "Canceled", "Rejected", "Expired"])
      .meta({ description: "PendingNew: deferred, neither accepted nor refused yet" }),
    cumQty: Decimal,
    leavesQty: Decimal.meta({ description: "What rests; 0 when the order is closed" }),
    avgPx: Decimal.meta({
      description:
        "Exact notional / cumQty, rounded half to even four digits past the instrument's price unit; 0 while nothing has traded",
    }),
    ordRejReason: z.string().optional().meta({ description: "Of a refused order" }),
    cancelReason: z
      .string()
      .optional()
      .meta({ description: "Of an order that was canceled or expired" }),
    entryTime: Time.meta({ description: "Log time of the command that brought the order" }),
    transactTime: Time.meta({ description: "Log time of the last change" }),
    mdEntryID: Count.meta({
      description:
        "rptSeq of the acceptance: names the order in level 3 books. Of a refused order that of the refusal, 0 for an unknown symbol",
    }),
    firstSeqNum: Count.meta({ description: "With orderID it names the order for ever" }),
    seqNum: Count.meta({ description: "Of the command that changed it last" }),
    position: Position,
  })
  .meta({ id: "Order" });

export const OrderList = z
  .object({
    orders: z.array(Order.omit({ position: true }).meta({ id: "ListedOrder" })),
    nextCursor: NextCursor,
    position: Position,
  })
  .meta({ id: "OrderList", description: "Newest first" });

export const Fill = z
  .object({
    orderID: Uuid,
    firstSeqNum: Count,
    clOrdID: z.string(),
    symbol: SymbolText,
    side: SideText,
    lastQty: Decimal,
    lastPx: Decimal,
    lastLiquidityInd: z
      .enum(["Added", "Removed", "Auction"])
      .meta({ description: "Added: it rested (maker); Removed: it took; Auction: neither" }),
    fee: Decimal.meta({ description: "In the quote currency; negative: the account receives it" }),
    leavesQty: Decimal.meta({
      description: "Of the order after the trade; 0 for an order by cash",
    }),
    rptSeq: Count.meta({
      description: "Of the trade: with the symbol it names the trade for ever",
    }),
    seqNum: Count,
    transactTime: Time,
  })
  .meta({ id: "Fill" });

export const FillList = z
  .object({ fills: z.array(Fill), nextCursor: NextCursor, position: Position })
  .meta({ id: "FillList", description: "Newest first" });

export const AccountPosition = z
  .object({
    symbol: SymbolText,
    netQty: Decimal.meta({ description: "Bought less sold; negative when short" }),
    boughtQty: Decimal,
    soldQty: Decimal,
    boughtNotional: Decimal.meta({
      description: "Sum of lastPx x lastQty of what was bought, exact",
    }),
    soldNotional: Decimal,
    fees: Decimal.meta({ description: "Sum of the fees of its fills" }),
    seqNum: Count.meta({ description: "Of the last trade's command" }),
  })
  .meta({ id: "AccountPosition" });

export const AccountPositionList = z
  .object({ positions: z.array(AccountPosition), position: Position })
  .meta({ id: "AccountPositionList", description: "By symbol" });

export const Instrument = z
  .object({
    symbol: SymbolText,
    partition: Count,
    securityID: Count,
    baseCurrency: z.string(),
    quoteCurrency: z.string(),
    priceExponent: z.int().min(-18).max(9),
    qtyExponent: z.int().min(-18).max(9),
    tickSize: Decimal,
    lotSize: Decimal,
    minOrderQty: Decimal,
    maxOrderQty: Decimal.meta({ description: "0: no bound" }),
    priceBandBps: Count.meta({
      description:
        "How far from the reference price (the last trade's) a limit may be at entry, in basis points; 0: anywhere",
    }),
    takerBandBps: Count.meta({ description: "How far from it a taker trades; 0: anywhere" }),
    referencePrice: Decimal.meta({ description: "Before the first trade; 0: none" }),
    selfTradePrevention: z.enum(["CancelNewest", "CancelOldest", "CancelBoth", "Decrement"]),
    tradingState: TradingStateText,
    seqNum: Count.meta({
      description: "The instrument is as after this command; none since has changed it",
    }),
  })
  .meta({ id: "Instrument" });

export const InstrumentAnswer = Instrument.extend({ position: Position }).meta({
  id: "InstrumentAnswer",
});

export const InstrumentList = z
  .object({ instruments: z.array(Instrument), position: Position })
  .meta({ id: "InstrumentList", description: "By symbol" });

export const AuctionView = z
  .object({
    indicativePrice: Decimal.optional().meta({ description: "Absent: no bid meets an ask" }),
    indicativeQty: Decimal.meta({ description: "That would trade at it" }),
    imbalanceQty: Decimal.meta({ description: "That would be left of one side at it or better" }),
    imbalanceSide: SideText.optional(),
  })
  .meta({ id: "AuctionView", description: "What an opening would come to now" });

export const BookLevel = z
  .object({ price: Decimal, orderQty: Decimal, orderCount: Count })
  .meta({ id: "BookLevel" });

export const BookLevelOrders = z
  .object({
    price: Decimal,
    orders: z.array(
      z.object({
        mdEntryID: Count.meta({ description: "rptSeq of the order's acceptance" }),
        leavesQty: Decimal,
      }),
    ),
  })
  .meta({ id: "BookLevelOrders", description: "The orders of a price, first in the queue first" });

const bookFields = {
  symbol: SymbolText,
  seqNum: Count.meta({
    description: "The book is as after this command; none since has an event of this instrument",
  }),
  rptSeq: Count.meta({ description: "Of the instrument's last event" }),
  tradingState: TradingStateText.meta({
    description: "Bids and asks may cross where it is not Open: nothing is matched then",
  }),
  auction: AuctionView.optional(),
  position: Position,
};

export const Book = z
  .discriminatedUnion("level", [
    z.object({
      ...bookFields,
      level: z.literal(1),
      bids: z.array(BookLevel).max(1),
      asks: z.array(BookLevel).max(1),
    }),
    z.object({
      ...bookFields,
      level: z.literal(2),
      bids: z.array(BookLevel),
      asks: z.array(BookLevel),
    }),
    z.object({
      ...bookFields,
      level: z.literal(3),
      bids: z.array(BookLevelOrders),
      asks: z.array(BookLevelOrders),
    }),
  ])
  .meta({ id: "Book", description: "Best price first on both sides" });

export const PublicTrade = z
  .object({
    rptSeq: Count,
    seqNum: Count,
    lastPx: Decimal,
    lastQty: Decimal,
    aggressorSide: SideText.optional().meta({ description: "Absent: in an auction nobody takes" }),
    transactTime: Time,
  })
  .meta({ id: "PublicTrade" });

export const TradeList = z
  .object({
    symbol: SymbolText,
    trades: z.array(PublicTrade),
    nextCursor: NextCursor,
    position: Position,
  })
  .meta({ id: "TradeList", description: "Newest first" });

export const Candle = z
  .object({
    openTime: Time,
    open: Decimal,
    high: Decimal,
    low: Decimal,
    close: Decimal,
    volume: Decimal.meta({ description: "Base quantity" }),
    tradeCount: Count,
    closed: z.boolean().meta({ description: "False: trades of this minute may still come" }),
  })
  .meta({
    id: "Candle",
    description: "A minute without a trade repeats the last close with volume 0",
  });

export const CandleList = z
  .object({ symbol: SymbolText, candles: z.array(Candle), position: Position })
  .meta({ id: "CandleList", description: "Oldest first" });

export type Order = z.infer<typeof Order>;
export type OrderList = z.infer<typeof OrderList>;
export type Fill = z.infer<typeof Fill>;
export type FillList = z.infer<typeof FillList>;
export type AccountPosition = z.infer<typeof AccountPosition>;
export type AccountPositionList = z.infer<typeof AccountPositionList>;
export type Instrument = z.infer<typeof Instrument>;
export type InstrumentAnswer = z.infer<typeof InstrumentAnswer>;
export type InstrumentList = z.infer<typeof InstrumentList>;
export type AuctionView = z.infer<typeof AuctionView>;
export type BookLevel = z.infer<typeof BookLevel>;
export type BookLevelOrders = z.infer<typeof BookLevelOrders>;
export type Book = z.infer<typeof Book>;
export type PublicTrade = z.infer<typeof PublicTrade>;
export type TradeList = z.infer<typeof TradeList>;
export type Candle = z.infer<typeof Candle>;
export type CandleList = z.infer<typeof CandleList>;
