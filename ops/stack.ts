import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { defaultLimits } from "../engine/core/limits.ts";
import type { TracesConfig } from "../ports/telemetry/traces-environment.ts";
import { signingKey } from "./keys.ts";
import { writePage } from "./page-files.ts";
import { defaultFolders } from "./services/folders.ts";
import { buildLibrdkafka } from "./services/librdkafka.ts";
import { ServiceError, serviceNames } from "./services/service.ts";
import type { Connections } from "./services/service.ts";
import { readConnections } from "./services/services.ts";
import { stackEnvironment, stackMembers } from "./stack/stack-environment.ts";
import type {
  StackEnvironment,
  StackMember,
  StackPorts,
  Stores,
} from "./stack/stack-environment.ts";
import { SupervisedProcess } from "./stack/supervised-process.ts";
import { makeTopics } from "./topics.ts";
import type { AnalyticsConnection } from "./read-side.ts";
import { writeKafkaPlace } from "./venue-log.ts";

export interface StackOptions {
  /** Folder of keys, secrets and the page's files. What is traded lies in the stores. */
  readonly dataDir: string;
  /** Of the gateway; 0 takes a free one. */
  readonly port: number;
  /** Fixed by the first start on these stores; 2 by default. */
  readonly partitionCount?: number;
  /** What `bun run services up` wrote, by default. */
  readonly stores?: Connections;
  /** Stands before topics, keys and objects, so that venues can share the stores. */
  readonly prefix?: string;
  readonly sessionTimeoutMs?: number;
  /** Fixed by the first start on these stores; ten minutes by default. */
  readonly idWindowMs?: number;
  readonly snapshotCommandCount?: number;
  /** Before a process that has died is started again. */
  readonly restartMs?: number;
  /** How long the whole may take to be open. */
  readonly startMsMax?: number;
  readonly logLevel?: string;
  /** Nothing is traced by default. */
  readonly traces?: TracesConfig;
  onLine(line: string): void;
}

/** A venue as separate processes on the real stores: gateway, two engine workers, projector and query, started again when they die. */
export interface Stack {
  readonly url: string;
  readonly processes: Readonly<Record<StackMember, SupervisedProcess>>;
  /** Private listeners: `/healthz`, `/readyz`, `/metrics`. */
  readonly operations: Readonly<Record<StackMember, string>>;
  readonly gateway: { readonly commands: { defineKey(): Promise<void> } };
  readonly readsReady: Promise<void>;
  readonly analyticsReady: Promise<AnalyticsConnection>;
  /** Starts one more engine worker, a member of the group under that name. It is stopped with the stack at the latest. */
  startWorker(name: string): StackWorker;
  close(): Promise<void>;
}

export interface StackWorker {
  readonly process: SupervisedProcess;
  /** Private listener. */
  readonly operations: string;
}

const root = dirname(import.meta.dir);
const startMsMaxDefault = 60_000;
const pollMs = 50;
const sessionTimeoutMsDefault = 6000;

