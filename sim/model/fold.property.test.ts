import { expect, test } from "bun:test";
import fc from "fast-check";

import { ManualClock } from "../../ports/clock/clock-manual.ts";
import { Fold, FoldAlarm } from "../../ports/log/fold.ts";
import type { FoldPosition } from "../../ports/log/fold.ts";
import { readFoldedBody } from "../../ports/log/fold-follower.ts";
import { createMemoryLog } from "../../ports/log/log-memory.ts";
import { Topic } from "../../schema/topics.ts";
import { foldRecord, resumeAt, standsAt } from "./fold.ts";
import { Framing } from "./framed.fixture.ts";
import { Log } from "./log.ts";
import { chunksOf } from "./outcome.ts";
import { quarantineName } from "./pending.ts";
import { Variant } from "./variants.ts";
import { claimRecord, commandLetter } from "./world.ts";
import type { FoldState, OutputRecord } from "./world.ts";

/** What somebody writes next: `back` counts owners from the last Claim. */
interface Write {
  readonly what:
    "Claim" | "Quarantine" | "Next" | "First" | "Second" | "Gap" | "Again" | "Other" | "Unclaimed";
  readonly back: number;
}

const write: fc.Arbitrary<Write> = fc.record({
  what: fc.oneof(
    { weight: 60, arbitrary: fc.constant("Next" as const) },
    { weight: 20, arbitrary: fc.constantFrom("Claim" as const, "Quarantine" as const) },
    { weight: 20, arbitrary: fc.constantFrom("First" as const, "Second" as const) },
    { weight: 8, arbitrary: fc.constantFrom("Gap" as const, "Again" as const) },
    { weight: 2, arbitrary: fc.constantFrom("Other" as const, "Unclaimed" as const) },
  ),
  back: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
});

const writes = fc.array(write, { maxLength: 16 });

/** Whole bodies, single chunks and worse, seen from what the log comes to so far. */
function recordsFor(log: Log, { what, back }: Write): readonly OutputRecord[] {
  if (what === "Claim") return [claimRecord(null)];
  if (what === "Quarantine") return [claimRecord(quarantineName(log.truth.body.length, "a"))];
  const epochs = log.list.flatMap(({ kind }, offset) => (kind === "Claim" ? [offset] : []));
  const epoch = what === "Unclaimed" ? log.list.length + 2 : (epochs.at(-1 - back) ?? 0);
  const { body } = log.truth;
  const next = body + commandLetter(body.length % 4);
  const bodies = {
    Gap: `${next}${commandLetter(3)}`,
    Again: body === "" ? next : body,
    Other: `${"x".repeat(body.length)}y`,
  } as const;
  const chosen = what === "Gap" || what === "Again" || what === "Other" ? bodies[what] : next;
  const chunks = chunksOf(chosen, epoch);
  if (what === "First") return chunks.slice(0, 1);
  return what === "Second" ? chunks.slice(1) : chunks;
}

function grow(log: Log, added: readonly Write[]): Log {
  let grown = log;
  for (const one of added) {
    for (const record of recordsFor(grown, one)) grown = grown.append(record);
  }
  return grown;
}

/** The real fold, told in the model's words. */
class RealFold {
  readonly #fold: Fold;
  #alarm: string | null = null;

  constructor(from: FoldPosition | null) {
    this.#fold = new Fold(0, from);
  }

  push(value: Uint8Array, offset: number, isClaim: boolean): object {
    try {
      this.#fold.push({ offset, appendTime: 0, key: null, value });
      if (isClaim) this.#alarm = null;
    } catch (error) {
      if (!(error instanceof FoldAlarm)) throw error;
      this.#alarm = error.code;
    }
    const { epoch, position } = this.#fold;
    return { epoch, position, alarm: this.#alarm };
  }
}

test("the model's fold takes every record as the real one does, from the start and from any saved position", () => {
  const framing = new Framing();
  const told = ({ epoch, position, alarm }: FoldState): object => ({
    epoch,
    position: position === null ? null : framing.positionOf(position),
    alarm,
  });
  const alarms = new Set<string | null>();
  fc.assert(
    fc.property(writes, fc.nat(), (all, chosen) => {
      const { list, history } = grow(Log.empty(null).append(claimRecord(null)), all);
      const saved = history[chosen % (history.length + 1)]?.position ?? null;
      const real = new RealFold(saved === null ? null : framing.positionOf(saved));
      let state = resumeAt(saved, "");
      for (let offset = state.offset; offset < list.length; offset++) {
        const record = list[offset]!;
        state = foldRecord(state, record, null);
        const answer = real.push(framing.bytesOf(record), offset, record.kind === "Claim");
        expect(told(state)).toEqual(answer);
        alarms.add(state.alarm);
      }
    }),
    { numRuns: 300 },
  );
  const possible = ["ChunkOutOfTurn", "Gap", "HashChainBroken", "UnclaimedEpoch", null] as const;
  expect(alarms).toEqual(new Set(possible));
}, 30_000);

test("the model reads a saved position again as the real follower does, on a log that was cut and regrew", async () => {
  const framing = new Framing();
  const answers = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(writes, fc.nat(), writes, async (lost, kept, regrown) => {
      const old = grow(Log.empty(null).append(claimRecord(null)), lost);
      const log = grow(old.cutTo(kept % (old.list.length + 1)), regrown);
      const real = createMemoryLog({ partitionCount: 1, clock: new ManualClock() });
      const values = log.list.map((record) => ({ key: null, value: framing.bytesOf(record) }));
      if (values.length > 0) await real.append(Topic.OrderEvents, 0, values);
      for (const { position } of old.history) {
        const read = await readFoldedBody(real, 0, framing.positionOf(position)).catch(alarmCode);
        const stands = standsAt(log.list, position, Variant.PositionWithoutTime);
        expect(read === "PositionMismatch").toBe(!stands);
        answers.add(stands);
      }
    }),
    { numRuns: 100 },
  );
  expect(answers.size).toBe(2);
}, 30_000);

function alarmCode(error: unknown): string {
  if (error instanceof FoldAlarm) return error.code;
  throw error;
}
