import { describe, expect, test } from "bun:test";

import { asAttempt } from "../schema/attempt.ts";
import {
  bodyHeaderBytes,
  commandHashText,
  readBodyEvents,
  readBodyHeader,
} from "../schema/body.ts";
import { decodeFrame, frame } from "../schema/frame.ts";
import type { ActivateSemantics } from "../schema/generated/activate-semantics.ts";
import { OrdRejReason, TimeInForce } from "../schema/generated/enums.ts";
import { headerBytes, schemaVersion } from "../schema/generated/records.ts";
import { Topic } from "../schema/topics.ts";
import { viewOf } from "../schema/wire.ts";
import { accountDefinition, newOrderSingle, securityDefinition } from "./commands.fixture.ts";
import { builtSemantics, UnknownSemantics } from "./core/semantics.ts";
import type { SemanticsList } from "./core/semantics.ts";
import { ProcessLog } from "./crash-log.ts";
import { quarantineFrame } from "./letters.fixture.ts";
import { streamOf } from "./oracle/command-stream.ts";
import { shapeOf } from "./oracle/stream-shape.ts";
import type { Feature } from "./oracle/stream-shape.ts";
import { codeOf, partition, Partition, straightRun, ticks, until } from "./partition.fixture.ts";
import { Replica } from "./replica.ts";
import { Standby } from "./standby.ts";

/** Two builds, of which the older one has the first version only, which reads up to stops, icebergs, bands and fees. */
const [{ rules }] = builtSemantics;
const first = { semanticsVersion: 1, schemaVersion: 4, rules };
const second = { semanticsVersion: 2, schemaVersion, rules: { ...rules, deferredCountMax: 3 } };
const older: SemanticsList = [first];
const newer: SemanticsList = [first, second];

/** What gateways of the newer build send, whatever is active; `earlyRate` is the share of orders that may be deferred. */
function commandsOf(seed: number, commandCount: number, earlyRate = 0): Uint8Array[] {
  const shape = shapeOf(seed);
  const early = { early: earlyRate, newer: earlyRate, attempt: earlyRate };
  const weights = { ...shape.weights, ...early, activate: 0, session: 0.02 };
  const features = new Set<Feature>([...shape.features, "session", "stop"]);
  const wanted = { ...shape, semantics: newer, weights, features };
  return Array.from(streamOf(seed, commandCount, wanted), ({ record }) => record.bytes);
}

function activation(): ActivateSemantics {
  return {
    kind: "ActivateSemantics",
    sendingTime: 0,
    validUntil: 0,
    commandID: crypto.randomUUID(),
    requestHash: "00".repeat(8),
    accountID: 0,
    attempt: 0,
    semanticsVersion: 2,
    schemaVersion,
  };
}

function recordsOf(values: readonly Uint8Array[]) {
  return values.map((value, offset) => ({ offset, appendTime: 1_700_000_000_000 + offset, value }));
}

/** Versions in which a body's events are written. */
function eventVersions(body: Uint8Array): number[] {
  const view = viewOf(body);
  const versions: number[] = [];
  for (let at = bodyHeaderBytes; at < body.length; at += headerBytes + view.getUint16(at, true)) {
    versions.push(view.getUint16(at + 6, true));
  }
  return versions;
}

/** Every command has its outcome once, the one of a newer build that was alone from the first command on. */
function expectWhole(made: Partition): void {
  const folded = made.bodies().map(({ bytes }) => Buffer.from(bytes).toString("base64"));
  const straight = straightRun(made.orders, {}, newer);
  expect(folded).toEqual(straight.map((body) => Buffer.from(body).toString("base64")));
}

