import pino from "pino";

import { LogText, safeLine } from "./log-text.ts";
import type { Logger, LogLevel } from "./logger.ts";

export interface ProcessLogOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Texts that no line may show: passwords, keys. Those shorter than 8 characters are none. */
  readonly secrets?: readonly string[];
  /** Takes each line, its line break included; standard output by default. */
  write?(line: string): void;
}

/** One JSON object a line, with credentials taken out, long values cut and control characters escaped. */
export function createProcessLog(options: ProcessLogOptions): Logger {
  const { service, level, secrets = [], write = toStandardOutput() } = options;
  const lines = pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
    },
    { write: (line: string) => write(safeLine(line)) },
  );
  return new CleanLogger(lines, new LogText(secrets));
}

class CleanLogger implements Logger {
  readonly #lines: pino.Logger;
  readonly #text: LogText;

  constructor(lines: pino.Logger, text: LogText) {
    this.#lines = lines;
    this.#text = text;
  }

  debug(fields: object, message: string): void {
    this.#write("debug", fields, message);
  }

  info(fields: object, message: string): void {
    this.#write("info", fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write("warn", fields, message);
  }

  error(fields: object, message: string): void {
    this.#write("error", fields, message);
  }

  #write(level: LogLevel, fields: object, message: string): void {
    if (!this.#lines.isLevelEnabled(level)) return;
    this.#lines[level](this.#text.fields(fields), this.#text.clean(message));
  }
}

/** Written at once, so that the last words of a process are not lost. */
function toStandardOutput(): (line: string) => void {
  const output = pino.destination({ dest: 1, sync: true });
  return (line) => output.write(line);
}