/** Makes the topics, starts everything, and resolves when the gateway takes orders. Rejects with ServiceError when a store is missing. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const { dataDir, prefix = "", partitionCount = 2 } = options;
  const folders = defaultFolders(process.env);
  const stores = allStores(options.stores ?? readConnections(folders));
  const library = await buildLibrdkafka(folders.cache);
  const kafka = {
    settings: { "bootstrap.servers": stores.kafka.brokers, log_level: "3" },
    library,
  };
  const replicationFactor = Math.min(3, stores.kafka.brokers.split(",").length);
  await makeTopics(
    { ...kafka, topicPrefix: prefix },
    { partitionCount, replicationFactor, minInsyncReplicas: Math.max(1, replicationFactor - 1) },
  );
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { brokers } = stores.kafka;
  writeKafkaPlace(dataDir, { brokers, topicPrefix: prefix, partitionCount, library });
  const pageFolder = join(dataDir, "page");
  await writePage(pageFolder);
  const ports = freePorts(options.port);
  const environment = stackEnvironment({
    stores,
    prefix,
    partitionCount,
    library,
    folder: dataDir,
    pageFolder,
    operatorKeyFile: await operatorKeyFile(dataDir),
    sessionTimeoutMs: options.sessionTimeoutMs ?? sessionTimeoutMsDefault,
    idWindowMs: options.idWindowMs ?? defaultLimits.idWindowMs,
    snapshotCommandCount: options.snapshotCommandCount ?? null,
    logLevel: options.logLevel ?? "info",
    traces: options.traces ?? { url: "", sampleRatio: 0 },
    ports,
  });
  const stack = new RunningStack(options, ports, environment, stores);
  try {
    await stack.untilOpen();
  } catch (error) {
    await stack.close();
    throw error;
  }
  return stack;
}

class RunningStack implements Stack {
  readonly url: string;
  readonly processes: Readonly<Record<StackMember, SupervisedProcess>>;
  readonly operations: Readonly<Record<StackMember, string>>;
  readonly readsReady: Promise<void>;
  readonly analyticsReady: Promise<AnalyticsConnection>;
  readonly #options: StackOptions;
  readonly #environment: StackEnvironment;
  readonly #furtherWorkers: SupervisedProcess[] = [];
  #closing = false;

  constructor(
    options: StackOptions,
    ports: StackPorts,
    environment: StackEnvironment,
    stores: Stores,
  ) {
    this.#options = options;
    this.#environment = environment;
    this.url = `http://127.0.0.1:${ports.gateway}`;
    this.processes = byMember((member) =>
      this.#supervise(member, mainOf(member), environment.members[member]),
    );
    this.operations = byMember((member) => `http://127.0.0.1:${ports.operations[member]}`);
    const { url, analyst } = stores.clickhouse;
    this.analyticsReady = Promise.resolve({ url, ...analyst });
    this.readsReady = this.#until("reading", async () => (await this.#readiness()).reads === true);
    this.readsReady.catch(() => {});
  }

  /** The operator's key is in the gateway's configuration: it is on the log once an engine has answered. */
  get gateway(): Stack["gateway"] {
    return { commands: { defineKey: () => this.#operatorKnown() } };
  }

  async untilOpen(): Promise<void> {
    await this.#until("open", async () => (await this.#readiness()).status === "ready");
    await this.#operatorKnown();
  }

  startWorker(name: string): StackWorker {
    const port = freePort();
    const worker = this.#supervise(name, mainOf("engine-1"), this.#environment.worker(name, port));
    this.#furtherWorkers.push(worker);
    return { process: worker, operations: `http://127.0.0.1:${port}` };
  }

  async close(): Promise<void> {
    this.#closing = true;
    const { gateway, ...others } = this.processes;
    // What has been accepted is answered while there is an engine.
    await gateway.stop();
    const children = [...Object.values(others), ...this.#furtherWorkers];
    await Promise.all(children.map((child) => child.stop()));
  }

  #supervise(
    name: string,
    main: string,
    environment: Readonly<Record<string, string>>,
  ): SupervisedProcess {
    const { restartMs, onLine } = this.#options;
    return new SupervisedProcess({
      name,
      command: [process.execPath, join(root, main)],
      environment,
      ...(restartMs === undefined ? {} : { restartMs }),
      onLine,
    });
  }

  /** Nobody else can be asked: the gateway's own word comes by the log. */
  async #operatorKnown(): Promise<void> {
    await this.#until("administered", async () => {
      const answer = await fetch(`${this.operations.gateway}/readyz`);
      return ((await answer.json()) as { operator?: boolean }).operator === true;
    });
  }

  async #readiness(): Promise<{ status?: string; reads?: boolean }> {
    const answer = await fetch(`${this.url}/readyz`);
    return (await answer.json()) as { status?: string; reads?: boolean };
  }

  async #until(what: string, reached: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + (this.#options.startMsMax ?? startMsMaxDefault);
    while (!(await reached().catch(() => false))) {
      if (this.#closing) throw new Error("The stack was closed");
      if (performance.now() > deadline) throw new Error(`The stack is not ${what}: see its output`);
      await Bun.sleep(pollMs);
    }
  }
}

function byMember<Value>(make: (member: StackMember) => Value): Record<StackMember, Value> {
  return Object.fromEntries(stackMembers.map((member) => [member, make(member)])) as Record<
    StackMember,
    Value
  >;
}

function mainOf(member: StackMember): string {
  switch (member) {
    case "gateway":
      return "gateway/main.ts";
    case "engine-1":
    case "engine-2":
      return "engine/main.ts";
    case "projector":
      return "projector/main.ts";
    case "query":
      return "query/main.ts";
  }
}

function allStores(connections: Connections): Stores {
  const missing = serviceNames.filter((name) => connections[name] === undefined);
  if (missing.length === 0) return connections as Stores;
  throw new ServiceError(`No ${missing.join(", no ")}: start them with \`bun run services up\``);
}

/** Chosen beforehand, so that a process that is started again is found where it was. */
function freePorts(gateway: number): StackPorts {
  const servers = [...stackMembers, "query's own"].map(() =>
    Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() }),
  );
  const front = Bun.serve({ hostname: "127.0.0.1", port: gateway, fetch: () => new Response() });
  const ports = servers.map(({ port }) => port ?? 0);
  const frontPort = front.port ?? 0;
  for (const server of [...servers, front]) void server.stop(true);
  return {
    gateway: frontPort,
    query: ports.at(-1) ?? 0,
    operations: byMember((member) => ports[stackMembers.indexOf(member)] ?? 0),
  };
}

function freePort(): number {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  return port ?? 0;
}

/** The public half of the operator's key, as the gateway's configuration takes it. */
async function operatorKeyFile(dataDir: string): Promise<string> {
  const { keyID, publicKey } = await signingKey(join(dataDir, "keys"), "operator", 0);
  const path = join(dataDir, "operator.jwk.json");
  writeFileSync(path, JSON.stringify({ kty: "OKP", crv: "Ed25519", kid: keyID, x: publicKey }));
  return path;
}
