import pino from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One JSON object a line on stdout. */
export function createProcessLog(options: { service: string; level: LogLevel }): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ dest: 1, sync: true }),
  );
}
