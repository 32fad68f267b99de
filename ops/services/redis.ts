import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { createClient } from "redis";

import { debianPackage } from "./commands.ts";
import { keptSecret, type Folders } from "./folders.ts";
import { portsAt } from "./ports.ts";
import type { Service, ServiceOptions } from "./service.ts";

/** Redis from Debian's package. */
export function redis({ folders, portOffset }: ServiceOptions): Service {
  const { redis: port } = portsAt(portOffset);
  const url = (): string => `redis://:${keptSecret(folders, "redis")}@127.0.0.1:${port}`;
  return {
    name: "redis",
    version: "7",
    provision: () => debianPackage("redis-server", "redis-server"),
    prepare: () => {
      const data = join(folders.data, "redis");
      mkdirSync(data, { recursive: true, mode: 0o700 });
      const configuration = join(data, "redis.conf");
      writeFileSync(configuration, settings(folders, data, port), { mode: 0o600 });
      return Promise.resolve([
        {
          process: "redis",
          command: ["redis-server", configuration],
          cwd: data,
          healthy: () => answersPing(url()),
        },
      ]);
    },
    finish: () => Promise.resolve(),
    connection: () => ({ redis: { url: url() } }),
  };
}

/** What does not depend on where it runs: the same here and in compose.yaml. */
export const redisSettings = {
  maxmemory: "256mb",
  "maxmemory-policy": "noeviction",
  appendonly: "yes",
  appendfsync: "everysec",
  save: '""',
} as const;

/** The password stands in a file of mode 0600, never in the arguments, where `ps` would show it. */
function settings(folders: Folders, data: string, port: number): string {
  const place = {
    bind: "127.0.0.1",
    port: String(port),
    dir: data,
    requirepass: keptSecret(folders, "redis"),
  };
  return redisConfiguration(place);
}

/** A configuration file with our settings and those of the place. */
export function redisConfiguration(place: Readonly<Record<string, string>>): string {
  return Object.entries({ ...place, ...redisSettings })
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

async function answersPing(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 500 } });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.ping()) === "PONG";
  } catch {
    // Not there or still loading: the answer is "not yet".
    return false;
  } finally {
    client.destroy();
  }
}
