import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { UseMarker } from "../read-db/use-marker.ts";
import { serverConfig, usersConfig } from "./clickhouse-config.ts";
import type { ClickhouseCredentials } from "./clickhouse-config.ts";

interface Saved {
  readonly credentials: ClickhouseCredentials;
  readonly port: number;
}

/** The folder of a ClickHouse of our own: its data, and beside them what the server is told. Passwords and port are kept. */
export class ClickhouseFolder {
  readonly data: string;
  readonly configFile: string;
  readonly marker: UseMarker;
  readonly credentials: ClickhouseCredentials;
  readonly #path: string;
  readonly #savedFile: string;
  #port: number;

  constructor(path: string) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
    this.data = join(path, "data");
    this.configFile = join(path, "config.xml");
    this.marker = new UseMarker(join(path, "in-use"));
    this.#savedFile = join(path, "credentials.json");
    const saved = readSaved(this.#savedFile);
    this.credentials = saved?.credentials ?? newCredentials();
    this.#port = saved?.port ?? 0;
    this.#path = path;
    this.#save();
  }

  /** 0 until one was found free. */
  get port(): number {
    return this.#port;
  }

  set port(port: number) {
    this.#port = port;
    this.#save();
  }

  /** What the next start is told; the server tells `startID` on /start. */
  writeConfig(startID: string): void {
    const { credentials } = this;
    const users = join(this.#path, "users.xml");
    const temporary = join(this.#path, "temporary");
    writeWhole(users, usersConfig(credentials));
    writeWhole(this.configFile, serverConfig({ credentials, users, temporary, startID }));
  }

  dropData(): void {
    rmSync(this.data, { recursive: true, force: true });
  }

  #save(): void {
    const saved: Saved = { credentials: this.credentials, port: this.#port };
    writeWhole(this.#savedFile, `${JSON.stringify(saved, null, 2)}\n`);
  }
}

/** Null when there is none, or when it was cut short by a crash: new passwords do then. */
function readSaved(path: string): Saved | null {
  if (!existsSync(path)) return null;
  try {
    const { credentials, port } = JSON.parse(readFileSync(path, "utf8")) as Partial<Saved>;
    const { writer, analyst } = credentials ?? {};
    if (typeof writer !== "string" || typeof analyst !== "string") return null;
    if (typeof port !== "number") return null;
    return { credentials: { writer, analyst }, port };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function newCredentials(): ClickhouseCredentials {
  return { writer: newPassword(), analyst: newPassword() };
}

function newPassword(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64url");
}

/** Written beside and renamed, so that nobody reads half a file. */
function writeWhole(path: string, text: string): void {
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
