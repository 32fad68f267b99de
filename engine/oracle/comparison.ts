/** Runs records through an engine and compares what they come to, byte for byte, with what the oracle says. */
import { encodedBytes, encodeMessage } from "../../schema/generated/records.ts";
import type { Event } from "../../schema/generated/records.ts";
import { applyRecord } from "./command-stream.ts";
import type { OracleEngine, StreamRecord, StreamStep } from "./command-stream.ts";
import { NaiveEngine } from "./naive-engine.ts";
import type { NaiveLimits, NaiveSemanticsList } from "./naive-state.ts";

/** An engine under comparison. */
export interface Subject {
  /** The events of one record as messages, one behind the other; valid until the next call. */
  apply(record: StreamRecord): Uint8Array;
}

export interface Divergence {
  readonly record: StreamRecord;
  readonly expected: readonly Event[];
  readonly expectedBytes: Uint8Array;
  /** The engine's events, or what it threw. */
  readonly actual: Uint8Array | Error;
}

/** The first step whose events the subject does not write exactly; null when it writes all of them. */
export function firstDivergence(steps: Iterable<StreamStep>, subject: Subject): Divergence | null {
  for (const { record, events } of steps) {
    const divergence = divergenceAt(record, events, subject);
    if (divergence !== null) return divergence;
  }
  return null;
}

export function divergenceAt(
  record: StreamRecord,
  expected: readonly Event[],
  subject: Subject,
): Divergence | null {
  const expectedBytes = encodeEvents(expected);
  const actual = actualBytes(subject, record);
  if (!(actual instanceof Error) && areEqual(actual, expectedBytes)) return null;
  return {
    record,
    expected,
    expectedBytes,
    actual: actual instanceof Error ? actual : actual.slice(),
  };
}

/** How a partition begins. */
export interface Beginning {
  readonly limits: Partial<NaiveLimits>;
  readonly semantics: NaiveSemanticsList;
}

/** Records as a stream of their own, numbered anew, with what the oracle says of them. */
export function* stepsOf(
  records: readonly StreamRecord[],
  { limits, semantics }: Beginning,
): Generator<StreamStep, void, undefined> {
  const oracle = new NaiveEngine(limits, semantics);
  for (const [index, old] of records.entries()) {
    const record = { ...old, seqNum: index + 1 };
    yield { record, events: applyRecord(oracle, record), state: oracle.state() };
  }
}

/**
 * As few of the records as still fail (delta debugging: leaves out ever smaller runs as long as that works). Each trial starts
 * from nothing, so what is left fails on its own.
 */
export function shrink(
  records: readonly StreamRecord[],
  fails: (records: readonly StreamRecord[]) => boolean,
): readonly StreamRecord[] {
  let kept = records;
  for (let run = Math.ceil(kept.length / 2); run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
    for (let at = kept.length - run; at > -run; at -= run) {
      const without = [...kept.slice(0, Math.max(0, at)), ...kept.slice(at + run)];
      if (without.length < kept.length && fails(without)) kept = without;
    }
  }
  return kept;
}

/** Another oracle as the subject: to plant bugs in it, and to see that the comparison itself is sound. */
export function subjectOfOracle(oracle: OracleEngine): Subject {
  return { apply: (record) => encodeEvents(applyRecord(oracle, record)) };
}

export function encodeEvents(events: readonly Event[]): Uint8Array {
  const length = events.reduce((sum, event) => sum + encodedBytes(event), 0);
  const view = new DataView(new ArrayBuffer(length));
  let at = 0;
  for (const event of events) at = encodeMessage(event, view, at);
  return new Uint8Array(view.buffer);
}

export function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function actualBytes(subject: Subject, record: StreamRecord): Uint8Array | Error {
  try {
    return subject.apply(record);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
