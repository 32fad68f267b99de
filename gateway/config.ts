import { readFileSync } from "node:fs";

import { z } from "zod";

import { kafkaVariables, readKafka } from "../ports/log/kafka-environment.ts";
import type { KafkaConfig } from "../ports/log/kafka-environment.ts";
import { Environment } from "../ports/process/environment.ts";
import type { EnvironmentValues, Variable } from "../ports/process/environment.ts";
import { readListener, tlsVariables } from "../ports/process/listener.ts";
import type { Listener } from "../ports/process/listener.ts";
import { readService, serviceVariables } from "../ports/process/service.ts";
import type { ServiceConfig } from "../ports/process/service.ts";
import { readRedis, redisVariables } from "../ports/redis-environment.ts";
import type { RedisOptions } from "../ports/redis-scripts.ts";
import { minioVariables, readMinio } from "../ports/snapshot/minio-environment.ts";
import type { MinioOptions } from "../ports/snapshot/snapshot-minio.ts";

export interface GatewayConfig extends ServiceConfig {
  readonly listener: Listener;
  readonly allowedOrigins: readonly string[];
  /** Folder of the page's files; null: no page. */
  readonly pageFolder: string | null;
  /** Brought onto the log at every start, so that somebody can sign the first request; null: it is there. */
  readonly operatorKey: OperatorKey | null;
  readonly waitMs: number;
  readonly query: { readonly url: string; readonly secret: string };
  readonly kafka: KafkaConfig;
  readonly minio: MinioOptions;
  readonly redis: RedisOptions;
}

/** An Ed25519 public key. */
export type OperatorKey = z.infer<typeof OperatorJwk>;

const OperatorJwk = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  kid: z.string(),
  x: z.string(),
});

const service = serviceVariables(9460);
const own = {
  host: { name: "GATEWAY_HOST", meaning: "address of the public listener", fallback: "127.0.0.1" },
  port: { name: "GATEWAY_PORT", meaning: "its port; 0 takes a free one", fallback: "8080" },
  allowedOrigins: {
    name: "GATEWAY_ALLOWED_ORIGINS",
    meaning: "origins beside the gateway's own whose pages may open streams, with commas between",
    fallback: "",
  },
  pageFolder: {
    name: "GATEWAY_PAGE_FOLDER",
    meaning:
      "folder of the pages as `bun ops/page-files.ts FOLDER` writes it; without it there is none",
    fallback: "",
  },
  operatorKey: {
    name: "GATEWAY_OPERATOR_KEY_FILE",
    meaning:
      "public Ed25519 JWK (`kty`, `crv`, `kid`, `x`) of the first operator, brought onto the log at each start",
    fallback: "",
  },
  waitMs: {
    name: "GATEWAY_WAIT_MS",
    meaning:
      "how long a request waits before it is answered 202, or 503 where the log has not confirmed it",
    fallback: "2000",
  },
  queryUrl: {
    name: "QUERY_URL",
    meaning: "where query answers, `https://host:port`",
    fallback: null,
  },
  querySecret: {
    name: "QUERY_SECRET_FILE",
    meaning: "file with the secret that query knows its gateways by",
    fallback: null,
  },
} as const satisfies Record<string, Variable>;

/** Everything that a gateway reads from its environment. */
export const variables: readonly Variable[] = [
  ...Object.values(own),
  ...Object.values(tlsVariables),
  ...Object.values(service),
  ...Object.values(kafkaVariables),
  ...Object.values(minioVariables),
  ...Object.values(redisVariables),
];

/** Throws ConfigurationError that names every missing or wrong variable. */
export function readConfig(values: EnvironmentValues = process.env): GatewayConfig {
  const environment = new Environment(values);
  const config = {
    ...readService(environment, service),
    listener: readListener(environment, own),
    allowedOrigins: list(environment.text(own.allowedOrigins)),
    pageFolder: environment.file(own.pageFolder) || null,
    operatorKey: readOperatorKey(environment),
    waitMs: environment.integer(own.waitMs, { min: 1, max: 30_000 }),
    query: {
      url: environment.url(own.queryUrl, ["http:", "https:"]),
      secret: environment.secret(own.querySecret),
    },
    kafka: readKafka(environment),
    minio: readMinio(environment),
    redis: readRedis(environment),
  };
  environment.finish();
  return Object.freeze(config);
}

function list(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function readOperatorKey(environment: Environment): OperatorKey | null {
  const path = environment.file(own.operatorKey);
  if (path === "") return null;
  try {
    return OperatorJwk.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    environment.reject(own.operatorKey, `names ${path}, which holds no public Ed25519 JWK`);
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
