import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { VenueFile } from "./venue-client.ts";

/** A venue in a process of its own, started by the same command as a newcomer's. */
export interface ChildVenue {
  readonly dataDir: string;
  readonly file: VenueFile;
  /** What it has printed so far. */
  output(): string;
  /** Ctrl-C and the end of the drain; resolves with the exit code. */
  stop(): Promise<number>;
  /** Stops it where it still runs, and removes its data folder. */
  close(): Promise<void>;
}

export type VenueProfile = "one" | "kafka";

const startMaxMs = 60_000;

/** Starts a venue on a free port and waits until it takes orders and its reads answer. A given data folder is used and kept. */
export async function startChildVenue(options: {
  demo: boolean;
  dataDir?: string;
  seed?: number;
  /** `kafka` needs the stores of `bun run services up`. */
  profile?: VenueProfile;
}): Promise<ChildVenue> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "orderbook-venue-"));
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "start.ts"),
      "--port=0",
      `--demo=${options.demo ? "on" : "off"}`,
      `--data=${dataDir}`,
      `--seed=${options.seed ?? 1}`,
      `--profile=${options.profile ?? "one"}`,
    ],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const output = new Output();
  void output.read(child.stdout);
  void output.read(child.stderr);
  const stop = async (): Promise<number> => {
    child.kill("SIGINT");
    return child.exited;
  };
  const close = async (): Promise<void> => {
    await stop();
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await until("open", () => output.text.includes("orderbook is open"), child, output);
    const file = JSON.parse(readFileSync(join(dataDir, "venue.json"), "utf8")) as VenueFile;
    await until("reading", () => readsServe(file.url), child, output);
    return { dataDir, file, output: () => output.text, stop, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A pipe that nobody reads would stop the venue once it is full. */
class Output {
  text = "";

  async read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.text += decoder.decode(chunk, { stream: true });
  }
}

async function until(
  what: string,
  reached: () => boolean | Promise<boolean>,
  child: Bun.Subprocess,
  output: Output,
): Promise<void> {
  const deadline = performance.now() + startMaxMs;
  while (!(await reached())) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`The venue is not ${what}. It said:\n${output.text}`);
    }
    await Bun.sleep(10);
  }
}

async function readsServe(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`);
  const { reads } = (await response.json()) as { reads?: boolean };
  return reads === true;
}
