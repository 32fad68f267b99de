import type { Environment, Variable } from "./process/environment.ts";
import type { RedisOptions } from "./redis-scripts.ts";

export const redisVariables = {
  url: {
    name: "REDIS_URL",
    meaning: "`rediss://user@host:port`, or `redis://…` without TLS",
    fallback: null,
  },
  password: { name: "REDIS_PASSWORD_FILE", meaning: "file with its password", fallback: null },
  prefix: {
    name: "REDIS_KEY_PREFIX",
    meaning: "stands before every key, so that an ACL can hold the user to them",
    fallback: "orderbook:",
  },
} as const satisfies Record<string, Variable>;

export function readRedis(environment: Environment): RedisOptions {
  const address = environment.url(redisVariables.url, ["redis:", "rediss:"]);
  const password = environment.secret(redisVariables.password);
  const keyPrefix = environment.text(redisVariables.prefix);
  if (address === "" || password === "") return { url: "", keyPrefix };
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return { url: url.href, keyPrefix };
}
