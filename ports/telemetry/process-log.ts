import pino from "pino";

/** Fields of a line; what is long is cut, what is secret is left out by its name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One JSON object a line on stdout. There are no lines per order: those are what the logs and the metrics are for. */
export interface ProcessLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** With the error's message, stack and causes. */
  error(message: string, error: unknown, fields?: LogFields): void;
}

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Names whose values never reach a line, at the top or one object down. */
const secretNames = [
  "authorization",
  "cookie",
  "key",
  "password",
  "privateKey",
  "secret",
  "secretKey",
  "settings",
  "token",
];
const textCharsMax = 2000;

export function createProcessLog(
  options: { service: string; level: LogLevel },
  destination?: pino.DestinationStream,
): ProcessLog {
  const log = pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), remove: true },
      serializers: { err: errorFields },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
  return {
    debug: (message, fields = {}) => log.debug(cut(fields), message),
    info: (message, fields = {}) => log.info(cut(fields), message),
    warn: (message, fields = {}) => log.warn(cut(fields), message),
    error: (message, error, fields = {}) => log.error({ ...cut(fields), err: error }, message),
  };
}

function cut(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? shortened(value) : value,
    ]),
  );
}

function shortened(text: string): string {
  return text.length > textCharsMax ? `${text.slice(0, textCharsMax)}…` : text;
}

interface ErrorFields {
  readonly name: string;
  readonly code: unknown;
  readonly message: string;
  readonly stack: string;
  readonly cause?: ErrorFields;
}

function errorFields(error: unknown): ErrorFields | { message: string } {
  if (!(error instanceof Error)) return { message: shortened(String(error)) };
  return {
    name: error.name,
    code: (error as { code?: unknown }).code,
    message: shortened(error.message),
    stack: shortened(error.stack ?? ""),
    ...(error.cause instanceof Error ? { cause: errorFields(error.cause) as ErrorFields } : {}),
  };
}
