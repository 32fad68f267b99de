import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Two folders outside the checkout: downloads and builds that any checkout shares, and the stores' own data. */
export interface Folders {
  readonly cache: string;
  readonly data: string;
}

/** Where `services` keeps things unless told otherwise: PostgreSQL's own user must be able to reach the data, so root's lies outside root's home. */
export function defaultFolders(environment: Readonly<Record<string, string | undefined>>): Folders {
  const root = process.getuid?.() === 0;
  return {
    cache: environment["ORDERBOOK_CACHE"] ?? join(homedir(), ".cache", "orderbook"),
    data:
      environment["ORDERBOOK_SERVICES"] ??
      (root ? "/var/lib/orderbook-services" : join(homedir(), ".local/state/orderbook-services")),
  };
}

/** File that tells scripts and live suites where the stores answer. */
export function connectionsPath(folders: Folders): string {
  return join(folders.data, "services.json");
}

/** A password made once and kept with mode 0600, so that a restart finds its data again. */
export function keptSecret(folders: Folders, name: string): string {
  const folder = join(folders.data, "secrets");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
  writeFileSync(path, secret, { mode: 0o600, flag: "wx" });
  return secret;
}
