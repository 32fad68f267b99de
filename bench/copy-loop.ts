import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { sharedFile } from "./shared-folder.ts";

export interface CopyLoopOptions {
  /** Path of librdkafka.so.1. */
  readonly library: string;
  readonly brokers: string;
  /** Mean bytes of a record in and out. */
  readonly inBytes: number;
  readonly outBytes: number;
}

export interface CopyRun {
  readonly messagesPerSecond: number;
  /** Of all threads of the loop's process. */
  readonly cpuUsPerMessage: number;
}

const headers = join(
  import.meta.dir,
  "../node_modules/@confluentinc/kafka-javascript/deps/librdkafka/src",
);

/** The least sizes that the loop can fill. */
const inBytesMin = 120;
const outBytesMin = 200;

/**
 * The bare consume-and-produce loop in C that the pipeline is measured against, built for our sizes in a folder of its own. Null where its
 * source or a compiler is not at hand.
 */
export function buildCopyLoop(options: CopyLoopOptions): CopyLoop | null {
  const source = sharedFile("pace", "kafka-copy.c");
  if (source === null || Bun.which("gcc") === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "orderbook-copy-loop-"));
  const inBytes = Math.max(inBytesMin, Math.round(options.inBytes));
  const outBytes = Math.max(outBytesMin, Math.round(options.outBytes));
  const sized = readFileSync(source, "utf8")
    .replace(/^#define IN \d+$/m, `#define IN ${inBytes}`)
    .replace(/^#define OUT \d+$/m, `#define OUT ${outBytes}`);
  writeFileSync(join(folder, "copy.c"), sized);
  const path = join(folder, "copy");
  const linked = [options.library, "-lpthread", `-Wl,-rpath,${dirname(options.library)}`];
  const command = ["gcc", "-O2", "-w", "-o", path, join(folder, "copy.c"), `-I${headers}`];
  const { exitCode, stderr } = Bun.spawnSync([...command, ...linked]);
  if (exitCode !== 0) throw new Error(`The copy loop does not build: ${stderr.toString()}`);
  return new CopyLoop({ folder, path, brokers: options.brokers, inBytes, outBytes });
}

export class CopyLoop {
  readonly inBytes: number;
  readonly outBytes: number;
  readonly #folder: string;
  readonly #path: string;
  readonly #brokers: string;

  constructor(built: {
    folder: string;
    path: string;
    brokers: string;
    inBytes: number;
    outBytes: number;
  }) {
    this.inBytes = built.inBytes;
    this.outBytes = built.outBytes;
    this.#folder = built.folder;
    this.#path = built.path;
    this.#brokers = built.brokers;
  }

  /** Runs one of its verbs to the end; resolves with what it printed. Rejects when it found something wrong. */
  async run(verb: string, settings: Readonly<Record<string, string | number>>): Promise<string> {
    const child = this.start(verb, settings);
    const [text, complaint, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (exitCode === 0) return text;
    throw new Error(`copy ${verb} failed (${exitCode}): ${text}${complaint}`);
  }

  start(
    verb: string,
    settings: Readonly<Record<string, string | number>>,
  ): Bun.Subprocess<"ignore", "pipe", "pipe"> {
    const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    return Bun.spawn([this.#path, verb, ...words], {
      env: { ...process.env, BOOT: this.#brokers },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  /** Copies `count` messages from one topic to another. */
  async copy(settings: Readonly<Record<string, string | number>>): Promise<CopyRun> {
    const text = await this.run("copy", { mode: "batch", dr: "batch", ...settings });
    const found = /C {2}(\d+) msg\/s {2}cpu ([\d.]+) us\/msg/.exec(text);
    if (found === null) throw new Error(`copy printed ${text}`);
    return { messagesPerSecond: Number(found[1]), cpuUsPerMessage: Number(found[2]) };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
