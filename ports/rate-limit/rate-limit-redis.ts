import { RedisScripts, RedisUnavailable, Script, type RedisOptions } from "../redis-scripts.ts";
import { RateLimitError } from "./rate-limit.ts";
import type { RateLimit, RateLimitDecision, RateLimitPolicy } from "./rate-limit.ts";

/**
 * GCRA in one step (the theoretical arrival time in microseconds of Redis' own clock, so that gateways need none in common). Returns allowed,
 * time until the whole burst is there again, time until this cost would be allowed.
 */
const gcra = new Script(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval = tonumber(ARGV[1]) * 1000
local tolerance = tonumber(ARGV[2]) * interval
local arrival = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
local after = arrival + math.max(1, tonumber(ARGV[3])) * interval
local retry = after - tolerance - now
if retry > 0 then return {0, string.format('%.0f', arrival - now), string.format('%.0f', retry)} end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {1, string.format('%.0f', after - now), '0'}
`);

/** GCRA shared by all gateways of a Redis. */
export async function openRedisRateLimit(options: RedisOptions): Promise<RateLimit> {
  const redis = new RedisScripts(options);
  await redis.connect();
  return new RedisRateLimit(redis);
}

class RedisRateLimit implements RateLimit {
  readonly #redis: RedisScripts;
  #closed = false;

  constructor(redis: RedisScripts) {
    this.#redis = redis;
  }

  async take(key: string, policy: RateLimitPolicy, cost: number): Promise<RateLimitDecision> {
    if (this.#closed) throw new RateLimitError("The rate limit is closed");
    const args = [policy.intervalMs, policy.burst, cost].map(String);
    try {
      const reply = await this.#redis.run(gcra, `${policy.name}:${key}`, args);
      return decision(policy, reply as [number, string, string]);
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      throw new RateLimitError(error.message, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#redis.close();
    this.#closed = true;
  }
}

function decision(
  policy: RateLimitPolicy,
  reply: readonly [number, string, string],
): RateLimitDecision {
  const resetMs = Number(reply[1]) / 1000;
  const left = Math.floor((policy.burst * policy.intervalMs - resetMs) / policy.intervalMs);
  return {
    allowed: reply[0] === 1,
    left: Math.max(0, left),
    retryAfterMs: Number(reply[2]) / 1000,
    resetMs,
  };
}
