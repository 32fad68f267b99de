import { createProcessLog, logLevels } from "../telemetry/process-log.ts";
import type { LogLevel, ProcessLog } from "../telemetry/process-log.ts";
import { openOperations } from "../telemetry/operations-listener.ts";
import type { Operations } from "../telemetry/operations-listener.ts";
import { ConfigurationError, type Environment, type Variable } from "./environment.ts";
import { readListener, tlsVariables, type Listener } from "./listener.ts";

/** What every service's configuration has. */
export interface ServiceConfig {
  readonly logLevel: LogLevel;
  /** The private listener: health, readiness, metrics. */
  readonly operations: Listener;
}

/** A service that is open. */
export interface OpenService extends Operations {
  /** Takes no more work, finishes what it has, closes. */
  close(): Promise<void>;
}

export interface ServiceDefinition<Config extends ServiceConfig> {
  readonly name: string;
  /** Throws ConfigurationError. */
  readConfig(): Config;
  /** Rejects when the service cannot come up: the process then ends, for its supervisor to start it again. */
  open(context: ServiceContext<Config>): Promise<OpenService>;
}

export interface ServiceContext<Config> {
  readonly config: Config;
  readonly log: ProcessLog;
  /** The process cannot go on: it ends with code 1 and writes nothing more. */
  fail(message: string, error: unknown): void;
}

const ExitCode = { Drained: 0, Failed: 1, WrongConfiguration: 2 } as const;
/** A supervisor kills what has not drained by about then. */
const drainMaxMs = 20_000;

/** Variables of every service; `operationsPort` differs so that all can run on one machine. */
export function serviceVariables(operationsPort: number) {
  return {
    logLevel: {
      name: "LOG_LEVEL",
      meaning: `one of ${logLevels.map((level) => `\`${level}\``).join(", ")}`,
      fallback: "info",
    },
    host: {
      name: "OPERATIONS_HOST",
      meaning: "address of the private listener: health, readiness, metrics",
      fallback: "127.0.0.1",
    },
    port: {
      name: "OPERATIONS_PORT",
      meaning: "its port; 0 takes a free one",
      fallback: String(operationsPort),
    },
    ...tlsVariables,
  } as const satisfies Record<string, Variable>;
}

export function readService(
  environment: Environment,
  variables: ReturnType<typeof serviceVariables>,
): ServiceConfig {
  return {
    logLevel: environment.oneOf(variables.logLevel, ["info", "debug", "warn", "error"]),
    operations: readListener(environment, variables),
  };
}

/**
 * Runs a service for the life of the process: configuration, private listener, the service itself, drain at SIGTERM or SIGINT. A second
 * signal ends it at once.
 */
export async function runService<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
): Promise<void> {
  const config = readConfigOrExit(definition);
  const log = createProcessLog({ service: definition.name, level: config.logLevel });
  const fail = (message: string, error: unknown): never => {
    log.error(message, error);
    process.exit(ExitCode.Failed);
  };
  process.on("uncaughtException", (error) => fail("Nobody caught an error", error));
  process.on("unhandledRejection", (error) => fail("Nobody caught a rejection", error));
  let service: OpenService | null = null;
  const operations = openOperations(config.operations, {
    readiness: () =>
      service === null ? { ready: false, status: "starting" } : service.readiness(),
    metrics: () =>
      service === null
        ? Promise.resolve({ text: "", contentType: "text/plain" })
        : service.metrics(),
  });
  log.info("starting", { operations: operations.url });
  const draining = Promise.withResolvers<void>();
  onSignal(draining.resolve);
  try {
    service = await definition.open({ config, log, fail });
  } catch (error) {
    fail("does not come up", error);
  }
  log.info("serving");
  await draining.promise;
  log.info("draining");
  setTimeout(() => fail("did not drain", new Error(`not within ${drainMaxMs} ms`)), drainMaxMs);
  await service?.close();
  await operations.close();
  log.info("closed");
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

function onSignal(drain: () => void): void {
  let count = 0;
  const take = (): void => {
    if (++count > 1) process.exit(ExitCode.Failed);
    drain();
  };
  process.on("SIGTERM", take);
  process.on("SIGINT", take);
}
