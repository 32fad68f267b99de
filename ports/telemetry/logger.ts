export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * One line an event. Names of fields: clOrdID, orderID, partition, offset, seqNum, traceID; an Error stands in `error`. No lines for single
 * orders above debug.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says nothing. */
export const noLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
