import { z } from "zod";

import { ReadProblemStatus } from "./read-problem.ts";

/**
 * Every code that a problem can have, with its status. The codes never change; details are for people. UnknownSymbol is 404 where
 * the path names the symbol, and 422 where a body or a query string does.
 */
export const ProblemStatus = {
  ...ReadProblemStatus,
  MalformedJson: 400,
  InvalidUtf8: 400,
  DuplicateKey: 400,
  ForbiddenKey: 400,
  JsonTooDeep: 400,
  InvalidIdempotencyKey: 400,
  InsufficientScope: 403,
  ForbiddenOrigin: 403,
  UnknownDeadLetter: 404,
  UnknownCommand: 404,
  MethodNotAllowed: 405,
  IdConflict: 409,
  RequestInFlight: 409,
  DeadLetterResolved: 409,
  ReplayTooLate: 409,
  CommandDecided: 409,
  UnknownSemantics: 409,
  ReportsGone: 410,
  BodyTooLarge: 413,
  UnsupportedMediaType: 415,
  ExchangeClosed: 422,
  TooLateToEnter: 422,
  UnsupportedOrderCharacteristic: 422,
  IncorrectQuantity: 422,
  UnknownAccount: 422,
  InvalidPriceIncrement: 422,
  PriceOutOfRange: 422,
  PostOnlyWouldCross: 422,
  IdWindowFull: 422,
  OrderCapacityReached: 422,
  AccountDisabled: 422,
  ExpireTimePassed: 422,
  WrongPartition: 422,
  NewerVersion: 422,
  CanceledBeforeEntry: 422,
  Quarantined: 422,
  NotReplayable: 422,
  NothingToReplace: 422,
  NoReferencePrice: 422,
  PriceExceedsCurrentPriceBand: 422,
  OpenOrderCapReached: 422,
  OpenNotionalCapReached: 422,
  InvalidDefinition: 422,
  InvalidList: 422,
  ListAcrossPartitions: 422,
  OtherLegRefused: 422,
  ConnectionLost: 422,
  ExponentChanged: 422,
  SymbolHashTaken: 422,
  CapacityReached: 422,
  OlderSemantics: 422,
  AuctionUnderWay: 422,
  IdempotencyKeyReused: 422,
  UpgradeRequired: 426,
  RateLimited: 429,
  TooManyPending: 429,
  LogUnavailable: 503,
  Overloaded: 503,
  Closing: 503,
} as const;
export type ProblemCode = keyof typeof ProblemStatus;

/** RFC 9457. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string().meta({ description: "Stable; a refusal of the engine has its reason's name" }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .meta({ description: "JSON pointer into the body, or /name of a parameter" }),
          detail: z.string(),
        }),
      )
      .optional(),
    orderID: z.string().optional(),
    clOrdID: z.string().optional(),
    position: z.string().optional(),
  })
  .meta({ id: "Problem" });

export type Problem = z.infer<typeof Problem>;