describe("an older and a newer build", () => {
  test("write the same bytes until newer semantics are activated, whatever newer commands come", () => {
    const [old, young] = [new Replica({}, older), new Replica({}, newer)];
    const outcomes = new Set<string>();
    let newerCount = 0;
    for (const record of recordsOf([...commandsOf(3, 900, 0.05), ...commandsOf(12, 900, 0.05)])) {
      const body = old.apply(record);
      expect(Buffer.compare(young.apply(record), body)).toBe(0);
      expect(Math.max(...eventVersions(body))).toBeLessThanOrEqual(first.schemaVersion);
      if (record.value.length < 12 || viewOf(record.value).getUint16(6, true) <= 4) continue;
      newerCount++;
      for (const event of readBodyEvents(body) ?? []) outcomes.add(event.kind);
    }
    expect(newerCount).toBeGreaterThan(100);
    expect([...outcomes]).toContain("Deferred");
    expect([...outcomes]).toContain("BusinessMessageReject");
  });

  test("part with the activation: its body is the last of the older semantics, and the older build ends", () => {
    const [old, young] = [new Replica({}, older), new Replica({}, newer)];
    const records = recordsOf([...commandsOf(3, 300), frame(activation()), ...commandsOf(3, 300)]);
    const versions = records.map((record) => readBodyHeader(young.apply(record))?.semanticsVersion);
    expect(versions).toEqual([...Array(301).fill(1), ...Array(300).fill(2)]);
    for (const record of records.slice(0, 300)) old.apply(record);
    expect(() => old.apply(records[300]!)).toThrow(UnknownSemantics);
  });

  test("an order in a newer version waits for the activation, and its next attempt is carried out as it was meant", () => {
    const place = { symbol: "BTC-USD", accountID: 1, price: 100 };
    const times = { sendingTime: 1_700_000_000_000, validUntil: 1_700_000_030_000 };
    const forTheDay = frame(newOrderSingle(place, { ...times, timeInForce: TimeInForce.Day }));
    const young = new Replica({}, newer);
    const events = recordsOf([
      frame(securityDefinition(place.symbol)),
      frame(accountDefinition(place.accountID)),
      forTheDay,
      frame(activation()),
      asAttempt(forTheDay, 1),
    ]).map((record) => readBodyEvents(young.apply(record))?.at(-1));
    expect(events.slice(2)).toMatchObject([
      { kind: "Deferred", ordRejReason: OrdRejReason.NewerVersion, timeInForce: TimeInForce.GTC },
      { kind: "SemanticsActivated", semanticsVersion: 2 },
      { kind: "OrderAccepted", firstSeqNum: 3, timeInForce: TimeInForce.Day },
    ]);
  });
});

