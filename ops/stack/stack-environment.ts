import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { tracesVariables } from "../../ports/telemetry/traces-environment.ts";
import type { TracesConfig } from "../../ports/telemetry/traces-environment.ts";
import type { Connections } from "../services/service.ts";

/** Stores that a stack runs on, all of them there. */
export type Stores = Required<Connections>;

export interface StackPlace {
  readonly stores: Stores;
  /** Keeps several venues on the same stores apart; empty for the one of `bun run start`. */
  readonly prefix: string;
  readonly partitionCount: number;
  readonly library: string;
  readonly folder: string;
  readonly pageFolder: string;
  readonly operatorKeyFile: string;
  readonly sessionTimeoutMs: number;
  readonly idWindowMs: number;
  /** Commands after which a worker takes a snapshot; null leaves it to the worker. */
  readonly snapshotCommandCount: number | null;
  readonly logLevel: string;
  readonly traces: TracesConfig;
  readonly ports: StackPorts;
}

export interface StackPorts {
  readonly gateway: number;
  readonly query: number;
  readonly operations: Readonly<Record<StackMember, number>>;
}

export const stackMembers = ["gateway", "engine-1", "engine-2", "projector", "query"] as const;
export type StackMember = (typeof stackMembers)[number];

/** ClickHouse gets what happened up to a tick: twice a second, so that a trade is in its tables within one. */
const tickMs = 500;

/** What each service reads: no more than it needs, and every secret in a file of mode 0400. */
export function stackEnvironment(place: StackPlace): StackEnvironment {
  const { postgres, clickhouse } = place.stores;
  const secret = secretFiles(join(place.folder, "secrets"));
  const base = (operationsPort: number): EnvironmentOf => ({
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    ORDERBOOK_LOG_LEVEL: place.logLevel,
    ORDERBOOK_OPERATIONS_PORT: String(operationsPort),
    [tracesVariables.tracesUrl.name]: place.traces.url,
    [tracesVariables.traceRatio.name]: String(place.traces.sampleRatio),
    ...kafka(place),
  });
  const postgresUrl = withoutPassword(postgres.url);
  const forPostgres = {
    POSTGRES_URL: postgresUrl.url,
    POSTGRES_PASSWORD_FILE: secret("postgres", postgresUrl.password),
  };
  const analyst = {
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_ANALYST_USER: clickhouse.analyst.user,
    CLICKHOUSE_ANALYST_PASSWORD_FILE: secret("clickhouse-analyst", clickhouse.analyst.password),
  };
  const querySecret = { QUERY_SECRET_FILE: secret("query", randomSecret()) };
  const snapshots = minio(place, secret);
  const { operations } = place.ports;
  const { snapshotCommandCount } = place;
  const worker = (instance: string, operationsPort: number): EnvironmentOf => ({
    ...base(operationsPort),
    ...snapshots,
    ENGINE_GROUP: `${place.prefix}orderbook-engine`,
    ENGINE_INSTANCE: instance,
    ENGINE_SESSION_TIMEOUT_MS: String(place.sessionTimeoutMs),
    ENGINE_TICK_MS: String(tickMs),
    ENGINE_ID_WINDOW_MS: String(place.idWindowMs),
    ...(snapshotCommandCount === null
      ? {}
      : { ENGINE_SNAPSHOT_COMMANDS: String(snapshotCommandCount) }),
  });
  const members = {
    gateway: {
      ...base(operations.gateway),
      ...snapshots,
      ...querySecret,
      ...redis(place, secret),
      GATEWAY_PORT: String(place.ports.gateway),
      GATEWAY_PAGE_FOLDER: place.pageFolder,
      GATEWAY_OPERATOR_KEY_FILE: place.operatorKeyFile,
      QUERY_URL: `http://127.0.0.1:${place.ports.query}`,
    },
    "engine-1": worker("engine-1", operations["engine-1"]),
    "engine-2": worker("engine-2", operations["engine-2"]),
    projector: {
      ...base(operations.projector),
      ...forPostgres,
      ...analyst,
      CLICKHOUSE_USER: clickhouse.writer.user,
      CLICKHOUSE_PASSWORD_FILE: secret("clickhouse-writer", clickhouse.writer.password),
    },
    query: {
      ...base(operations.query),
      ...snapshots,
      ...querySecret,
      ...forPostgres,
      ...analyst,
      QUERY_PORT: String(place.ports.query),
    },
  };
  return { members, worker };
}

export interface StackEnvironment {
  readonly members: Readonly<Record<StackMember, EnvironmentOf>>;
  /** Of one more worker in the group of the two. */
  worker(instance: string, operationsPort: number): EnvironmentOf;
}

type EnvironmentOf = Readonly<Record<string, string>>;
type WriteSecret = (name: string, secret: string) => string;

function kafka({ stores, prefix, partitionCount, library }: StackPlace): EnvironmentOf {
  return {
    KAFKA_BROKERS: stores.kafka.brokers,
    KAFKA_PARTITION_COUNT: String(partitionCount),
    KAFKA_TOPIC_PREFIX: prefix,
    RDKAFKA_SO: library,
  };
}

function minio({ stores, prefix }: StackPlace, secret: WriteSecret): EnvironmentOf {
  const { endpoint, accessKey, secretKey, bucket } = stores.minio;
  return {
    MINIO_URL: endpoint,
    MINIO_ACCESS_KEY: accessKey,
    MINIO_SECRET_KEY_FILE: secret("minio", secretKey),
    MINIO_BUCKET: bucket,
    MINIO_PREFIX: prefix === "" ? "" : `${prefix}/`,
  };
}

function redis({ stores, prefix }: StackPlace, secret: WriteSecret): EnvironmentOf {
  const { url, password } = withoutPassword(stores.redis.url);
  return {
    REDIS_URL: url,
    REDIS_PASSWORD_FILE: secret("redis", password),
    REDIS_KEY_PREFIX: `${prefix}orderbook:`,
  };
}

/** The URL and, apart from it, the password that stood in it. */
function withoutPassword(text: string): { url: string; password: string } {
  const url = new URL(text);
  const password = decodeURIComponent(url.password);
  url.password = "";
  return { url: url.href.replace(/\/$/, ""), password };
}

function secretFiles(folder: string): WriteSecret {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return (name, secret) => {
    const path = join(folder, name);
    writeFileSync(path, secret, { mode: 0o600 });
    chmodSync(path, 0o600);
    return path;
  };
}

function randomSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
}
