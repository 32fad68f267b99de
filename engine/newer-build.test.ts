import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { readBodyEvents } from "../schema/body.ts";
import { crcBytes, frame, sealFrame } from "../schema/frame.ts";
import { TimeInForce, TradingState } from "../schema/generated/enums.ts";
import { NewOrderSingleLayout } from "../schema/generated/new-order-single.ts";
import { headerBytes } from "../schema/generated/records.ts";
import type { Command } from "../schema/generated/records.ts";
import { viewOf } from "../schema/wire.ts";
import { accountDefinition, newOrderSingle, securityDefinition } from "./commands.fixture.ts";
import type { CommandRecord } from "./command-window.ts";
import { Engine } from "./core/engine.ts";
import { UnknownSemantics } from "./core/semantics.ts";
import { serialiseCapture } from "./core/snapshot.ts";
import {
  atTheClose,
  makeNewerBuild,
  newerSchemaVersion,
  newerSemanticsVersion,
} from "./newer-build.fixture.ts";
import type { NewerBuild } from "./newer-build.fixture.ts";
import { commandsOf } from "./partition.fixture.ts";
import { Replica } from "./replica.ts";

let newer: NewerBuild;

beforeAll(async () => {
  newer = await makeNewerBuild();
}, 30_000);

afterAll(() => newer.remove());

const start = 1_700_000_000_000;
const place = { symbol: "NEXT-USD", accountID: 1, price: 100 };
const times = { sendingTime: start, validUntil: start + 60_000 };
const request = { ...times, requestHash: "00".repeat(8), accountID: 0, attempt: 0 };

/** A command with what only the newer build can say, as it writes it. */
function inNewerWords(command: Command, more: object): Uint8Array {
  return newer.frame({ ...command, ...more });
}

function order(): Command {
  return newOrderSingle(place, times);
}

function status(): Command {
  const commandID = crypto.randomUUID();
  const { Open: tradingState } = TradingState;
  return { kind: "SecurityStatus", ...request, commandID, tradingState, symbol: place.symbol };
}

function schedule(afterMs: number): Uint8Array {
  const effectiveTime = start + afterMs;
  return frame({ ...status(), effectiveTime } as Command);
}

function activation(): Uint8Array {
  const versions = { semanticsVersion: newerSemanticsVersion, schemaVersion: newerSchemaVersion };
  const commandID = crypto.randomUUID();
  return frame({ kind: "ActivateSemantics", ...request, commandID, ...versions });
}

/** What a gateway of the newer build may send at any time. */
function newerWords(): Uint8Array[] {
  return [
    inNewerWords(order(), { minQty: 5 }),
    inNewerWords(order(), { timeInForce: atTheClose }),
    inNewerWords(order(), { timeInForce: TimeInForce.Day, displayQty: 1, minQty: 1 }),
    inNewerWords(status(), { haltReason: 3 }),
  ];
}

/** Records of the newer version that no build writes: another length of the block, values of no version, a template of none. */
function oddWords(): Uint8Array[] {
  const odd: readonly ((view: DataView) => void)[] = [
    (view) => view.setUint16(0, view.getUint16(0, true) - 8, true),
    (view) => view.setUint16(0, 136, true),
    (view) => view.setUint8(headerBytes + NewOrderSingleLayout.side, 9),
    (view) => view.setUint8(headerBytes + NewOrderSingleLayout.timeInForce, 99),
    (view) => view.setUint8(headerBytes + NewOrderSingleLayout.symbol, 7),
    (view) => view.setUint16(2, 60, true),
    (view) => view.setUint16(2, 100, true),
    (view) => view.setUint16(4, 2, true),
  ];
  return odd.map((change) => {
    const bytes = inNewerWords(order(), { minQty: 5 });
    const view = viewOf(bytes);
    change(view);
    sealFrame(bytes, view, bytes.length - crcBytes);
    return bytes;
  });
}

function recordsOf(values: readonly Uint8Array[]): CommandRecord[] {
  return values.map((value, offset) => ({ offset, appendTime: start + offset, value }));
}

const definitions = [securityDefinition(place.symbol), accountDefinition(place.accountID)];

describe("this build and a newer one that has been made of its sources", () => {
  test("row 37: write the same bytes and hold the same state until the newer semantics are activated", () => {
    const values = definitions.map(frame);
    for (const seed of [3, 12, 21]) {
      const commands = commandsOf(seed, 400);
      for (const [index, command] of commands.entries()) {
        values.push(command);
        if (index % 40 === 7) values.push(...newerWords(), ...oddWords());
      }
    }
    const ours = new Replica({});
    const theirs = new newer.Replica({});
    const outcomes: string[] = [];
    for (const record of recordsOf(values)) {
      const body = ours.apply(record);
      expect(Buffer.compare(theirs.apply(record), body)).toBe(0);
      outcomes.push(...(readBodyEvents(body) ?? []).map(({ kind }) => kind));
    }
    expect(outcomes.filter((kind) => kind === "Deferred").length).toBeGreaterThanOrEqual(90);
    const state = serialiseCapture(ours.engine.capture()).bytes;
    const theirState = newer.serialiseCapture(theirs.engine.capture()).bytes;
    expect(Buffer.compare(state, theirState)).toBe(0);
    const restored = newer.Engine.restore(state);
    const again = newer.serialiseCapture(restored.capture()).bytes;
    expect(Buffer.compare(again, state)).toBe(0);
  });

  test("part at the activation: this one leaves the partition, the newer one reads and decides anew", () => {
    const before = recordsOf([...definitions.map(frame), schedule(10_000), activation()]);
    const ours = new Replica({});
    for (const record of before.slice(0, -1)) ours.apply(record);
    expect(() => ours.apply(before.at(-1)!)).toThrow(UnknownSemantics);
    const theirs = new newer.Replica({});
    const kinds = (values: readonly Uint8Array[]): string[] =>
      recordsOf(values).map((record) => {
        const offset = before.length + record.offset;
        const body = theirs.apply({ ...record, offset });
        return readBodyEvents(body)?.at(-1)?.kind ?? "unread by this build";
      });
    for (const record of before) theirs.apply(record);
    // The second order is accepted in words that this build does not read.
    expect(kinds(newerWords())).toEqual([
      "OrderAccepted",
      "unread by this build",
      "OrderAccepted",
      "SecurityStatusChanged",
    ]);
    expect(kinds([schedule(20_000), schedule(30_000)])).toEqual([
      "SecurityStatusScheduled",
      "BusinessMessageReject",
    ]);
    const state = newer.serialiseCapture(theirs.engine.capture()).bytes;
    expect(() => Engine.restore(state)).toThrow(UnknownSemantics);
  });
});
