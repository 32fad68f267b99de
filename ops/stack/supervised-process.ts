/** A process that is started again whenever it ends, until it is stopped. */
export interface SupervisedOptions {
  /** Stands before each line of its output. */
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Before a process that has died is started again; twice as long each time that it dies young. */
  readonly restartMs?: number;
  onLine(line: string): void;
}

const restartMsDefault = 200;
const restartMsMax = 5000;
/** One that lived so long died of something new. */
const youngMs = 10_000;
const stopMs = 25_000;

export class SupervisedProcess {
  readonly name: string;
  readonly #options: SupervisedOptions;
  readonly #stopping = Promise.withResolvers<void>();
  #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  #stopped = false;
  #startCount = 0;
  /** Resolves when the process may be started again. */
  #held: PromiseWithResolvers<void> | null = null;
  readonly #done: Promise<void>;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
    this.#child = this.#launch();
    this.#done = this.#keepAlive();
  }

  /** Of the process that runs now, or of the last one. */
  get pid(): number {
    return this.#child.pid;
  }

  /** How often it has been started. */
  get startCount(): number {
    return this.#startCount;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Once it has ended it stays so until `release`. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  /** Resolves when the process that runs now has ended. */
  async ended(): Promise<void> {
    await this.#child.exited;
  }

  /** Asks it to drain, and insists after a while. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.resolve();
    if (this.running) this.#child.kill("SIGTERM");
    const insist = setTimeout(() => this.#child.kill("SIGKILL"), stopMs);
    await this.#done;
    clearTimeout(insist);
  }

  async #keepAlive(): Promise<void> {
    const { restartMs = restartMsDefault, onLine } = this.#options;
    let waitMs = restartMs;
    for (;;) {
      const startedAt = performance.now();
      await this.#child.exited;
      if (this.#stopped) return;
      if (performance.now() - startedAt > youngMs) waitMs = restartMs;
      onLine(`${this.name.padEnd(10)} ended (${endOf(this.#child)}), starts again in ${waitMs} ms`);
      await Promise.race([Bun.sleep(waitMs), this.#stopping.promise]);
      if (this.#held !== null) await Promise.race([this.#held.promise, this.#stopping.promise]);
      if (this.#stopped) return;
      waitMs = Math.max(restartMs, Math.min(2 * waitMs, restartMsMax));
      this.#child = this.#launch();
    }
  }

  #launch(): Bun.Subprocess<"ignore", "pipe", "pipe"> {
    this.#startCount++;
    const child = Bun.spawn([...diesWithParent(), ...this.#options.command], {
      env: this.#options.environment,
      // Ctrl-C in a terminal goes to the starter alone, which stops them in order.
      detached: true,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    void this.#print(child.stdout);
    void this.#print(child.stderr);
    return child;
  }

  /** A pipe that nobody reads would stop the process once it is full. */
  async #print(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#options.onLine(`${this.name.padEnd(10)} ${line}`);
    }
    if (rest !== "") this.#options.onLine(`${this.name.padEnd(10)} ${rest}`);
  }
}

function endOf(child: Bun.Subprocess): string {
  return String(child.signalCode ?? `code ${child.exitCode}`);
}

/** Even a starter that is killed leaves no services behind, where the system offers it (Linux, util-linux). */
function diesWithParent(): string[] {
  return Bun.which("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "TERM", "--"];
}
