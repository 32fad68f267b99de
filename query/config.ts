import {
  clickhouseVariables,
  readClickhouseReader,
} from "../ports/analytics/clickhouse-environment.ts";
import type { ClickhouseOptions } from "../ports/analytics/analytics-clickhouse.ts";
import { kafkaVariables, readKafka } from "../ports/log/kafka-environment.ts";
import type { KafkaConfig } from "../ports/log/kafka-environment.ts";
import { Environment } from "../ports/process/environment.ts";
import type { EnvironmentValues, Variable } from "../ports/process/environment.ts";
import { readListener, tlsVariables } from "../ports/process/listener.ts";
import type { Listener } from "../ports/process/listener.ts";
import { readService, serviceVariables } from "../ports/process/service.ts";
import type { ServiceConfig } from "../ports/process/service.ts";
import { postgresVariables, readPostgres } from "../ports/read-db/postgres-environment.ts";
import type { PostgresOptions } from "../ports/read-db/read-db-postgres.ts";
import { minioVariables, readMinio } from "../ports/snapshot/minio-environment.ts";
import type { MinioOptions } from "../ports/snapshot/snapshot-minio.ts";

export interface QueryConfig extends ServiceConfig {
  readonly listener: Listener;
  readonly secret: string;
  readonly kafka: KafkaConfig;
  readonly minio: MinioOptions;
  readonly postgres: PostgresOptions;
  /** Null: candles answer 503. */
  readonly clickhouse: ClickhouseOptions | null;
}

const service = serviceVariables(9463);
const own = {
  host: {
    name: "QUERY_HOST",
    meaning: "address where gateways reach query",
    fallback: "127.0.0.1",
  },
  port: { name: "QUERY_PORT", meaning: "its port; 0 takes a free one", fallback: "8081" },
  secret: {
    name: "QUERY_SECRET_FILE",
    meaning: "file with the secret that query knows its gateways by",
    fallback: null,
  },
} as const satisfies Record<string, Variable>;

const { url, analyst, analystPassword } = clickhouseVariables;

/** Everything that query reads from its environment. */
export const variables: readonly Variable[] = [
  ...Object.values(own),
  ...Object.values(tlsVariables),
  ...Object.values(service),
  ...Object.values(kafkaVariables),
  ...Object.values(minioVariables),
  ...Object.values(postgresVariables),
  url,
  analyst,
  analystPassword,
];

/** Throws ConfigurationError that names every missing or wrong variable. */
export function readConfig(values: EnvironmentValues = process.env): QueryConfig {
  const environment = new Environment(values);
  const config = {
    ...readService(environment, service),
    listener: readListener(environment, own),
    secret: environment.secret(own.secret),
    kafka: readKafka(environment),
    minio: readMinio(environment),
    postgres: readPostgres(environment),
    clickhouse: readClickhouseReader(environment),
  };
  environment.finish();
  return Object.freeze(config);
}
