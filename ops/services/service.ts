import type { Folders } from "./folders.ts";

export const serviceNames = ["kafka", "minio", "redis", "postgres", "clickhouse"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Where a store answers and with which credentials: what the live suites and `--profile kafka` read. */
export interface Connections {
  readonly kafka?: { readonly brokers: string };
  readonly minio?: {
    readonly endpoint: string;
    readonly accessKey: string;
    readonly secretKey: string;
    readonly bucket: string;
  };
  readonly redis?: { readonly url: string };
  readonly postgres?: { readonly url: string };
  readonly clickhouse?: {
    readonly url: string;
    readonly writer: { readonly user: string; readonly password: string };
    readonly analyst: { readonly user: string; readonly password: string };
  };
}

/** A process of a store: what to run, where, and how to tell that it serves. */
export interface Launch {
  /** Name of its pid file and log: `kafka-1`. */
  readonly process: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A user to run as where this process is root: PostgreSQL refuses root. */
  readonly user?: string;
  /** Called right before the process is started. */
  readonly beforeLaunch?: () => void;
  healthy(): Promise<boolean>;
}

export interface ServiceOptions {
  readonly folders: Folders;
  /** Kafka brokers; the other stores are one process. */
  readonly brokers: number;
  /** Moves every port, so that several sets run on one machine: `portsAt`. */
  readonly portOffset: number;
  /**
   * Gives Kafka's brokers a second listener (`kafkaClients`) that tells its clients to come to these ports, upwards from this one: for what
   * stands between clients and brokers, and not between the brokers.
   */
  readonly kafkaAdvertisedPort?: number;
  /** A broker that its controller has not heard of for so long is fenced; 3000 by default, a third of Kafka's own. */
  readonly kafkaSessionMs?: number;
}

/** One store. Provisioning downloads or builds once into the cache; data and passwords live in the data folder. */
export interface Service {
  readonly name: ServiceName;
  readonly version: string;
  provision(): Promise<void>;
  /** Writes configuration, makes the data folder where there is none. */
  prepare(): Promise<readonly Launch[]>;
  /** After all its processes are healthy: buckets, databases, users. Idempotent. */
  finish(): Promise<void>;
  connection(): Connections;
}

/** A step of set-up failed; the message says what to do. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
}
