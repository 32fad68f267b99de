import { kafkaVariables, readKafka } from "../ports/log/kafka-environment.ts";
import type { KafkaConfig } from "../ports/log/kafka-environment.ts";
import { Environment } from "../ports/process/environment.ts";
import type { EnvironmentValues, Variable } from "../ports/process/environment.ts";
import { readService, serviceVariables } from "../ports/process/service.ts";
import type { ServiceConfig } from "../ports/process/service.ts";
import { minioVariables, readMinio } from "../ports/snapshot/minio-environment.ts";
import type { MinioOptions } from "../ports/snapshot/snapshot-minio.ts";
import { defaultLimits } from "./core/limits.ts";
import { defaultSnapshotPolicy } from "./snapshotter.ts";

export interface EngineConfig extends ServiceConfig {
  readonly group: string;
  readonly instance: string;
  readonly sessionTimeoutMs: number;
  readonly standby: boolean;
  readonly tickMs: number;
  readonly snapshotCommandCountMin: number;
  readonly idWindowMs: number;
  readonly kafka: KafkaConfig;
  readonly minio: MinioOptions;
}

const service = serviceVariables(9461);
const own = {
  group: {
    name: "ENGINE_GROUP",
    meaning: "consumer group of the workers that share the partitions",
    fallback: "orderbook-engine",
  },
  instance: {
    name: "ENGINE_INSTANCE",
    meaning:
      "name of this worker in the group, the same after a restart: it then finds its partitions again",
    fallback: null,
  },
  sessionTimeoutMs: {
    name: "ENGINE_SESSION_TIMEOUT_MS",
    meaning:
      "a worker that is silent for so long is given up; not below the brokers' `group.min.session.timeout.ms`",
    fallback: "6000",
  },
  standby: {
    name: "ENGINE_STANDBY",
    meaning: "`on`: follow other workers' partitions with a warm replica, or `off`",
    fallback: "on",
  },
  tickMs: {
    name: "ENGINE_TICK_MS",
    meaning: "between two TimeTicks that the owner of a partition appends",
    fallback: "1000",
  },
  snapshotCommandCountMin: {
    name: "ENGINE_SNAPSHOT_COMMANDS",
    meaning: "commands after which a snapshot is worth another",
    fallback: String(defaultSnapshotPolicy.commandCountMin),
  },
  idWindowMs: {
    name: "ENGINE_ID_WINDOW_MS",
    meaning:
      "log time in which a repeated request is known again; fixed by a partition's first command, the same for all workers",
    fallback: String(defaultLimits.idWindowMs),
  },
} as const satisfies Record<string, Variable>;

/** Everything that an engine worker reads from its environment. */
export const variables: readonly Variable[] = [
  ...Object.values(own),
  ...Object.values(service),
  ...Object.values(kafkaVariables),
  ...Object.values(minioVariables),
];

/** Throws ConfigurationError that names every missing or wrong variable. */
export function readConfig(values: EnvironmentValues = process.env): EngineConfig {
  const environment = new Environment(values);
  const config = {
    ...readService(environment, service),
    group: environment.text(own.group),
    instance: environment.text(own.instance),
    sessionTimeoutMs: environment.integer(own.sessionTimeoutMs, { min: 1000, max: 300_000 }),
    standby: environment.oneOf(own.standby, ["on", "off"]) === "on",
    tickMs: environment.integer(own.tickMs, { min: 10, max: 60_000 }),
    snapshotCommandCountMin: environment.integer(own.snapshotCommandCountMin, {
      min: 1,
      max: 1e9,
    }),
    idWindowMs: environment.integer(own.idWindowMs, { min: 1000, max: 86_400_000 }),
    kafka: readKafka(environment),
    minio: readMinio(environment),
  };
  environment.finish();
  return Object.freeze(config);
}
