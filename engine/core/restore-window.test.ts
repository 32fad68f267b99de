import { describe, expect, test } from "bun:test";

import { Side } from "../../schema/generated/enums.ts";
import { brief, orderID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";
import { readReference, readShape } from "./reference-section.ts";
import { readStateShape } from "./state-section.ts";

const idWindowMs = 1000;

/** Two old orders, one of which has just closed, and two young ones, one of which was a taker. */
function mixed(): Partition {
  const partition = Partition.open({ idWindowMs });
  partition.order();
  partition.order({ price: 99 });
  partition.tick(idWindowMs);
  partition.order({ price: 98 });
  partition.order({ side: Side.Sell, price: 100, accountID: 2 });
  return partition;
}

/** The snapshot with the id of one entry over that of another, both by their place in order of entry. */
function withEntryOver(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const { instruments } = readReference(changed);
  const { entries } = readStateShape(view, readShape(view).end, instruments.length);
  changed.copyWithin(entries.id + to * 16, entries.id + from * 16, entries.id + from * 16 + 16);
  return changed;
}

function refusalOf(bytes: Uint8Array): string {
  try {
    Engine.restore(bytes);
  } catch (error) {
    return String(error);
  }
  return "none";
}

describe("the id window of a snapshot", () => {
  test("knows old and young requests again, and forgets what it would have forgotten", () => {
    const partition = mixed();
    const restored = Partition.open({ idWindowMs });
    restored.engine = Engine.restore(partition.serialise());
    [restored.seqNum, restored.time] = [partition.seqNum, partition.time];
    const steps: ((each: Partition) => unknown)[] = [
      (each) => each.order({ orderID: orderID(6) }),
      (each) => each.order({ orderID: orderID(8), price: 98 }),
      (each) => each.order({ orderID: orderID(5) }),
      (each) => each.cancel({ orderID: orderID(6) }),
      (each) => each.order({ orderID: orderID(6) }),
    ];
    const answers = steps.map((step) => {
      const events = step(restored);
      expect(events).toEqual(step(partition));
      return brief(events as never)[0];
    });
    expect(answers.filter((answer) => answer === "Duplicate").length).toBeGreaterThan(1);
    expect(restored.serialise()).toEqual(partition.serialise());
    partition.engine.audit();
    restored.engine.audit();
  });

  test("has an entry of every open order, and none twice", () => {
    const bytes = mixed().serialise();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { instruments } = readReference(bytes);
    const { entryCount } = readStateShape(view, readShape(view).end, instruments.length);
    expect(refusalOf(bytes)).toBe("none");
    for (let from = 0; from < entryCount; from++) {
      for (let to = 0; to < entryCount; to++) {
        const refusal = refusalOf(withEntryOver(bytes, from, to));
        if (from === to) expect(refusal).toBe("none");
        else expect(refusal).toMatch(/id stands in the window twice|are of one command/);
      }
    }
  });
});
