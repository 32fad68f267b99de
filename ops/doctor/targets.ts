import type { ClickhouseOptions } from "../../ports/analytics/analytics-clickhouse.ts";
import { readClickhouseWriter } from "../../ports/analytics/clickhouse-environment.ts";
import { kafkaVariables, readKafka } from "../../ports/log/kafka-environment.ts";
import type { KafkaConfig } from "../../ports/log/kafka-environment.ts";
import { Environment } from "../../ports/process/environment.ts";
import type { EnvironmentValues } from "../../ports/process/environment.ts";
import { readPostgres } from "../../ports/read-db/postgres-environment.ts";
import { readRedis } from "../../ports/redis-environment.ts";
import { readMinio } from "../../ports/snapshot/minio-environment.ts";
import type { MinioOptions } from "../../ports/snapshot/snapshot-minio.ts";
import type { Connections } from "../services/service.ts";

/** The stores to look at; null: there is none to look at. */
export interface Targets {
  readonly kafka: Omit<KafkaConfig, "stallMs"> | null;
  readonly minio: MinioOptions | null;
  readonly redis: { readonly url: string } | null;
  readonly postgres: { readonly url: string } | null;
  readonly clickhouse: ClickhouseOptions | null;
}

/** By the variables that the services read. Throws ConfigurationError. */
export function targetsOfEnvironment(values: EnvironmentValues): Targets {
  const environment = new Environment(values);
  const targets = {
    kafka: readKafka(environment),
    minio: readMinio(environment),
    redis: readRedis(environment),
    postgres: readPostgres(environment),
    clickhouse: readClickhouseWriter(environment),
  };
  environment.finish();
  return targets;
}

/** Those that `bun run services up` started. */
export function targetsOfServices(stores: Connections, library: string): Targets {
  const { kafka, minio, redis, postgres, clickhouse } = stores;
  return {
    kafka:
      kafka === undefined
        ? null
        : {
            settings: { "bootstrap.servers": kafka.brokers, log_level: "0" },
            partitionCount: Number(kafkaVariables.partitionCount.fallback),
            topicPrefix: "",
            library,
          },
    minio: minio ?? null,
    redis: redis ?? null,
    postgres: postgres ?? null,
    clickhouse:
      clickhouse === undefined
        ? null
        : { url: clickhouse.url, ...clickhouse.writer, analyst: clickhouse.analyst },
  };
}
