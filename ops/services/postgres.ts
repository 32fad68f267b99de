import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { accepts, debianPackage, run } from "./commands.ts";
import { keptSecret, type Folders } from "./folders.ts";
import { portsAt } from "./ports.ts";
import { ServiceError, type Service, type ServiceOptions } from "./service.ts";

/** The user that Debian's package makes; the server refuses to run as root. */
const systemUser = "postgres";
const database = "orderbook";
const packaged = "/usr/lib/postgresql";

/** PostgreSQL from Debian's package, as a cluster of our own. */
export function postgres({ folders, portOffset }: ServiceOptions): Service {
  const data = join(folders.data, "postgres");
  const { postgres: port } = portsAt(portOffset);
  const url = (name: string): string => urlOf(folders, port, name);
  return {
    name: "postgres",
    version: "15",
    provision: () => provision(),
    prepare: async () => {
      await initialise(folders, data);
      return [
        {
          process: "postgres",
          command: [
            program("postgres"),
            "-D",
            join(data, "cluster"),
            ...serverSettings(data, port),
          ],
          cwd: data,
          user: systemUser,
          healthy: () => answers(port, url("postgres")),
        },
      ];
    },
    finish: () => makeDatabase(url("postgres")),
    connection: () => ({ postgres: { url: url(database) } }),
  };
}

async function provision(): Promise<void> {
  if (!existsSync(packaged)) await debianPackage("postgres-of-debian", "postgresql");
}

/** Debian keeps the server's programs off the PATH, in a folder of the major version. */
function program(name: string): string {
  const newest = readdirSync(packaged)
    .toSorted((left, right) => Number(left) - Number(right))
    .at(-1);
  if (newest === undefined)
    throw new ServiceError("PostgreSQL is missing: apt-get install postgresql");
  return join(packaged, newest, "bin", name);
}

/** What does not depend on where it runs: the same here and in compose.yaml. */
export const postgresSettings = ["max_connections=50", "statement_timeout=60s"] as const;
/** What the cluster is made with, the same there. */
export const postgresInitialisation = ["--data-checksums", "--locale=C", "-E", "UTF8"] as const;

function serverSettings(data: string, port: number): string[] {
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    `unix_socket_directories=${join(data, "socket")}`,
    ...postgresSettings,
  ];
  return settings.flatMap((setting) => ["-c", setting]);
}

async function initialise(folders: Folders, data: string): Promise<void> {
  const cluster = join(data, "cluster");
  mkdirSync(join(data, "socket"), { recursive: true });
  if (existsSync(join(cluster, "PG_VERSION"))) return;
  const password = join(data, "password");
  writeFileSync(password, keptSecret(folders, "postgres"), { mode: 0o600 });
  await ownedBySystemUser([data, join(data, "socket"), password]);
  const initdb = [program("initdb"), "-D", cluster, "-U", "orderbook", ...postgresInitialisation];
  const secured = [...initdb, "--auth=scram-sha-256", `--pwfile=${password}`];
  await run(process.getuid?.() === 0 ? ["runuser", "-u", systemUser, "--", ...secured] : secured, {
    cwd: data,
  });
}

async function ownedBySystemUser(paths: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const uid = Number(await run(["id", "-u", systemUser]));
  const gid = Number(await run(["id", "-g", systemUser]));
  for (const path of paths) chownSync(path, uid, gid);
}

function urlOf(folders: Folders, port: number, name: string): string {
  return `postgres://orderbook:${keptSecret(folders, "postgres")}@127.0.0.1:${port}/${name}`;
}

/** The port accepts connections before the server has recovered. */
async function answers(port: number, url: string): Promise<boolean> {
  if (!(await accepts(port))) return false;
  const sql = new Bun.SQL(url, { max: 1 });
  try {
    await sql`SELECT 1`;
    return true;
  } catch {
    // It is still starting up: the answer is "not yet".
    return false;
  } finally {
    await sql.close();
  }
}

async function makeDatabase(url: string): Promise<void> {
  const sql = new Bun.SQL(url, { max: 1 });
  try {
    const found = await sql`SELECT 1 FROM pg_database WHERE datname = ${database}`;
    if (found.length === 0) await sql.unsafe(`CREATE DATABASE ${database}`);
  } finally {
    await sql.close();
  }
}
