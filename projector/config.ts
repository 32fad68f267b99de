import {
  clickhouseVariables,
  readClickhouseWriter,
} from "../ports/analytics/clickhouse-environment.ts";
import type { ClickhouseOptions } from "../ports/analytics/analytics-clickhouse.ts";
import { kafkaVariables, readKafka } from "../ports/log/kafka-environment.ts";
import type { KafkaConfig } from "../ports/log/kafka-environment.ts";
import { Environment } from "../ports/process/environment.ts";
import type { EnvironmentValues, Variable } from "../ports/process/environment.ts";
import { readService, serviceVariables } from "../ports/process/service.ts";
import type { ServiceConfig } from "../ports/process/service.ts";
import { postgresVariables, readPostgres } from "../ports/read-db/postgres-environment.ts";
import type { PostgresOptions } from "../ports/read-db/read-db-postgres.ts";

export interface ProjectorConfig extends ServiceConfig {
  readonly kafka: KafkaConfig;
  readonly postgres: PostgresOptions;
  /** Null: there are no analytics. */
  readonly clickhouse: ClickhouseOptions | null;
}

const service = serviceVariables(9462);

/** Everything that a projector reads from its environment. */
export const variables: readonly Variable[] = [
  ...Object.values(service),
  ...Object.values(kafkaVariables),
  ...Object.values(postgresVariables),
  ...Object.values(clickhouseVariables),
];

/** Throws ConfigurationError that names every missing or wrong variable. */
export function readConfig(values: EnvironmentValues = process.env): ProjectorConfig {
  const environment = new Environment(values);
  const config = {
    ...readService(environment, service),
    kafka: readKafka(environment),
    postgres: readPostgres(environment),
    clickhouse: readClickhouseWriter(environment),
  };
  environment.finish();
  return Object.freeze(config);
}
