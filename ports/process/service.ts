import { hostname } from "node:os";

import { openTracer } from "../telemetry/tracer-open.ts";
import type { Tracer } from "../telemetry/tracer.ts";
import { createProcessLog } from "../telemetry/process-log.ts";
import type { Logger, LogLevel } from "../telemetry/logger.ts";
import { readTraces, tracesVariables } from "../telemetry/traces-environment.ts";
import type { TracesConfig } from "../telemetry/traces-environment.ts";
import { openOperations } from "../telemetry/operations-listener.ts";
import type { Operations } from "../telemetry/operations-listener.ts";
import { ConfigurationError, type Environment, type Variable } from "./environment.ts";

/** What every service's configuration has. */
export interface ServiceConfig {
  readonly logLevel: LogLevel;
  /** The private listener: health, readiness, metrics. */
  readonly operations: { readonly hostname: string; readonly port: number };
  readonly traces: TracesConfig;
  /** What no line of the log may show. */
  readonly secrets: readonly string[];
}

/** A service that is open. */
export interface OpenService extends Operations {
  /** Takes no more work, finishes what it has, closes. */
  close(): Promise<void>;
}

export interface ServiceContext<Config> {
  readonly config: Config;
  readonly logger: Logger;
  readonly tracer: Tracer;
  /** The process cannot go on: it ends with code 1 and writes nothing more. */
  fail(error: unknown, message: string): void;
}

export interface ServiceDefinition<Config extends ServiceConfig> {
  readonly name: "gateway" | "engine" | "projector" | "query";
  /** Throws ConfigurationError. */
  readConfig(): Config;
  /** Rejects when the service cannot come up: the process then ends, for its supervisor to start it again. */
  open(context: ServiceContext<Config>): Promise<OpenService>;
}

const ExitCode = { Drained: 0, Failed: 1, WrongConfiguration: 2 } as const;
/** A supervisor kills what has not drained by about then. */
const drainMaxMs = 20_000;

/** Variables of every service; the default port differs so that all can run on one machine. */
export function serviceVariables(operationsPort: number) {
  return {
    logLevel: {
      name: "ORDERBOOK_LOG_LEVEL",
      meaning: "`debug`, `info`, `warn` or `error`",
      fallback: "info",
    },
    host: {
      name: "ORDERBOOK_OPERATIONS_HOST",
      meaning: "address of the private listener (health, readiness, metrics); never publish it",
      fallback: "127.0.0.1",
    },
    port: {
      name: "ORDERBOOK_OPERATIONS_PORT",
      meaning: "its port; 0 takes a free one",
      fallback: String(operationsPort),
    },
    ...tracesVariables,
  } as const satisfies Record<string, Variable>;
}

export function readService(
  environment: Environment,
  variables: ReturnType<typeof serviceVariables>,
): ServiceConfig {
  return {
    logLevel: environment.oneOf(variables.logLevel, ["info", "debug", "warn", "error"]),
    operations: {
      hostname: environment.text(variables.host),
      port: environment.integer(variables.port, { min: 0, max: 65_535 }),
    },
    traces: readTraces(environment),
    secrets: environment.secrets,
  };
}

/**
 * Runs a service for the life of the process: configuration, private listener, the service itself, drain at SIGTERM or SIGINT. A second
 * signal ends it at once.
 */
export async function runService<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
): Promise<never> {
  const config = readConfigOrExit(definition);
  const { name: service } = definition;
  const logger = createProcessLog({ service, level: config.logLevel, secrets: config.secrets });
  const fail = (error: unknown, message: string): never => {
    logger.error({ error }, message);
    process.exit(ExitCode.Failed);
  };
  process.on("uncaughtException", (error) => fail(error, "Nobody caught an error"));
  process.on("unhandledRejection", (error) => fail(error, "Nobody caught a rejection"));
  const signalled = drainSignal();
  let opened: OpenService | null = null;
  const operations = openOperations(config.operations, {
    readiness: () => opened?.readiness() ?? { ready: false, status: "starting" },
    metrics: () => opened?.metrics() ?? Promise.resolve({ text: "", contentType: "text/plain" }),
  });
  logger.info({ operations: operations.url }, "Starting");
  try {
    const instance = `${hostname()}-${process.pid}`;
    const tracer = await openTracer({ service, instance, logger, ...config.traces });
    opened = await definition.open({ config, logger, tracer, fail });
    logger.info({}, "Serving");
    await signalled;
    logger.info({}, "Draining");
    setTimeout(() => fail(new Error(`${drainMaxMs} ms are over`), "Did not drain"), drainMaxMs);
    await opened.close();
    await tracer.close();
    await operations.close();
  } catch (error) {
    fail(error, opened === null ? "Does not come up" : "Does not drain");
  }
  logger.info({}, "Closed");
  process.exit(ExitCode.Drained);
}

function readConfigOrExit<Config extends ServiceConfig>({
  name,
  readConfig,
}: ServiceDefinition<Config>): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // Before there is a log there is stderr: this is for the person who starts it.
    process.stderr.write(`${name} does not start:\n`);
    for (const problem of error.problems) process.stderr.write(`  ${problem}\n`);
    process.exit(ExitCode.WrongConfiguration);
  }
}

/** Resolves at the first signal; the second ends the process. */
function drainSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const take = (): void => {
    if (++count > 1) process.exit(ExitCode.Failed);
    resolve();
  };
  process.on("SIGTERM", take);
  process.on("SIGINT", take);
  return promise;
}
