import { createHash } from "node:crypto";
import { describe, expect, test } from "bun:test";

import { readBodyEvents, readBodyHeader } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import type { LogRecord } from "../ports/log/log.ts";
import { Engine } from "./core/engine.ts";
import { serialiseCapture } from "./core/snapshot.ts";
import { commandsOf, straightRun, ticks } from "./partition.fixture.ts";
import { Replica } from "./replica.ts";

function recordsOf(values: readonly Uint8Array[]): LogRecord[] {
  return values.map((value, index) => ({
    offset: index * 2,
    appendTime: 1_700_000_000_000 + index,
    key: null,
    value,
  }));
}

const history = recordsOf([
  ...commandsOf(21, 2500),
  ...ticks(3000).map(frame),
  ...commandsOf(22, 3000),
]);

/** As anybody would who has only the published bodies. */
function verifyCheckpoints(bodies: readonly Uint8Array[]): number[] {
  let sha256: Uint8Array = new Uint8Array(32);
  let from = 0;
  const verified: number[] = [];
  for (const [index, body] of bodies.entries()) {
    const checkpoint = readBodyEvents(body)?.at(-1);
    if (checkpoint?.kind !== "Checkpoint") continue;
    const hash = createHash("sha256").update(sha256);
    for (const covered of bodies.slice(from, index)) hash.update(covered);
    sha256 = hash.digest();
    expect(checkpoint.fromSeqNum).toBe(from + 1);
    expect(checkpoint.sha256).toBe(Buffer.from(sha256).toString("hex"));
    verified.push(index + 1);
    from = index;
  }
  return verified;
}

describe("a replica", () => {
  test("gives every record one body, numbered without a gap and naming the one before", () => {
    const headers = straightRun(history).map((body) => readBodyHeader(body));
    expect(headers.map((header) => header?.seqNum)).toEqual(history.map((_, index) => index + 1));
    expect(headers.map((header) => header?.commandOffset)).toEqual(
      history.map(({ offset }) => offset),
    );
    expect(headers.every((header) => header!.eventCount > 0)).toBe(true);
  });

  test("puts a Checkpoint into each 4096th body that proves all bodies since the last", () => {
    const bodies = straightRun(history);
    expect(verifyCheckpoints(bodies)).toEqual([4096, 8192]);
    const forged = bodies.map((body, index) => (index === 5000 ? body.with(60, 255) : body));
    expect(() => verifyCheckpoints(forged)).toThrow();
  });

  test("rule 36: writes the same bodies again, whoever runs it", () => {
    expect(straightRun(history)).toEqual(straightRun(history));
  });

  test("goes on from a snapshot as one that never stopped, to the same state", () => {
    const whole = new Replica({});
    const bodies: Uint8Array[] = [];
    let resumed: Replica | null = null;
    for (const record of history) {
      const body = whole.apply(record).slice();
      bodies.push(body);
      if (resumed !== null) expect(resumed.apply(record)).toEqual(body);
      if (whole.seqNum !== 4096) continue;
      const { bytes } = serialiseCapture(whole.engine.capture());
      const { commandOffset, commandHash, bodyHash, checkpointSha256: sha256, seqNum } = whole;
      const checkpoint = { sha256, seqNum, body };
      const engine = Engine.restore(bytes);
      resumed = new Replica({ engine, commandOffset, commandHash, bodyHash, checkpoint });
    }
    expect(resumed?.checkpointSha256).toBe(whole.checkpointSha256);
    expect(stateOf(resumed!)).toEqual(stateOf(whole));
  });
});

function stateOf(replica: Replica): Buffer {
  return Buffer.from(serialiseCapture(replica.engine.capture()).bytes);
}
