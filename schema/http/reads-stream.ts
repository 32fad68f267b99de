import { z } from "zod";

import { AuctionView, Decimal, Time } from "./reads.ts";
import { TradingStateText } from "./scalars.ts";

/**
 * The stream of `/v1/stream`, one JSON text a message.
 *
 * Book: `subscribe` is answered with a `snapshot` of the whole ladder, then come `delta`s with absolute quantities ("0" takes the
 * level away). A delta continues the message before it when its prevSeq is that message's seqNum; a fresh `snapshot` may come at any
 * time (a reader too slow for the deltas gets one) and replaces everything.
 *
 * Checksum: CRC-32 (IEEE 802.3, as in zlib), as an unsigned number, over the ASCII text of the book after the message: the best 25
 * bids from the best price down, then the best 25 asks from the best price up, each `price:qty` exactly as sent, joined by commas.
 * An empty book has checksum 0.
 *
 * Each message says the tradingState, and in an Auction what its opening would come to; a change of either is a delta too, if need be
 * without a level. Where the state is not Open, bids and asks may cross: nothing is matched until it is.
 *
 * Trades: `subscribed`, then a `trade` each. Where a slow reader missed some, a `gap` says which rptSeqs are not complete; they are read
 * with GET /v1/instruments/{symbol}/trades.
 */
export const StreamRequest = z
  .discriminatedUnion("op", [
    z.strictObject({
      op: z.enum(["subscribe", "unsubscribe"]),
      channel: z.enum(["book", "trades"]),
      symbol: z.string().regex(/^[A-Z0-9][A-Z0-9._-]{0,15}$/),
    }),
    z.strictObject({ op: z.literal("ping") }),
    /** Nothing is sent until `resume`, which is answered as a slow reader is: snapshots and gaps. */
    z.strictObject({ op: z.enum(["pause", "resume"]) }),
  ])
  .meta({ id: "StreamRequest" });

const Count = z.int().min(0);

const StreamLevel = z
  .tuple([Decimal, Decimal])
  .meta({ description: "Price and quantity of the level" });

const bookFields = {
  channel: z.literal("book"),
  symbol: z.string(),
  seqNum: Count.meta({ description: "Partition's seqNum that this message brings the book to" }),
  bids: z.array(StreamLevel),
  asks: z.array(StreamLevel),
  checksum: z.int().min(0).max(0xffff_ffff),
  tradingState: TradingStateText,
  auction: AuctionView.optional(),
};

export const StreamSnapshot = z
  .object({ type: z.literal("snapshot"), ...bookFields })
  .meta({ id: "StreamSnapshot" });

export const StreamDelta = z
  .object({ type: z.literal("delta"), ...bookFields, prevSeq: Count })
  .meta({ id: "StreamDelta" });

export const StreamTrade = z
  .object({
    type: z.literal("trade"),
    channel: z.literal("trades"),
    symbol: z.string(),
    seqNum: Count,
    rptSeq: Count,
    lastPx: Decimal,
    lastQty: Decimal,
    aggressorSide: z
      .enum(["Buy", "Sell"])
      .optional()
      .meta({ description: "Absent: in an auction nobody takes" }),
    transactTime: Time,
  })
  .meta({ id: "StreamTrade" });

export const StreamGap = z
  .object({
    type: z.literal("gap"),
    channel: z.literal("trades"),
    symbol: z.string(),
    fromRptSeq: Count.meta({ description: "Trades after this one were not sent" }),
    toRptSeq: Count.meta({ description: "up to this one, included" }),
  })
  .meta({ id: "StreamGap" });

export const StreamSubscribed = z
  .object({
    type: z.enum(["subscribed", "unsubscribed"]),
    channel: z.enum(["book", "trades"]),
    symbol: z.string(),
  })
  .meta({ id: "StreamSubscribed" });

export const StreamPong = z.object({ type: z.literal("pong") }).meta({ id: "StreamPong" });

export const StreamErrorCode = z.enum([
  "InvalidMessage",
  "UnknownSymbol",
  "TooManySubscriptions",
  "TooManyMessages",
  "BookUnavailable",
]);

export const StreamError = z
  .object({ type: z.literal("error"), code: StreamErrorCode, detail: z.string() })
  .meta({ id: "StreamError" });

export const StreamMessage = z
  .discriminatedUnion("type", [
    StreamSnapshot,
    StreamDelta,
    StreamTrade,
    StreamGap,
    StreamSubscribed,
    StreamPong,
    StreamError,
  ])
  .meta({ id: "StreamMessage" });

export type StreamRequest = z.infer<typeof StreamRequest>;
export type StreamSnapshot = z.infer<typeof StreamSnapshot>;
export type StreamDelta = z.infer<typeof StreamDelta>;
export type StreamTrade = z.infer<typeof StreamTrade>;
export type StreamGap = z.infer<typeof StreamGap>;
export type StreamErrorCode = z.infer<typeof StreamErrorCode>;
export type StreamMessage = z.infer<typeof StreamMessage>;