describe("workers of both builds on one partition", () => {
  async function served(
    made: Partition,
    semantics: SemanticsList,
    commands: readonly (ActivateSemantics | Uint8Array)[],
  ): Promise<void> {
    const { host, failures } = made.host({ semantics });
    await host.start();
    made.append(commands);
    await made.settled(host);
    await host.stop();
    expect(failures).toEqual([]);
  }

  test("take over from one another until the activation; from then on only the newer one does", async () => {
    const made = new Partition();
    await served(made, older, commandsOf(3, 300));
    await served(made, newer, commandsOf(12, 300));
    await served(made, older, commandsOf(5, 300));
    await served(made, newer, [activation(), ...commandsOf(7, 300)]);
    const { host } = made.host({ semantics: older });
    expect(await codeOf(host.start())).toBe("UnknownSemantics");
    await served(made, newer, commandsOf(8, 100));
    expectWhole(made);
    expect(made.bodies().at(-1)?.semanticsVersion).toBe(2);
  });

  test("an older owner ends at the activation and says why; a newer one writes its outcome", async () => {
    const made = new Partition();
    const { host, failures } = made.host({ semantics: older });
    await host.start();
    made.append(commandsOf(3, 200));
    await made.settled(host);
    made.append([activation(), ...commandsOf(5, 50)]);
    await until(() => failures.length === 1);
    expect(failures[0]).toMatchObject({ code: "UnknownSemantics" });
    expect(failures[0]?.message).toContain("from offset 200 on: Semantics version 2 is active");
    await host.stop();
    expect(made.bodies().length).toBe(200);
    await served(made, newer, commandsOf(7, 50));
    expectWhole(made);
  });

  test("an activation that no build can carry out is set aside like any command, and the partition goes on", async () => {
    const made = new Partition();
    const { host, failures } = made.host();
    await host.start();
    made.append([...ticks(5), { ...activation(), semanticsVersion: 999 }, ...ticks(5)]);
    await until(() => failures.length === 1);
    expect(await codeOf(made.host().host.start())).toBe("UnknownSemantics");
    const { offset, value, appendTime } = made.orders[5]!;
    const quarantine = quarantineFrame(offset, commandHashText(value, appendTime));
    made.disk.append(Topic.OrderEvents, [{ key: null, value: quarantine }]);
    const next = made.host();
    await next.host.start();
    await made.settled(next.host);
    await next.host.stop();
    const kinds = made.bodies().map(({ events }) => events.map(({ kind }) => kind).join());
    expect(kinds).toEqual([
      ...Array<string>(5).fill("TimeTicked"),
      "BusinessMessageReject",
      ...Array<string>(5).fill("TimeTicked"),
    ]);
    expect(made.bodies().at(-1)?.semanticsVersion).toBe(1);
  });

  test("standbys follow across the activation, or fail with the reason", async () => {
    const made = new Partition();
    const owner = made.host({ semantics: newer });
    await owner.host.start();
    const failures: Error[] = [];
    const standbyOf = (semantics: SemanticsList): Standby =>
      new Standby({
        log: new ProcessLog(made.disk),
        snapshots: made.snapshots,
        clock: made.clock,
        partition,
        semantics,
        onFailure: (error) => failures.push(error),
      });
    const [old, young] = [standbyOf(older), standbyOf(newer)];
    await Promise.all([old.start(), young.start()]);
    made.append([...commandsOf(3, 200), activation(), ...commandsOf(12, 200)]);
    await made.settled(owner.host);
    await until(() => young.stats?.seqNum === 401 && failures.length === 1);
    expect(failures[0]).toMatchObject({ code: "UnknownSemantics" });
    expect(old.warm).toBe(false);
    await owner.host.stop();
    const taker = made.host({ semantics: newer, standby: young });
    await taker.host.start();
    made.append(commandsOf(5, 100));
    await made.settled(taker.host);
    await taker.host.stop();
    expectWhole(made);
  });

  test("snapshots are taken on both sides of the activation, and each build goes on from those that it knows", async () => {
    const made = new Partition();
    const eager = { snapshotPolicy: { commandCountMin: 1, restFactor: 0 } };
    const { host } = made.host({ ...eager, semantics: newer });
    await host.start();
    made.append([...commandsOf(3, 96), ...ticks(4000)]);
    await made.settled(host);
    await until(() => host.stats?.snapshot.takenCount === 1);
    made.append([activation(), ...commandsOf(12, 95), ...ticks(4000)]);
    await made.settled(host);
    await host.stop();
    const manifests = await made.snapshots.list(partition);
    expect(manifests.map(({ seqNum, semanticsVersion }) => [seqNum, semanticsVersion])).toEqual([
      [8192, 2],
      [4096, 1],
    ]);
    const old = made.host({ semantics: older });
    expect(await codeOf(old.host.start())).toBe("UnknownSemantics");
    const young = made.host({ semantics: newer });
    expect((await young.host.start()).snapshot?.seqNum).toBe(8192);
    await young.host.stop();
    expectWhole(made);
  });

  test("a Claim says what its build has", async () => {
    const made = new Partition();
    await served(made, older, []);
    await served(made, newer, []);
    const ranges = made.outputs.map(({ value }) => {
      const decoded = decodeFrame(value);
      const isClaim = decoded.ok && decoded.message.kind === "Claim";
      return isClaim ? [decoded.message.semanticsMin, decoded.message.semanticsMax] : null;
    });
    expect(ranges).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });
});
