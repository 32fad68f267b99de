import { RedisScripts, RedisUnavailable, Script, type RedisOptions } from "../redis-scripts.ts";
import { IdempotencyError } from "./idempotency.ts";
import type { Idempotency, Reservation } from "./idempotency.ts";

/** An entry is its requestHash, and behind a line break the answer once there is one: status, line break, body. */
const reserve = new Script(`
local held = redis.call('GET', KEYS[1])
if held then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
`);

/** A lease that ran out may have gone to another request, whose entry it is now. */
const complete = new Script(`
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^[^\\n]*') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. '\\n' .. ARGV[2], 'PX', ARGV[3])
return 1
`);

const release = new Script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/** Requests that all gateways of a Redis remember. Only ever a cache: the engine's id window decides. */
export async function openRedisIdempotency(options: RedisOptions): Promise<Idempotency> {
  const redis = new RedisScripts(options);
  await redis.connect();
  return new RedisIdempotency(redis);
}

class RedisIdempotency implements Idempotency {
  readonly #redis: RedisScripts;
  #closed = false;

  constructor(redis: RedisScripts) {
    this.#redis = redis;
  }

  async reserve(key: string, requestHash: string, leaseMs: number): Promise<Reservation> {
    const held = await this.#run(reserve, key, [requestHash, String(leaseMs)]);
    if (typeof held !== "string") return { kind: "Reserved" };
    const [heldHash, status, ...body] = held.split("\n");
    if (heldHash !== requestHash) return { kind: "Conflict" };
    if (status === undefined) return { kind: "InFlight" };
    return { kind: "Answered", status: Number(status), body: body.join("\n") };
  }

  async complete(
    key: string,
    requestHash: string,
    answer: { status: number; body: string },
    keepMs: number,
  ): Promise<void> {
    const kept = `${answer.status}\n${answer.body}`;
    await this.#run(complete, key, [requestHash, kept, String(keepMs)]);
  }

  async release(key: string, requestHash: string): Promise<void> {
    await this.#run(release, key, [requestHash]);
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#redis.close();
    this.#closed = true;
  }

  async #run(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    if (this.#closed) throw new IdempotencyError("The idempotency store is closed");
    try {
      return await this.#redis.run(script, key, args);
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      throw new IdempotencyError(error.message, { cause: error });
    }
  }
}
