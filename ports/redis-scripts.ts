import { createHash } from "node:crypto";

import { createClient } from "redis";

export interface RedisOptions {
  /** `redis://…` or `rediss://…`, with user and password. */
  readonly url: string;
  /** Stands before every key, so that an ACL can hold this user to them. */
  readonly keyPrefix: string;
  /** A call that takes longer is given up: the caller has a way to go on without. */
  readonly timeoutMs?: number;
  /** For so long after a call that was given up none is tried. */
  readonly pauseMs?: number;
}

const defaultTimeoutMs = 50;
const defaultPauseMs = 500;
const reconnectMs = 100;
const waitingMax = 1000;

type Client = ReturnType<typeof createClient>;

/** Redis does not answer, or not in time; whether the script ran is unknown. */
export class RedisUnavailable extends Error {
  override readonly name = "RedisUnavailable";
}

/**
 * Runs Lua scripts on a Redis by their hash. Each script is one atomic step on the server, with the server's clock. A Redis that hangs
 * costs one time-out, then nothing until the pause is over.
 */
export class RedisScripts {
  readonly #client: Client;
  readonly #keyPrefix: string;
  readonly #timeoutMs: number;
  readonly #pauseMs: number;
  #pausedUntil = 0;

  constructor({ url, keyPrefix, timeoutMs, pauseMs }: RedisOptions) {
    this.#keyPrefix = keyPrefix;
    this.#timeoutMs = timeoutMs ?? defaultTimeoutMs;
    this.#pauseMs = pauseMs ?? defaultPauseMs;
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: waitingMax,
      socket: { connectTimeout: 1000, reconnectStrategy: () => reconnectMs },
    });
    // A lost connection is told by the next call; it comes back by itself.
    this.#client.on("error", () => {});
  }

  /** Resolves once connected; a Redis that is not there yet is tried again in the background. */
  async connect(): Promise<void> {
    const connected = this.#client.connect();
    connected.catch(() => {});
    await Promise.race([connected, Bun.sleep(this.#timeoutMs)]);
  }

  /** Rejects with RedisUnavailable only. */
  async run(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    if (performance.now() < this.#pausedUntil)
      throw new RedisUnavailable("Redis did not answer a moment ago");
    try {
      return await this.#inTime(this.#evaluate(script, this.#keyPrefix + key, [...args]));
    } catch (error) {
      this.#pausedUntil = performance.now() + this.#pauseMs;
      throw new RedisUnavailable(`Redis: ${(error as Error).message}`, { cause: error });
    }
  }

  close(): void {
    this.#client.destroy();
  }

  /** A restarted Redis has forgotten its scripts: they are loaded again when it says so. */
  async #evaluate(script: Script, key: string, args: string[]): Promise<unknown> {
    const options = { keys: [key], arguments: args };
    try {
      return await this.#client.evalSha(script.sha1, options);
    } catch (error) {
      if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
      await this.#client.scriptLoad(script.text);
      return this.#client.evalSha(script.sha1, options);
    }
  }

  async #inTime<Result>(work: Promise<Result>): Promise<Result> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`no answer in ${this.#timeoutMs} ms`)),
      this.#timeoutMs,
    );
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
      work.catch(() => {});
    }
  }
}

/** A Lua script and the name by which Redis knows it. */
export class Script {
  readonly text: string;
  readonly sha1: string;

  constructor(text: string) {
    this.text = text;
    this.sha1 = createHash("sha1").update(text).digest("hex");
  }
}
