import { describe, expect, test } from "bun:test";

import { Fold, FoldAlarm } from "./fold.ts";
import type { FoldedBody } from "./fold.ts";
import { foldScenarios } from "./fold.scenarios.ts";
import type { FoldScenario } from "./fold.scenarios.ts";
import { brokenRules, NaiveFold } from "./naive-fold.ts";
import { OutputScript } from "./output-script.ts";
import type { LogRecord } from "./log.ts";

interface AnyFold {
  push(record: LogRecord): { readonly seqNum: number } | null;
}

interface Outcome {
  readonly applied: readonly number[];
  readonly alarm: string | undefined;
}

/** Pushes everything, as a reader does that goes on after an alarm, and notes the first alarm. */
function outcomeOf(fold: AnyFold, records: readonly LogRecord[]): Outcome {
  const applied: number[] = [];
  let alarm: string | undefined;
  for (const record of records) {
    try {
      const body = fold.push(record);
      if (body !== null) applied.push(body.seqNum);
    } catch (error) {
      if (!(error instanceof FoldAlarm)) throw error;
      alarm ??= error.code;
    }
  }
  return { applied, alarm };
}

function holds(scenario: FoldScenario, createFold: () => AnyFold): boolean {
  const script = new OutputScript();
  scenario.write(script);
  const { applied, alarm } = outcomeOf(createFold(), script.records);
  return alarm === scenario.alarm && Bun.deepEquals(applied, scenario.applied);
}

function realFold(): AnyFold {
  const fold = new Fold(0, null);
  return { push: (record) => fold.push(record)?.position ?? null };
}

describe("the fold", () => {
  for (const scenario of foldScenarios) {
    test(scenario.rule, () => {
      const script = new OutputScript();
      scenario.write(script);
      expect(outcomeOf(realFold(), script.records)).toEqual({
        applied: scenario.applied,
        alarm: scenario.alarm,
      });
    });
  }

  test("a stopped fold gives the same alarm again and applies nothing more", () => {
    const script = new OutputScript();
    const epoch = script.claim();
    script.write(epoch + 1, 1);
    script.write(script.claim(), 1);
    const fold = new Fold(0, null);
    const alarms = script.records.slice(1).map((record) => alarmOf(() => fold.push(record)));
    expect(alarms.map((alarm) => alarm.offset)).toEqual([1, 1, 1]);
    expect(fold.position).toBeNull();
  });

  test("a body tells its command, its time and its events, and its position the last chunk", () => {
    const script = new OutputScript();
    const epoch = script.claim();
    script.body(1, { eventCount: 40_000 });
    script.write(epoch, 1);
    const body = foldAll(new Fold(0, null), script.records).at(-1);
    expect(body?.position.offset).toBe(script.records.length - 1);
    expect(body?.position).toMatchObject({ epoch, seqNum: 1 });
    expect(body?.bytes).toEqual(script.body(1));
    expect(body).toMatchObject({ commandOffset: 0, transactTime: 1, semanticsVersion: 1 });
    expect(body?.events.length).toBe(40_000);
    expect(body?.events).toBe(body?.events ?? []);
  });

  test("a fold that starts at a saved position goes on as one that never stopped", () => {
    const script = new OutputScript();
    const first = script.claim();
    for (const seqNum of [1, 2, 3]) script.write(first, seqNum);
    script.write(script.claim(), 4);
    const whole = foldAll(new Fold(0, null), script.records);
    for (const saved of whole) {
      const rest = script.records.slice(saved.position.offset + 1);
      const resumed = foldAll(new Fold(0, saved.position), rest);
      const last = [saved, ...resumed].at(-1);
      expect(last?.position).toEqual(whole.at(-1)!.position);
    }
  });
});

describe("the scenarios", () => {
  test("a second fold, written for clarity, keeps every one of them", () => {
    const broken = foldScenarios.filter(
      (scenario) => !holds(scenario, () => new NaiveFold(0, null)),
    );
    expect(broken.map(({ rule }) => rule)).toEqual([]);
  });

  for (const rule of brokenRules) {
    test(`catch a fold without the rule ${rule}`, () => {
      const caught = foldScenarios.filter(
        (scenario) => !holds(scenario, () => new NaiveFold(0, rule)),
      );
      expect(caught.length).toBeGreaterThan(0);
    });
  }
});

function foldAll(fold: Fold, records: readonly LogRecord[]): FoldedBody[] {
  return records.map((record) => fold.push(record)).filter((body) => body !== null);
}

function alarmOf(run: () => unknown): FoldAlarm {
  try {
    run();
  } catch (error) {
    if (error instanceof FoldAlarm) return error;
    throw error;
  }
  throw new Error("There was no alarm");
}
