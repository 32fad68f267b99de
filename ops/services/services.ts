import { readFileSync, renameSync, writeFileSync } from "node:fs";

import { connectionsPath, type Folders } from "./folders.ts";
import { clickhouse } from "./clickhouse.ts";
import { kafka } from "./kafka.ts";
import { minio } from "./minio.ts";
import { postgres } from "./postgres.ts";
import { launch, runningPid, stop, untilHealthy } from "./processes.ts";
import { redis } from "./redis.ts";
import type { Connections, Service, ServiceName, ServiceOptions } from "./service.ts";

/** Cold, on two busy cores. */
const startMs = 120_000;
/** Processes of Kafka that a set-up may have left running. */
const brokersMax = 3;

/** A store that is up, and how long each step took. */
export interface Started {
  readonly service: Service;
  readonly provisionMs: number;
  readonly startMs: number;
  readonly wasRunning: boolean;
}

/** The stores asked for, in the order in which they are started. */
export function servicesOf(options: ServiceOptions, only: readonly ServiceName[]): Service[] {
  return [
    kafka(options),
    minio(options),
    redis(options),
    postgres(options),
    clickhouse(options),
  ].filter(({ name }) => only.includes(name));
}

/** Downloads and builds what is missing, starts what is not running, and waits until it serves. */
export async function up(
  services: readonly Service[],
  folders: Folders,
  onStarted: (started: Started) => void,
): Promise<void> {
  // One after another: two builds side by side on two cores only look faster.
  for (const service of services) onStarted(await bringUp(service, folders));
  writeConnections(services, folders);
}

async function bringUp(service: Service, folders: Folders): Promise<Started> {
  const begun = performance.now();
  await service.provision();
  const provisioned = performance.now();
  const launches = await service.prepare();
  const stopped = launches.filter((spec) => runningPid(folders, spec.process) === null);
  for (const spec of stopped) launch(folders, spec);
  await Promise.all(launches.map((spec) => untilHealthy(folders, spec, startMs)));
  await service.finish();
  return {
    service,
    provisionMs: Math.round(provisioned - begun),
    startMs: Math.round(performance.now() - provisioned),
    wasRunning: stopped.length === 0,
  };
}

/** What the last `up` wrote; empty where there was none. */
export function readConnections(folders: Folders): Connections {
  try {
    return JSON.parse(readFileSync(connectionsPath(folders), "utf8")) as Connections;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** Written beside and renamed, so that no script reads half of it; only this user may read the passwords. */
function writeConnections(services: readonly Service[], folders: Folders): void {
  const path = connectionsPath(folders);
  const connections: Connections = Object.assign(
    readConnections(folders),
    ...services.map((service) => service.connection()),
  );
  writeFileSync(`${path}.new`, `${JSON.stringify(connections, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The processes of the stores and which of them run. */
export function status(
  names: readonly ServiceName[],
  folders: Folders,
): { process: string; pid: number | null }[] {
  return names
    .flatMap(processNames)
    .map((process) => ({ process, pid: runningPid(folders, process) }));
}

/** Stops the stores' processes; those that do not run are passed over. Resolves with the names of those stopped. */
export async function down(names: readonly ServiceName[], folders: Folders): Promise<string[]> {
  const stopped = [];
  for (const process of names.flatMap(processNames)) {
    if (await stop(folders, process)) stopped.push(process);
  }
  return stopped;
}

function processNames(name: ServiceName): string[] {
  if (name !== "kafka") return [name];
  return Array.from({ length: brokersMax }, (_, index) => `kafka-${index + 1}`);
}
