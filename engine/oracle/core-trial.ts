/**
 * Records through the core, compared with the oracle: every event byte for byte; now and then the whole state, through a snapshot and
 * a restore. Two cores run side by side: one straight through, one that is exchanged for its restored snapshot at those points.
 */
import { isDeepStrictEqual } from "node:util";

import { Engine } from "../core/engine.ts";
import type { Event } from "../../schema/generated/records.ts";
import { readSnapshot, serialiseCapture } from "../core/snapshot.ts";
import { Auditor } from "./auditor.ts";
import { BrokenPromise } from "./broken-promise.ts";
import { canonicalState } from "./canonical-state.ts";
import { streamOf } from "./command-stream.ts";
import type { StreamRecord, StreamStep } from "./command-stream.ts";
import { areEqual, divergenceAt, shrink, stepsOf } from "./comparison.ts";
import type { Beginning, Divergence } from "./comparison.ts";
import { CoreSubject } from "./core-subject.ts";
import { Dice } from "./dice.ts";
import type { NaiveState } from "./naive-state.ts";
import { shapeOf } from "./stream-shape.ts";

export interface TrialFailure {
  readonly what: string;
  readonly record: StreamRecord;
  readonly divergence: Divergence | null;
}

/** One seed's stream; `snapshotRate` is the probability of a snapshot after a record. Null when core and oracle agree. */
export function failureOfSeed(
  seed: number,
  commandCount: number,
  snapshotRate: number,
): { failure: TrialFailure; records: readonly StreamRecord[] } | null {
  const trial = new CoreTrial(shapeOf(seed));
  const dice = new Dice(seed ^ 0x5eed5eed);
  const records: StreamRecord[] = [];
  for (const step of streamOf(seed, commandCount)) {
    records.push(step.record);
    const failure = trial.run(step, dice.chance(snapshotRate));
    if (failure !== null) return { failure, records };
  }
  return null;
}

/** As few of the records as still fail in any way, each replayed from nothing and with a snapshot after every record. */
export function shrunk(
  records: readonly StreamRecord[],
  beginning: Beginning,
): readonly StreamRecord[] {
  const isFailing = (some: readonly StreamRecord[]): boolean =>
    failureOfRecords(some, beginning) !== null;
  return isFailing(records) ? shrink(records, isFailing) : records;
}

export function failureOfRecords(
  records: readonly StreamRecord[],
  beginning: Beginning,
): TrialFailure | null {
  const trial = new CoreTrial(beginning);
  for (const step of stepsOf(records, beginning)) {
    const failure = trial.run(step, step.record.seqNum === records.length);
    if (failure !== null) return failure;
  }
  return null;
}

class CoreTrial {
  readonly #straight: CoreSubject;
  readonly #restored: CoreSubject;
  readonly #auditor = new Auditor();
  readonly #beginning: Beginning;

  constructor(beginning: Beginning) {
    const { limits, semantics } = beginning;
    this.#beginning = beginning;
    this.#straight = new CoreSubject(new Engine(limits, semantics));
    this.#restored = new CoreSubject(new Engine(limits, semantics));
  }

  run({ record, events, state }: StreamStep, isSnapshotDue: boolean): TrialFailure | null {
    const straight = divergenceAt(record, events, this.#straight);
    if (straight !== null) {
      return { what: "The core's events differ from the oracle's", record, divergence: straight };
    }
    const restored = divergenceAt(record, events, this.#restored);
    if (restored !== null) {
      const what = "The restored core's events differ from the oracle's";
      return { what, record, divergence: restored };
    }
    const what =
      brokenPromise(this.#auditor, events) ?? (isSnapshotDue ? this.#exchange(state) : null);
    return what === null ? null : { what, record, divergence: null };
  }

  #exchange(state: Readonly<NaiveState>): string | null {
    const broken = brokenInvariant(this.#straight.engine) ?? brokenInvariant(this.#restored.engine);
    if (broken !== null) return `The core's audit stops: ${broken}`;
    const { bytes } = serialiseCapture(this.#straight.engine.capture());
    if (!areEqual(serialiseCapture(this.#restored.engine.capture()).bytes, bytes)) {
      return "The restored core's state differs from the straight one's";
    }
    if (!isDeepStrictEqual(readSnapshot(bytes), canonicalState(state))) {
      return "The core's state differs from the oracle's";
    }
    const restored = Engine.restore(bytes, this.#beginning.semantics);
    if (!areEqual(serialiseCapture(restored.capture()).bytes, bytes)) {
      return "A snapshot of the restored core differs from the one that it was restored from";
    }
    this.#restored.engine = restored;
    return null;
  }
}

function brokenInvariant(engine: Engine): string | null {
  try {
    engine.audit();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function brokenPromise(auditor: Auditor, events: readonly Event[]): string | null {
  try {
    auditor.observe(events);
    return null;
  } catch (error) {
    if (error instanceof BrokenPromise) return error.message;
    throw error;
  }
}
