import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Subprocess } from "bun";

import type { VenueFile } from "../venue-client.ts";

export interface VenueProcessOptions {
  readonly dataDir: string;
  readonly demo: boolean;
  readonly seed: number;
}

const startMsMax = 120_000;
const stopMsMax = 60_000;
const linesKept = 40;
const checkout = dirname(dirname(import.meta.dir));

/** A venue as people start it, in a child process that this one may kill. */
export class VenueProcess {
  readonly #child: Subprocess<"ignore", "pipe", "pipe">;
  readonly #venueFile: string;
  readonly #lines: string[] = [];

  constructor({ dataDir, demo, seed }: VenueProcessOptions) {
    this.#venueFile = join(dataDir, "venue.json");
    rmSync(this.#venueFile, { force: true });
    const flags = ["--port", "0", "--data", dataDir, "--demo", demo ? "on" : "off"];
    this.#child = Bun.spawn([process.execPath, "ops/start.ts", ...flags, "--seed", `${seed}`], {
      cwd: checkout,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) void this.#keepLines(stream);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Last lines that it printed. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Resolves with what it wrote for scripts once it serves. Rejects when it ends before, or takes two minutes. */
  async opened(): Promise<VenueFile> {
    const deadline = performance.now() + startMsMax;
    while (!existsSync(this.#venueFile)) {
      if (this.#child.exitCode !== null) throw this.#failure(`ended with ${this.#child.exitCode}`);
      if (performance.now() > deadline) throw this.#failure("did not open in time");
      await Bun.sleep(5);
    }
    return JSON.parse(readFileSync(this.#venueFile, "utf8")) as VenueFile;
  }

  /** Kills it as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  /** Asks it to drain, where it still runs. Rejects when it does not end with 0 within a minute. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopMsMax);
    const exitCode = await this.#child.exited;
    clearTimeout(timer);
    if (exitCode !== 0) throw this.#failure(`ended with ${exitCode} when asked to stop`);
  }

  async #keepLines(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream) {
      this.#lines.push(...Buffer.from(chunk).toString().split("\n").filter(Boolean));
      this.#lines.splice(0, this.#lines.length - linesKept);
    }
  }

  #failure(what: string): Error {
    return new Error(`The venue (pid ${this.pid}) ${what}:\n${this.#lines.join("\n")}`);
  }
}
