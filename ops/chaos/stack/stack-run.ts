import type { SeededRandom } from "../../seeded-random.ts";
import { faultMs } from "../fault.ts";
import type { Fault } from "../fault.ts";
import type { Violation } from "../journal-check.ts";
import { verdictOf } from "../journal.ts";
import { ViewSilent } from "../view-reader.ts";
import {
  killFault,
  rebalanceFault,
  someMember,
  someWorker,
  zombieFault,
} from "./process-faults.ts";
import type { ProcessFault } from "./process-faults.ts";
import { NotInTime, recovered } from "./recovery.ts";
import { openRig, partitionCount } from "./rig.ts";
import type { Rig, RigOptions } from "./rig.ts";
import { roundPlan } from "./round-plan.ts";
import type { RoundKind, RoundPlan } from "./round-plan.ts";

/** A line of the record of all rounds. */
export interface StackRound {
  readonly rig: "stack";
  readonly kind: RoundKind;
  readonly target: string;
  readonly detail: string;
  readonly seed: number;
  readonly round: number;
  /** RFC 3339. */
  readonly at: string;
  /** From before the fault struck until it was over. */
  readonly faultMs: number;
  /** From then until every process was at work and every partition had answered a client. */
  readonly recoverMs: number;
  readonly checkMs: number;
  readonly attempts: number;
  readonly done: number;
  readonly refused: number;
  readonly unknown: number;
  /** Owners that began in this round. */
  readonly takeovers: number;
  readonly thorough: boolean;
  readonly brokenCount: number;
  /** The first of them. */
  readonly violations: readonly Violation[];
  readonly commit: string;
}

export interface StackRunOptions extends RigOptions {
  readonly inTurn: boolean;
  /** Faults of stores last no longer, ms. */
  readonly faultMsMax: number;
  readonly commit: string;
}

const beforeMs = { least: 100, most: 600 };
const sleepingMs = { least: 100, most: 800 };
const afterMs = { least: 50, most: 300 };
const thoroughEach = 20;
const violationsShown = 10;
const detailLengthMax = 2000;

/** Rounds of faults over one venue and one set of stores. */
export class StackRun {
  readonly rig: Rig;
  readonly #options: StackRunOptions;
  #storeRounds = 0;

  private constructor(options: StackRunOptions, rig: Rig) {
    this.#options = options;
    this.rig = rig;
  }

  static async open(options: StackRunOptions): Promise<StackRun> {
    const rig = await openRig(options);
    // What the start has brought onto the log belongs to no round.
    await rig.judge.check();
    return new StackRun(options, rig);
  }

