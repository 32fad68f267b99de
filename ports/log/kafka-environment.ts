import type { Environment, Variable } from "../process/environment.ts";

/** How a service reaches Kafka. `settings` holds passwords: it is never printed. */
export interface KafkaConfig {
  /** As librdkafka names them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly partitionCount: number;
  readonly topicPrefix: string;
  /** Path of librdkafka.so; empty: the system's. */
  readonly library: string;
  /** What stands still for so long, although the brokers answer, is stalled. */
  readonly stallMs: number;
}

export const kafkaVariables = {
  brokers: {
    name: "KAFKA_BROKERS",
    meaning: "brokers to begin with, `host:port,host:port`",
    fallback: null,
  },
  partitionCount: {
    name: "KAFKA_PARTITION_COUNT",
    meaning: "partitions of both main logs; fixed for their life",
    fallback: "2",
  },
  topicPrefix: {
    name: "KAFKA_TOPIC_PREFIX",
    meaning: "stands before the topics' names, so that venues can share a cluster",
    fallback: "",
  },
  securityProtocol: {
    name: "KAFKA_SECURITY_PROTOCOL",
    meaning: "`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`",
    fallback: "PLAINTEXT",
  },
  saslMechanism: {
    name: "KAFKA_SASL_MECHANISM",
    meaning: "`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`",
    fallback: "SCRAM-SHA-512",
  },
  saslUsername: { name: "KAFKA_SASL_USERNAME", meaning: "user for SASL", fallback: "" },
  saslPassword: {
    name: "KAFKA_SASL_PASSWORD_FILE",
    meaning: "file with the password for SASL",
    fallback: "",
  },
  ca: {
    name: "KAFKA_CA_FILE",
    meaning: "PEM certificates that sign the brokers'; the system's where it is not given",
    fallback: "",
  },
  certificate: {
    name: "KAFKA_CERTIFICATE_FILE",
    meaning: "PEM client certificate, for mutual TLS",
    fallback: "",
  },
  key: {
    name: "KAFKA_KEY_FILE",
    meaning: "PEM private key of the client certificate",
    fallback: "",
  },
  keyPassword: {
    name: "KAFKA_KEY_PASSWORD_FILE",
    meaning: "file with the password of that key",
    fallback: "",
  },
  stallMs: {
    name: "KAFKA_STALL_MS",
    meaning:
      "an append, reader, poll loop or event loop that stands still for so long, although the brokers answer, is stalled: a worker then ends",
    fallback: "30000",
  },
  library: {
    name: "RDKAFKA_SO",
    meaning: "path of librdkafka 2.3 or later; the system's where it is not given",
    fallback: "",
  },
} as const satisfies Record<string, Variable>;

export const partitionCountMax = 1024;

export function readKafka(environment: Environment): KafkaConfig {
  return {
    settings: {
      "bootstrap.servers": environment.text(kafkaVariables.brokers),
      log_level: "3",
      ...security(environment),
    },
    partitionCount: environment.integer(kafkaVariables.partitionCount, {
      min: 1,
      max: partitionCountMax,
    }),
    topicPrefix: environment.text(kafkaVariables.topicPrefix),
    library: environment.file(kafkaVariables.library),
    stallMs: environment.integer(kafkaVariables.stallMs, { min: 1000, max: 3_600_000 }),
  };
}

function security(environment: Environment): Record<string, string> {
  const protocol = environment.oneOf(kafkaVariables.securityProtocol, [
    "PLAINTEXT",
    "SSL",
    "SASL_PLAINTEXT",
    "SASL_SSL",
  ]);
  return {
    "security.protocol": protocol.toLowerCase(),
    ...(protocol.endsWith("SSL") ? tls(environment) : {}),
    ...(protocol.startsWith("SASL") ? sasl(environment) : {}),
  };
}

/** Host names of brokers are checked against their certificates: librdkafka's default, said here so that nobody turns it off unseen. */
function tls(environment: Environment): Record<string, string> {
  return {
    "ssl.endpoint.identification.algorithm": "https",
    ...given("ssl.ca.location", environment.file(kafkaVariables.ca)),
    ...given("ssl.certificate.location", environment.file(kafkaVariables.certificate)),
    ...given("ssl.key.location", environment.file(kafkaVariables.key)),
    ...given("ssl.key.password", environment.secret(kafkaVariables.keyPassword)),
  };
}

function sasl(environment: Environment): Record<string, string> {
  const { saslMechanism, saslUsername, saslPassword } = kafkaVariables;
  return {
    "sasl.mechanism": environment.oneOf(saslMechanism, ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]),
    "sasl.username": environment.text({ ...saslUsername, fallback: null }),
    "sasl.password": environment.secret({ ...saslPassword, fallback: null }),
  };
}

function given(name: string, value: string): Record<string, string> {
  return value === "" ? {} : { [name]: value };
}
