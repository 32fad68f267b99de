import { afterEach, expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import type { Log } from "../ports/log/log.ts";
import { schemaVersion } from "../schema/generated/records.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { Topic } from "../schema/topics.ts";
import { Commands } from "./commands.ts";
import type { UnstampedCommand } from "./commands.ts";
import { Outcomes } from "./outcomes.ts";
import { ApiProblem } from "./problems.ts";

const waitMs = 1000;

const order: UnstampedCommand = {
  kind: "NewOrderSingle",
  orderID: orderIDOf(7, "A", "a"),
  accountID: 7,
  side: 1,
  ordType: 2,
  symbol: "A",
  orderQty: 5,
  cashOrderQty: 0n,
  price: 3,
  timeInForce: 1,
  selfTradePrevention: 0,
  execInst: 0,
  expireTime: 0,
  clOrdID: "a",
};

/** Commands over a log that takes records and reports them when it is told to. */
class SilentVenue {
  readonly clock = new ManualClock();
  readonly log = createMemoryLog({ partitionCount: 1, clock: this.clock });
  readonly outcomes: Outcomes;
  readonly commands: Commands;
  #reports: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(inFlightMax: number) {
    const { clock } = this;
    const log = this.#silent();
    this.outcomes = new Outcomes({ log, clock, waitMs, heldCountMax: 16, onBody: () => {} });
    this.commands = new Commands({
      outcomes: this.outcomes,
      clock,
      partitionCount: 1,
      validForMs: 10_000,
      inFlightMax,
      cancelsInFlightMax: 0,
      schemaVersionOf: () => schemaVersion,
    });
  }

  /** Everything that was appended is reported now. */
  report(): void {
    this.#reports.resolve();
    this.#reports = Promise.withResolvers();
  }

  send(): Promise<string> {
    return codeOf(this.commands.toSymbol("A", order));
  }

  /** In small steps, each of which lets what is due happen. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(50);
      await settled();
    }
  }

  async close(): Promise<void> {
    this.report();
    await this.outcomes.close();
    await this.log.close();
  }

  #silent(): Log {
    const { log } = this;
    const append: Log["append"] = async (topic, partition, records) => {
      const { promise } = this.#reports;
      const offsets = await log.append(topic, partition, records);
      await promise;
      return offsets;
    };
    return new Proxy(log, {
      get: (target, name) => {
        if (name === "append") return append;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }
}

let venue: SilentVenue;
afterEach(() => venue.close());

test("a command that the log does not report in time is answered LogUnavailable, and may stand", async () => {
  venue = new SilentVenue(8);
  await venue.outcomes.start([null]);
  const answer = venue.send();
  await venue.pass(waitMs + 100);
  expect(await answer).toBe("LogUnavailable");
  expect(await venue.log.endOffset(Topic.Orders, 0)).toBe(1);
});

test("its place among those on their way stays taken until the log has reported", async () => {
  venue = new SilentVenue(2);
  await venue.outcomes.start([null]);
  const answers = [venue.send(), venue.send()];
  await venue.pass(waitMs + 100);
  expect(await Promise.all(answers)).toEqual(["LogUnavailable", "LogUnavailable"]);
  expect(await venue.send()).toBe("Overloaded");
  venue.report();
  await settled();
  const next = venue.send();
  await venue.pass(waitMs + 100);
  expect(await next).toBe("LogUnavailable");
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    if (error instanceof ApiProblem) return error.code;
    throw error;
  }
}

/** What is ready has run, to any depth. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
