import { existsSync } from "node:fs";
import { join } from "node:path";

import { AnalyticsError } from "./analytics.ts";
import { ClickhouseFolder } from "./clickhouse-folder.ts";
import { clickhouseLibrary } from "./clickhouse-library.ts";
import type { Subprocess } from "bun";

export interface ClickhouseProcessOptions {
  /** Folder of the data, the passwords and the port; made when it is not there. */
  readonly dataDir: string;
  /** Where it listens; by default a free port, kept for the next start. */
  readonly port?: number;
  /** Told why the data were deleted: they are a view and are built again from the log. */
  onRebuilt?(reason: string): void;
}

/** A ClickHouse server of our own on loopback. It is started again when it dies, on the same port with the same users. */
export interface ClickhouseProcess {
  readonly url: string;
  /** May define and write the database `orderbook`, nothing else. */
  readonly user: string;
  readonly password: string;
  /** May read the database `orderbook`, nothing else, within limits of time, rows and memory. */
  readonly analyst: { readonly user: string; readonly password: string };
  /** Of the present server. */
  readonly pid: number;
  close(): Promise<void>;
}

/**
 * Starts ClickHouse as a child process that dies with this one. Rejects with AnalyticsError: `Missing` where the library is not
 * installed, `Unavailable` where another process holds the folder or the given port, or the server does not come up.
 */
export async function startClickhouseProcess(
  options: ClickhouseProcessOptions,
): Promise<ClickhouseProcess> {
  const library = clickhouseLibrary();
  const folder = new ClickhouseFolder(options.dataDir);
  const doubt = existsSync(folder.data) ? folder.marker.doubt : null;
  if (doubt !== null) rebuild(folder, options, doubt);
  folder.marker.set();
  const server = new Supervisor(library, folder, options.port ?? null);
  try {
    await server.start();
  } catch (error) {
    if (!(error instanceof StartFailure) || error.reason !== "Other") throw unavailable(error);
    rebuild(folder, options, error.message);
    await server.start().catch((second: unknown) => {
      throw unavailable(second);
    });
  }
  return server;
}

function rebuild(
  folder: ClickhouseFolder,
  options: ClickhouseProcessOptions,
  reason: string,
): void {
  folder.dropData();
  options.onRebuilt?.(reason);
}

function unavailable(cause: unknown): AnalyticsError {
  return new AnalyticsError("Unavailable", `ClickHouse does not start: ${String(cause)}`, {
    cause,
  });
}

class StartFailure extends Error {
  override readonly name = "StartFailure";
  readonly reason: "FolderLocked" | "PortTaken" | "Other";
  constructor(message: string) {
    super(message);
    this.reason = reasonOf(message);
  }
}

function reasonOf(message: string): "FolderLocked" | "PortTaken" | "Other" {
  if (message.includes("Cannot lock file")) return "FolderLocked";
  return message.includes("Address already in use") ? "PortTaken" : "Other";
}

const startMs = 30_000;
const lockWaitMs = 2_000;
const pollMs = 20;
const restartMs = { least: 50, most: 5_000 };
const closeMs = 2_000;

class Supervisor implements ClickhouseProcess {
  readonly user = "writer";
  readonly password: string;
  readonly analyst: { readonly user: string; readonly password: string };
  readonly #library: string;
  readonly #folder: ClickhouseFolder;
  readonly #fixedPort: number | null;
  #child: Child | null = null;
  #closing = false;
  #restarting: Promise<void> = Promise.resolve();

  constructor(library: string, folder: ClickhouseFolder, fixedPort: number | null) {
    this.#library = library;
    this.#folder = folder;
    this.#fixedPort = fixedPort;
    this.password = folder.credentials.writer;
    this.analyst = { user: "analyst", password: folder.credentials.analyst };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#folder.port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Tries until the folder's last owner is gone and a free port is found, or the given one is free. */
  async start(): Promise<void> {
    const giveUpAt = performance.now() + lockWaitMs;
    if (this.#fixedPort !== null) this.#folder.port = this.#fixedPort;
    for (;;) {
      if (this.#folder.port === 0) this.#folder.port = freePort();
      try {
        return await this.#startOnce();
      } catch (error) {
        if (!(error instanceof StartFailure) || error.reason === "Other") throw error;
        if (performance.now() > giveUpAt) throw error;
        if (error.reason === "PortTaken") this.#folder.port = this.#fixedPort ?? freePort();
        await Bun.sleep(pollMs);
      }
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#restarting;
    await this.#child?.end();
    this.#folder.marker.clear();
  }

  async #startOnce(): Promise<void> {
    // Another server may answer on this port, while our own dies of that.
    const startID = crypto.randomUUID();
    this.#folder.writeConfig(startID);
    const child = new Child(this.#library, this.#folder);
    await child.ready(`${this.url}/start`, startID);
    this.#child = child;
    void child.exited.then(() => {
      if (!this.#closing) this.#restarting = this.#restart();
    });
  }

  async #restart(): Promise<void> {
    let waitMs = restartMs.least;
    while (!this.#closing) {
      await Bun.sleep(waitMs);
      waitMs = Math.min(2 * waitMs, restartMs.most);
      try {
        return await this.#startOnce();
      } catch (error) {
        // Callers see Unavailable meanwhile and try again, as this does.
        if (!(error instanceof StartFailure)) throw error;
      }
    }
  }
}

/** One server process and what it said when it ended. */
class Child {
  readonly exited: Promise<number>;
  readonly #process: Subprocess<"ignore", "ignore", "pipe">;
  readonly #said: Promise<string>;
  #ended = false;

  constructor(library: string, folder: ClickhouseFolder) {
    const script = join(import.meta.dir, "clickhouse-child.ts");
    const args = [library, folder.data, folder.configFile, folder.port, process.pid].map(String);
    this.#process = Bun.spawn([process.execPath, script, ...args], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      env: { TZ: "UTC" },
      // Ctrl-C goes to the terminal's process group; the venue drains into this server first.
      detached: true,
    });
    this.#said = new Response(this.#process.stderr).text();
    this.exited = this.#process.exited;
    void this.exited.then(() => {
      this.#ended = true;
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when the server gives its own answer; throws StartFailure when it ends first. */
  async ready(url: string, startID: string): Promise<void> {
    const giveUpAt = performance.now() + startMs;
    while (!(await answers(url, startID))) {
      if (this.#ended) throw new StartFailure((await this.#said).trim());
      if (performance.now() > giveUpAt) {
        await this.end();
        throw new StartFailure(`no answer within ${startMs} ms`);
      }
      await Bun.sleep(pollMs);
    }
  }

  async end(): Promise<void> {
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), closeMs);
    await this.exited;
    clearTimeout(timer);
  }
}

async function answers(url: string, startID: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    return (await response.text()) === startID;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Free now; taken by somebody else before the server binds it, the start is tried again. */
function freePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}
