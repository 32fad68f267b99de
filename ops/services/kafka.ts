import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { answersBytes, debianPackage, run } from "./commands.ts";
import { portsAt, type Ports } from "./ports.ts";
import { ServiceError, type Launch, type Service, type ServiceOptions } from "./service.ts";

const version = "4.3.1";
/** A restarted broker waits out its own old session: short, so that rigs which kill brokers go on soon. */
const sessionTimeoutMs = 3000;
const answerMs = 1000;
/** Length, key 18, version 0, correlation 1, no client id. A broker answers nothing before it takes part in the cluster. */
const apiVersionsRequest = Uint8Array.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255]);
const protocolMap = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT";

/** Kafka in KRaft mode from its jars, one broker or three, each controller too. */
export function kafka(options: ServiceOptions): Service {
  const { folders, brokers, portOffset, kafkaAdvertisedPort: advertisedPort = null } = options;
  const { kafkaSessionMs: sessionMs = sessionTimeoutMs } = options;
  const libs = join(folders.cache, `kafka-${version}`, "libs");
  const ids = Array.from({ length: brokers }, (_, index) => index + 1);
  const ports = portsAt(portOffset);
  return {
    name: "kafka",
    version,
    provision: () => provision(folders.cache, libs),
    prepare: () =>
      Promise.all(
        ids.map((id) => {
          const home = join(folders.data, `kafka-${brokers}`, `broker-${id}`);
          return prepareBroker({ home, libs, id, ids, ports, advertisedPort, sessionMs });
        }),
      ),
    finish: () => Promise.resolve(),
    connection: () => ({
      kafka: { brokers: ids.map((id) => `127.0.0.1:${ports.kafka + id - 1}`).join(",") },
    }),
  };
}

async function provision(cache: string, libs: string): Promise<void> {
  if (existsSync(join(libs, ".complete"))) return;
  await debianPackage("java", "default-jre-headless");
  await debianPackage("mvn", "maven");
  const folder = join(cache, `kafka-${version}`);
  mkdirSync(libs, { recursive: true });
  writeFileSync(join(folder, "pom.xml"), pom());
  const goal = "dependency:copy-dependencies";
  await run(["mvn", "-q", "-B", goal, "-DincludeScope=runtime", `-DoutputDirectory=${libs}`], {
    cwd: folder,
    hint: "Kafka's jars come from Maven Central.",
  });
  if (!existsSync(join(libs, `kafka_2.13-${version}.jar`)))
    throw new ServiceError("Kafka's jars are not complete");
  writeFileSync(join(libs, ".complete"), "");
}

/** kafka_2.13 holds the broker and StorageTool, kafka-tools the command-line tools. */
function pom(): string {
  const dependency = (artifact: string): string =>
    `<dependency><groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>orderbook</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies>${dependency("kafka_2.13")}${dependency("kafka-tools")}</dependencies></project>
`;
}

interface Broker {
  readonly home: string;
  readonly libs: string;
  readonly id: number;
  /** Of all brokers. */
  readonly ids: readonly number[];
  readonly ports: Ports;
  /** Of the first broker's second listener; null where there is none. */
  readonly advertisedPort: number | null;
  readonly sessionMs: number;
}

async function prepareBroker(broker: Broker): Promise<Launch> {
  const { home, libs, id, ids, ports } = broker;
  mkdirSync(home, { recursive: true });
  const properties = join(home, "server.properties");
  const logging = join(home, "log4j2.properties");
  writeFileSync(properties, brokerProperties(broker));
  writeFileSync(logging, loggingProperties);
  const classPath = join(libs, "*");
  if (!existsSync(join(home, "data", "meta.properties"))) {
    await run([
      "java",
      "-cp",
      classPath,
      "kafka.tools.StorageTool",
      "format",
      "-t",
      clusterID(ids.length),
      "-c",
      properties,
    ]);
  }
  const memory = ["-Xms256m", "-Xmx512m", "-XX:+UseG1GC"];
  return {
    process: `kafka-${id}`,
    command: [
      "java",
      ...memory,
      `-Dlog4j2.configurationFile=${logging}`,
      "-cp",
      classPath,
      "kafka.Kafka",
      properties,
    ],
    cwd: home,
    healthy: () => answersBytes(ports.kafka + id - 1, apiVersionsRequest, answerMs),
  };
}

/** A fixed identity for each set-up: a data folder formatted for one broker is never taken for that of three. */
function clusterID(brokers: number): string {
  return Buffer.from(`orderbook-kafka${brokers}`.padEnd(16, "-").slice(0, 16)).toString(
    "base64url",
  );
}

/** What does not depend on where a broker runs: the same here and in compose.yaml. */
export function brokerSettings(replicas: number): Readonly<Record<string, string | number>> {
  const minInsync = replicas > 1 ? 2 : 1;
  return {
    "process.roles": "broker,controller",
    "listener.security.protocol.map": protocolMap,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
    "default.replication.factor": replicas,
    "min.insync.replicas": minInsync,
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": minInsync,
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": minInsync,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "broker.session.timeout.ms": sessionTimeoutMs,
    "broker.heartbeat.interval.ms": 500,
  };
}

function brokerProperties(broker: Broker): string {
  const { home, id, ids, ports, advertisedPort } = broker;
  const at = (first: number, of: number): string => `127.0.0.1:${first + of - 1}`;
  const own = `PLAINTEXT://${at(ports.kafka, id)}`;
  const listeners = [own, `CONTROLLER://${at(ports.kafkaController, id)}`];
  const advertised = [own];
  const protocols = [protocolMap];
  if (advertisedPort !== null) {
    listeners.push(`CLIENTS://${at(ports.kafkaClients, id)}`);
    advertised.push(`CLIENTS://${at(advertisedPort, id)}`);
    protocols.push("CLIENTS:PLAINTEXT");
  }
  const settings: Record<string, string | number> = {
    ...brokerSettings(ids.length),
    "broker.session.timeout.ms": broker.sessionMs,
    "node.id": id,
    "controller.quorum.voters": ids
      .map((voter) => `${voter}@${at(ports.kafkaController, voter)}`)
      .join(","),
    listeners: listeners.join(","),
    "advertised.listeners": advertised.join(","),
    "listener.security.protocol.map": protocols.join(","),
    "log.dirs": join(home, "data"),
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

const loggingProperties = `rootLogger.level = WARN
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} %m%n
`;
