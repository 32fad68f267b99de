import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { readConfig as readEngine, variables as engine } from "../engine/config.ts";
import { readConfig as readGateway, variables as gateway } from "../gateway/config.ts";
import type { EnvironmentValues, Variable } from "../ports/process/environment.ts";
import { readConfig as readProjector, variables as projector } from "../projector/config.ts";
import { readConfig as readQuery, variables as query } from "../query/config.ts";
import { brokerSettings } from "./services/kafka.ts";
import { postgresInitialisation, postgresSettings } from "./services/postgres.ts";
import { redisSettings } from "./services/redis.ts";
import { serviceNames } from "./services/service.ts";
import { servicesOf } from "./services/services.ts";

interface ComposeService {
  readonly image?: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

const root = dirname(import.meta.dir);
const text = (path: string): string => readFileSync(join(root, path), "utf8");
const { services } = Bun.YAML.parse(text("compose.yaml")) as {
  readonly services: Readonly<Record<string, ComposeService>>;
};

const folders = { cache: "/nowhere", data: "/nowhere" };
const versions = new Map(
  servicesOf({ folders, brokers: 1, portOffset: 0 }, serviceNames).map(({ name, version }) => [
    name,
    version,
  ]),
);

describe("compose.yaml has the stores of ops/services", () => {
  for (const name of serviceNames) {
    test(`${name} in the same version`, () => {
      const version = versions.get(name) ?? "";
      const tag = services[name]?.image?.split(":")[1];
      if (name === "minio") expect(text("ops/compose/minio.Dockerfile")).toContain(`-${version}\n`);
      else expect(tag).toBe(version);
    });
  }

  test("Kafka with the same settings", () => {
    const environment = services["kafka"]?.environment ?? {};
    for (const [name, value] of Object.entries(brokerSettings(1))) {
      const variable = `KAFKA_${name.toUpperCase().replaceAll(".", "_")}`;
      expect([variable, environment[variable]]).toEqual([variable, String(value)]);
    }
  });

  test("PostgreSQL with the same settings", () => {
    const { command = [], environment = {} } = services["postgres"] ?? {};
    expect(command.slice(1)).toEqual(postgresSettings.flatMap((setting) => ["-c", setting]));
    expect(environment["POSTGRES_INITDB_ARGS"]).toBe(postgresInitialisation.join(" "));
  });
});

describe("compose.yaml", () => {
  test("names images without a registry's host, each in a fixed version", () => {
    for (const { image } of Object.values(services)) {
      if (image === undefined || image === "orderbook") continue;
      expect(image).toMatch(/^[a-z0-9-]+(\/[a-z0-9-]+)?:[\w.]+$/);
      expect(image).not.toEndWith(":latest");
    }
  });

  test("publishes ports on loopback only, and none of the stores' or the private listeners'", () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published).toEqual([
      "127.0.0.1:8443:8443",
      "127.0.0.1:9090:9090",
      "127.0.0.1:3000:3000",
    ]);
  });

  test("mounts and runs files that are there", () => {
    for (const { volumes = [], command = [] } of Object.values(services)) {
      const mounted = volumes.map((volume) => volume.split(":")[0] ?? "");
      const run = command.filter((word) => word.endsWith(".ts"));
      for (const path of [...mounted.filter((name) => name.startsWith("./")), ...run])
        expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    }
  });

  test("lets Prometheus find the private listener of every service", () => {
    const { scrape_configs: jobs } = Bun.YAML.parse(text("ops/prometheus.yml")) as {
      readonly scrape_configs: readonly object[];
    };
    const configuration = JSON.stringify(jobs);
    for (const [service, { environment = {} }] of Object.entries(services)) {
      const port = environment["ORDERBOOK_OPERATIONS_PORT"];
      if (port === undefined) continue;
      expect(environment["ORDERBOOK_OPERATIONS_HOST"]).toBe("0.0.0.0");
      const name = service.replace(/-\d$/, "");
      expect([service, configuration.includes(name)]).toEqual([service, true]);
      expect([port, configuration.includes(port)]).toEqual([port, true]);
    }
  });

  test("runs the services on the Bun of package.json", () => {
    const bun = (JSON.parse(text("package.json")) as { packageManager: string }).packageManager;
    const bases = [...text("Dockerfile").matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(bases).toEqual([`oven/${bun.replace("@", ":")}`, `oven/${bun.replace("@", ":")}`]);
  });
});

interface Reader {
  readonly variables: readonly Variable[];
  read(values: EnvironmentValues): unknown;
}

const readers: Readonly<Record<string, Reader>> = {
  gateway: { variables: gateway, read: readGateway },
  "engine-1": { variables: engine, read: readEngine },
  "engine-2": { variables: engine, read: readEngine },
  projector: { variables: projector, read: readProjector },
  query: { variables: query, read: readQuery },
};

describe.skipIf(Bun.which("openssl") === null)("with the secrets that it makes", () => {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "orderbook-compose-"));
    await makeSecrets(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [service, { variables, read }] of Object.entries(readers)) {
    test(`${service} has a whole configuration and no variable that it does not read`, () => {
      const environment = services[service]?.environment ?? {};
      const known = new Set([...variables.map(({ name }) => name), "NODE_EXTRA_CA_CERTS"]);
      expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
      const values = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.replace("/run/orderbook", folder),
        ]),
      );
      expect(() => read(values)).not.toThrow();
    });
  }

  test("Redis has the settings of ops/services", () => {
    const configuration = readFileSync(join(folder, "stores/redis.conf"), "utf8");
    for (const [name, value] of Object.entries(redisSettings))
      expect(configuration).toContain(`${name} ${value}\n`);
  });

  test("every secret is for one user alone, and a second run changes none", async () => {
    const read = (): string[] =>
      ["minio", "redis", "postgres", "query", "clickhouse-writer"].map((name) => {
        const path = join(folder, "services", name);
        expect(statSync(path).mode & 0o077).toBe(0);
        return readFileSync(path, "utf8");
      });
    const first = read();
    expect(new Set(first).size).toBe(first.length);
    await makeSecrets(folder);
    expect(read()).toEqual(first);
  });
});

async function makeSecrets(folder: string): Promise<void> {
  const child = Bun.spawn([process.execPath, join(root, "ops/compose/secrets.ts"), folder], {
    stdout: "ignore",
    stderr: "inherit",
  });
  expect(await child.exited).toBe(0);
}
