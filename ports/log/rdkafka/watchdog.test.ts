import { afterEach, describe, expect, test } from "bun:test";

import { ManualClock } from "../../clock/clock-manual.ts";
import { Watchdog } from "./watchdog.ts";
import type { Stall, Watched } from "./watchdog.ts";

const stallMs = 10_000;

/** An instance that does what a test says. */
class Instance implements Watched {
  readonly kind = "Produce";
  readonly name = "orders-0";
  done = 0;
  waiting = false;
  /** What the brokers say; null: they do not answer. */
  couldGoOn: boolean | null = true;
  asked = 0;

  progress(): number {
    return this.done;
  }

  isWaiting(): boolean {
    return this.waiting;
  }

  readonly ask = async (): Promise<boolean> => {
    this.asked++;
    if (this.couldGoOn === null) throw new Error("No broker answers");
    return this.couldGoOn;
  };
}

class Rig {
  readonly clock = new ManualClock();
  readonly stalls: Stall[] = [];
  readonly brokers: boolean[] = [];
  readonly instance = new Instance();
  readonly watchdog = new Watchdog({
    clock: this.clock,
    stallMs,
    onStall: (stall) => this.stalls.push(stall),
    onBrokers: (away) => this.brokers.push(away),
  });

  constructor() {
    this.watchdog.watch(this.instance);
  }

  /** Lets time pass as it does where the loop turns. */
  async pass(ms: number, meanwhile: () => void = () => {}): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      this.clock.advance(500);
      meanwhile();
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    }
  }
}

describe("the watchdog", () => {
  let rig: Rig;
  afterEach(() => rig.watchdog.close());

  test("tells once of what stands still although the brokers answer", async () => {
    rig = new Rig();
    rig.instance.waiting = true;
    await rig.pass(stallMs);
    expect(rig.stalls).toEqual([]);
    await rig.pass(3 * stallMs);
    expect(rig.stalls.map(({ kind, name }) => [kind, name])).toEqual([["Produce", "orders-0"]]);
    expect(rig.stalls[0]?.forMs).toBeGreaterThanOrEqual(stallMs);
    expect(rig.stalls[0]?.forMs).toBeLessThan(1.3 * stallMs);
    expect(rig.watchdog.stallCounts.get("Produce")).toBe(1);
    expect(rig.brokers).toEqual([]);
  });

  test("tells again of an instance that has moved since", async () => {
    rig = new Rig();
    rig.instance.waiting = true;
    await rig.pass(2 * stallMs);
    rig.instance.done++;
    await rig.pass(2 * stallMs);
    expect(rig.watchdog.stallCounts.get("Produce")).toBe(2);
  });

  test("is silent while things move, however slowly, and asks no broker while they do", async () => {
    rig = new Rig();
    rig.instance.waiting = true;
    await rig.pass(5 * stallMs, () => rig.instance.done++);
    expect(rig.instance.asked).toBe(0);
    let count = 0;
    await rig.pass(10 * stallMs, () => {
      if (++count % 17 === 0) rig.instance.done++;
    });
    expect(rig.stalls).toEqual([]);
  });

  test("is silent where nothing is to be done", async () => {
    rig = new Rig();
    await rig.pass(5 * stallMs);
    rig.instance.waiting = true;
    rig.instance.couldGoOn = false;
    await rig.pass(5 * stallMs);
    expect(rig.stalls).toEqual([]);
    expect(rig.brokers).toEqual([]);
  });

  test("tells an outage of the brokers apart, and gives the client its time afterwards", async () => {
    rig = new Rig();
    rig.instance.waiting = true;
    rig.instance.couldGoOn = null;
    await rig.pass(5 * stallMs);
    expect(rig.stalls).toEqual([]);
    expect(rig.brokers).toEqual([true]);
    expect(rig.watchdog.brokersAway).toBe(true);
    rig.instance.couldGoOn = true;
    await rig.pass(0.8 * stallMs);
    expect(rig.stalls).toEqual([]);
    expect(rig.brokers).toEqual([true, false]);
    await rig.pass(stallMs);
    expect(rig.stalls.length).toBe(1);
  });

  test("takes a broker that keeps its answer back for one that is away", async () => {
    rig = new Rig();
    const silent: Watched = {
      kind: "Read",
      name: "orders-1",
      progress: () => 0,
      isWaiting: () => true,
      ask: () => new Promise(() => {}),
    };
    rig.watchdog.watch(silent);
    await rig.pass(5 * stallMs);
    expect(rig.stalls).toEqual([]);
    expect(rig.watchdog.brokersAway).toBe(true);
  });

  test("tells the next outage although a question of the last one was never answered", async () => {
    rig = new Rig();
    let done = 0;
    let asked = 0;
    rig.watchdog.watch({
      kind: "Read",
      name: "orders-1",
      progress: () => done,
      isWaiting: () => true,
      ask: () => {
        asked++;
        return new Promise(() => {});
      },
    });
    await rig.pass(stallMs);
    expect(rig.brokers).toEqual([true]);
    await rig.pass(stallMs, () => done++);
    expect(rig.brokers).toEqual([true, false]);
    await rig.pass(stallMs);
    expect(asked).toBe(1);
    expect(rig.brokers).toEqual([true, false, true]);
    expect(rig.stalls).toEqual([]);
  });

  test("does not hold a sleep of the whole process against anybody", async () => {
    rig = new Rig();
    rig.instance.waiting = true;
    await rig.pass(0.6 * stallMs);
    rig.clock.advance(20 * stallMs);
    await rig.pass(0.6 * stallMs);
    expect(rig.stalls).toEqual([]);
  });

  test("needs no broker to tell of a poll loop that stands still", async () => {
    rig = new Rig();
    const watched = { progress: () => 7, isWaiting: () => true };
    rig.watchdog.watch({ kind: "GroupPoll", name: "orders", ...watched });
    await rig.pass(2 * stallMs);
    expect(rig.stalls.map(({ kind }) => kind)).toEqual(["GroupPoll"]);
  });

  test("forgets what is no longer watched", async () => {
    rig = new Rig();
    const watched = { progress: () => 7, isWaiting: () => true };
    const end = rig.watchdog.watch({ kind: "GroupPoll", name: "orders", ...watched });
    await rig.pass(0.5 * stallMs);
    end();
    await rig.pass(3 * stallMs);
    expect(rig.stalls).toEqual([]);
  });
});
