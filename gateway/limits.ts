import { createMemoryRateLimit } from "../ports/rate-limit/rate-limit-memory.ts";
import { RateLimitError } from "../ports/rate-limit/rate-limit.ts";
import type {
  RateLimit,
  RateLimitDecision,
  RateLimitPolicy,
} from "../ports/rate-limit/rate-limit.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { ApiProblem } from "./problems.ts";

/** What a request costs from: each account has a bucket a class, callers without a token one an address. */
export type LimitClass = "orders" | "cancels" | "reads" | "market-data" | "admin" | "stream";

export type LimitPolicies = Readonly<Record<LimitClass, RateLimitPolicy>>;

export const defaultPolicies: LimitPolicies = {
  orders: perSecond("orders", 10_000),
  cancels: perSecond("cancels", 40_000),
  reads: perSecond("reads", 5_000),
  "market-data": perSecond("market-data", 10_000),
  admin: perSecond("admin", 1_000),
  stream: perSecond("stream", 100),
};

/** A second's worth at once, then as it comes back. */
export function perSecond(name: LimitClass, count: number): RateLimitPolicy {
  return { name, burst: count, intervalMs: 1000 / count };
}

/**
 * Takes from the shared limit. Where that is away, this process falls back to a share of its own: new orders stay limited,
 * cancels always pass.
 */
export class Limits {
  readonly #shared: RateLimit;
  readonly #local: RateLimit;
  readonly #policies: LimitPolicies;
  readonly #policyHeaders = new Map<LimitClass, string>();

  constructor(options: { rateLimit: RateLimit; clock: Clock; policies: LimitPolicies }) {
    this.#shared = options.rateLimit;
    this.#local = createMemoryRateLimit(options.clock);
    this.#policies = options.policies;
  }

  /** The headers that tell how much is left. Throws ApiProblem RateLimited. */
  async take(
    limitClass: LimitClass,
    key: string,
    cost = 1,
  ): Promise<Readonly<Record<string, string>>> {
    const decision = await this.#decide(limitClass, key, cost);
    const headers = {
      "ratelimit-policy": this.#policyHeader(limitClass),
      ratelimit: `"${limitClass}";r=${decision.left};t=${seconds(decision.resetMs)}`,
    };
    if (decision.allowed) return headers;
    throw new ApiProblem("RateLimited", `Too many requests of the class ${limitClass}`, {
      headers: { ...headers, "retry-after": String(Math.max(1, seconds(decision.retryAfterMs))) },
    });
  }

  async close(): Promise<void> {
    await this.#local.close();
  }

  async #decide(limitClass: LimitClass, key: string, cost: number): Promise<RateLimitDecision> {
    const policy = this.#policies[limitClass];
    try {
      return await this.#shared.take(key, policy, cost);
    } catch (error) {
      if (!(error instanceof RateLimitError)) throw error;
      const decision = await this.#local.take(key, policy, cost);
      return limitClass === "cancels" ? { ...decision, allowed: true } : decision;
    }
  }

  #policyHeader(limitClass: LimitClass): string {
    const known = this.#policyHeaders.get(limitClass);
    if (known !== undefined) return known;
    const { burst, intervalMs } = this.#policies[limitClass];
    const header = `"${limitClass}";q=${burst};w=${Math.max(1, seconds(burst * intervalMs))}`;
    this.#policyHeaders.set(limitClass, header);
    return header;
  }
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
