import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ConfigurationError, Environment } from "../process/environment.ts";
import type { EnvironmentValues } from "../process/environment.ts";
import { readKafka } from "./kafka-environment.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "orderbook-kafka-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o400 });
  return path;
}

function settingsOf(values: EnvironmentValues): Readonly<Record<string, string>> {
  const environment = new Environment({ KAFKA_BROKERS: "one:9092,two:9092", ...values });
  const { settings } = readKafka(environment);
  environment.finish();
  return settings;
}

describe("Kafka's settings", () => {
  test("are plain where nothing is said", () => {
    expect(settingsOf({})).toEqual({
      "bootstrap.servers": "one:9092,two:9092",
      log_level: "3",
      "security.protocol": "plaintext",
    });
  });

  test("pass TLS and SASL on to librdkafka, with host names checked", () => {
    const settings = settingsOf({
      KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
      KAFKA_SASL_USERNAME: "gateway",
      KAFKA_SASL_PASSWORD_FILE: file("password", "correct horse battery\n"),
      KAFKA_CA_FILE: file("ca.pem", "ca"),
    });
    expect(settings).toMatchObject({
      "security.protocol": "sasl_ssl",
      "sasl.mechanism": "SCRAM-SHA-512",
      "sasl.username": "gateway",
      "sasl.password": "correct horse battery",
      "ssl.ca.location": join(folder, "ca.pem"),
      "ssl.endpoint.identification.algorithm": "https",
    });
  });

  test("pass a client certificate on", () => {
    const settings = settingsOf({
      KAFKA_SECURITY_PROTOCOL: "SSL",
      KAFKA_CERTIFICATE_FILE: file("client.pem", "certificate"),
      KAFKA_KEY_FILE: file("client.key", "key"),
    });
    expect(settings).toMatchObject({
      "ssl.certificate.location": join(folder, "client.pem"),
      "ssl.key.location": join(folder, "client.key"),
    });
    expect(settings["sasl.username"]).toBeUndefined();
  });

  test("ask for user and password where SASL is asked for", () => {
    expect(() => settingsOf({ KAFKA_SECURITY_PROTOCOL: "SASL_SSL" })).toThrow(ConfigurationError);
    try {
      settingsOf({ KAFKA_SECURITY_PROTOCOL: "SASL_SSL" });
    } catch (error) {
      const names = (error as ConfigurationError).problems.map((text) => text.split(" ")[0]);
      expect(names).toEqual(["KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD_FILE"]);
    }
  });

  test("refuse a protocol that does not exist", () => {
    expect(() => settingsOf({ KAFKA_SECURITY_PROTOCOL: "TLS" })).toThrow("KAFKA_SECURITY_PROTOCOL");
  });
});