  /** Load, a fault under it, recovery under it, and a look whether every promise holds. */
  async round(round: number, isLast: boolean): Promise<StackRound> {
    const { seed, commit } = this.#options;
    const { journal, judge } = this.rig;
    const plan = roundPlan(round, this.#options);
    const fault = this.#faultOf(plan);
    const [attemptsBefore, claimsBefore] = [journal.attempts.length, judge.claimCount];
    const times = await this.#underLoad(plan, fault);
    const judgedAt = performance.now();
    const thorough = isLast || round % thoroughEach === 0;
    const violations = [...times.violations];
    const silent = await inTime(async () => {
      violations.push(...(await this.#judged(thorough)));
    });
    violations.push(...silent);
    const verdicts = journal.attempts.slice(attemptsBefore).map(verdictOf);
    const count = (verdict: string): number => verdicts.filter((each) => each === verdict).length;
    return {
      rig: "stack",
      kind: plan.kind,
      target: fault.target,
      detail: fault.detail,
      seed,
      round,
      at: new Date().toISOString(),
      faultMs: times.faultMs,
      recoverMs: times.recoverMs,
      checkMs: Math.round(performance.now() - judgedAt),
      attempts: verdicts.length,
      done: count("Done"),
      refused: count("Refused"),
      unknown: count("Unknown"),
      takeovers: judge.claimCount - claimsBefore,
      thorough,
      brokenCount: violations.length,
      violations: violations.slice(0, violationsShown).map(shortened),
      commit,
    };
  }

  async #underLoad(
    { kind, random }: RoundPlan,
    fault: Fault | ProcessFault,
  ): Promise<{ faultMs: number; recoverMs: number; violations: Violation[] }> {
    const stopLoad = this.#startLoad();
    await Bun.sleep(random.integer(beforeMs.least, beforeMs.most));
    const acts = this.#actBefore(random);
    const struckAt = performance.now();
    const begun = await inTime(() => fault.begin(random));
    acts.push(this.#actDuring(random));
    await Bun.sleep(this.#lastsMs(kind, random));
    const ended = await inTime(() => fault.end());
    const endedAt = performance.now();
    const back = await inTime(() => this.#untilRecovered(endedAt));
    const recoveredAt = performance.now();
    await Bun.sleep(random.integer(afterMs.least, afterMs.most));
    await Promise.all([stopLoad(), ...acts]);
    return {
      faultMs: Math.round(endedAt - struckAt),
      recoverMs: Math.round(recoveredAt - endedAt),
      violations: [...begun, ...ended, ...back],
    };
  }

  /** Resolves once every client has its last answer, or knows that there is none. */
  #startLoad(): () => Promise<void> {
    const { clients, doors } = this.rig;
    const stopping = new AbortController();
    const trading = clients.map(async (client, index) => {
      const door = doors[index];
      if (door !== undefined) await client.persist(door, stopping.signal);
    });
    return async () => {
      stopping.abort();
      await Promise.all(trading);
    };
  }

  #actBefore(random: SeededRandom): Promise<void>[] {
    const { early, operator } = this.rig;
    if (random.next() < 0.5) early.send(random);
    return random.next() < 0.4 ? [operator.resolveOne(random)] : [];
  }

  /** Bytes that no command has, and an operator who sets them aside while nobody may have read them. */
  async #actDuring(random: SeededRandom): Promise<void> {
    if (random.next() >= 0.3) return;
    const { early, operator } = this.rig;
    const partition = random.integer(0, partitionCount - 1);
    const isSetAside = random.next() < 0.5;
    const offset = await early.sendGarbage(partition, random);
    if (isSetAside) await operator.quarantine(partition, offset);
  }

  async #untilRecovered(since: number): Promise<void> {
    const { stack, journal } = this.rig;
    const { recoverMsMax: msMax } = this.#options;
    await recovered({ stack, journal, partitionCount, since, msMax });
  }

  async #judged(thorough: boolean): Promise<Violation[]> {
    const { judge, early } = this.rig;
    if (!thorough) return judge.check();
    await early.settled();
    return judge.checkThoroughly();
  }

  #lastsMs(kind: RoundKind, random: SeededRandom): number {
    if (kind === "outage" || kind === "leader" || kind === "disk") {
      return Math.min(this.#options.faultMsMax, faultMs(random, this.#storeRounds++));
    }
    return kind === "kill" ? 0 : random.integer(sleepingMs.least, sleepingMs.most);
  }

  #faultOf({ kind, random }: RoundPlan): Fault | ProcessFault {
    const { stack } = this.rig;
    switch (kind) {
      case "kill": {
        const [one, other] = [someMember(random), someMember(random)];
        return killFault(stack, one, other !== one && random.next() < 0.25 ? other : null);
      }
      case "zombie":
        return zombieFault(stack, random.next() < 0.75 ? someWorker(random) : someMember(random));
      case "rebalance":
        return rebalanceFault(stack, {
          target: someWorker(random),
          hasGuest: random.next() < 0.4,
        });
      case "outage":
      case "leader":
      case "disk":
        return this.#faultOfStore(kind);
    }
  }

  /** In turn, and so that the long faults go round, too. */
  #faultOfStore(kind: "outage" | "leader" | "disk"): Fault {
    const name = { outage: "outage", leader: "leader-kill", disk: "disk-full" }[kind];
    const faults = this.rig.place.faults.filter((fault) => fault.name === name);
    const turn = this.#storeRounds + Math.floor(this.#storeRounds / 10);
    const fault = faults[turn % faults.length];
    if (fault === undefined) throw new Error(`These stores have no ${name}`);
    return fault;
  }
}

/** What was to come true in time and did not. */
async function inTime(act: () => Promise<void>): Promise<Violation[]> {
  try {
    await act();
    return [];
  } catch (error) {
    if (!(error instanceof NotInTime || error instanceof ViewSilent)) throw error;
    return [{ promise: "ComesBack", detail: error.message }];
  }
}

function shortened({ promise, detail }: Violation): Violation {
  return { promise, detail: detail.slice(0, detailLengthMax) };
}
