import type { ProblemCode } from "../../schema/http/problem.ts";

/** Problems that a route can answer with whatever it is for, by what it takes. */
export const anyRoute = ["RateLimited", "InternalError"] as const satisfies ProblemCode[];

export const withToken = ["Unauthorized", "InsufficientScope"] as const satisfies ProblemCode[];

export const withBody = [
  "MalformedJson",
  "InvalidUtf8",
  "DuplicateKey",
  "ForbiddenKey",
  "JsonTooDeep",
  "InvalidRequest",
  "UnsupportedMediaType",
  "BodyTooLarge",
] as const satisfies ProblemCode[];

/** What the engine may refuse a whole new order for, whoever sends it. */
export const newOrderRefusals = [
  "UnknownAccount",
  "AccountDisabled",
  "ExchangeClosed",
  "UnsupportedOrderCharacteristic",
  "ExpireTimePassed",
  "PriceOutOfRange",
  "InvalidPriceIncrement",
  "IncorrectQuantity",
  "OrderCapacityReached",
  "PostOnlyWouldCross",
  "NoReferencePrice",
  "PriceExceedsCurrentPriceBand",
  "OpenOrderCapReached",
  "OpenNotionalCapReached",
] as const satisfies ProblemCode[];

/** A command onto the log, which a repeat may be sent of. */
export const withCommand = [
  "InvalidRequest",
  "InvalidIdempotencyKey",
  "IdempotencyKeyReused",
  "RequestInFlight",
  "IdConflict",
  "TooLateToEnter",
  "IdWindowFull",
  "NewerVersion",
  "Quarantined",
  "Overloaded",
  "Closing",
  "LogUnavailable",
] as const satisfies ProblemCode[];
