import { z } from "zod";

/** The words that requests and answers of the command side share. Patterns say [0-9], not \d, which is more in other languages. */
export const SymbolText = z
  .string()
  .regex(/^[A-Z0-9][A-Z0-9._-]{0,15}$/)
  .meta({ description: "Symbol of an instrument", examples: ["BTC-USD"] });

export const OrderID = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .meta({ description: "The venue's id of an order: a UUID in lower case" });

export const ClOrdID = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,36}$/)
  .meta({ description: "The client's own id of a request; given by the venue where it is absent" });

/** Quantities and prices that clients send. Signs, exponents, blanks and leading zeros are no decimals; numbers are refused. */
export const DecimalText = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,28})(\.[0-9]{1,18})?$/)
  .meta({ description: "Decimal number as a string", examples: ["64250.5"] });

export const Decimal = z
  .string()
  .regex(/^(0|[1-9][0-9]*)(\.[0-9]+)?$/)
  .meta({ description: "Decimal number, exact" });

export const Time = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/)
  .meta({ description: "UTC time with milliseconds" });

export const Count = z.int().min(0).meta({ description: "A count, or a place on the log" });

export const AccountID = z.int().min(1).max(2147483647);

export const SideText = z.enum(["Buy", "Sell"]);
export const TradingStateText = z.enum([
  "Open",
  "Halt",
  "CancelOnly",
  "Closed",
  "PreOpen",
  "Auction",
]);
export const SelfTradePreventionText = z
  .enum(["CancelNewest", "CancelOldest", "CancelBoth", "Decrement"])
  .meta({ description: "Who gives way when an account would trade with itself" });
