import { describe, expect, test } from "bun:test";

import type { LogRecord } from "../ports/log/log.ts";
import { ListBatch } from "../ports/log/record-batch.ts";
import { commandHashText } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { CommandWindow, slotBytes } from "./command-window.ts";
import { newOrderSingle } from "./commands.fixture.ts";
import { preparedMax } from "./core/prepare.ts";
import { commandsOf } from "./partition.fixture.ts";
import { Replica } from "./replica.ts";

function recordsOf(values: readonly Uint8Array[]): LogRecord[] {
  return values.map((value, index) => ({
    offset: 10 + index * 2,
    appendTime: 1_700_000_000_000 + index,
    key: null,
    value,
  }));
}

const order = frame(newOrderSingle({ symbol: "BTC-USD", accountID: 1, price: 100 }));
const broken = order.with(20, order[20]! ^ 1);
const newer = frame({ kind: "TimeTick", sendingTime: 1 }).with(2, 60);
const long = new Uint8Array(slotBytes + 1).fill(7);

/** Bodies of a replica that reads ahead, batch by batch. */
function bodiesAhead(replica: Replica, batches: readonly (readonly LogRecord[])[]): Uint8Array[] {
  const window = new CommandWindow();
  return batches.flatMap((records) => {
    const bodies: Uint8Array[] = [];
    for (let index = 0; index < records.length; index += window.count) {
      window.fill(new ListBatch(records), index);
      replica.prepare(window);
      for (let place = 0; place < window.count; place++) {
        bodies.push(replica.applyFrom(window, place).slice());
      }
    }
    return bodies;
  });
}

describe("a window", () => {
  test("holds each record as it stands on the log, with what its bytes are", () => {
    const records = recordsOf([order, broken, new Uint8Array(0), newer, long]);
    const window = new CommandWindow();
    window.fill(new ListBatch(records), 0);
    const held: unknown[] = records.map(({ offset }, place) => {
      window.load(place);
      expect(window.offset).toBe(offset);
      return { value: window.value.slice(), checked: window.checked, time: window.appendTime };
    });
    const checks = ["Ok", "Undecodable", "Undecodable", "Undecodable", "Undecodable"];
    expect(held).toEqual(
      records.map(({ value, appendTime }, place) => ({
        value,
        checked: checks[place],
        time: appendTime,
      })),
    );
    expect(window.slotCount).toBe(4);
  });

  test("ends with a record that is longer than a slot, and with a full window", () => {
    const window = new CommandWindow();
    window.fill(new ListBatch(recordsOf([order, long, order])), 0);
    expect(window.count).toBe(2);
    window.fill(new ListBatch(recordsOf(Array.from({ length: 200 }, () => order))), 100);
    expect([window.count, window.slotCount]).toEqual([preparedMax, preparedMax]);
    window.load(0);
    expect(window.offset).toBe(210);
  });

  test("is walked by offset, and says where that does not fit", () => {
    const window = new CommandWindow();
    expect(window.moveTo(10)).toBe(false);
    window.fill(new ListBatch(recordsOf([order, order, order])), 0);
    expect([window.moveTo(12), window.moveTo(16), window.moveTo(14)]).toEqual([true, false, true]);
    expect(window.moveTo(16)).toBe(false);
  });
});

describe("a replica that reads ahead", () => {
  const values = commandsOf(31, 200);
  const odd = [broken, long, newer, new Uint8Array(3), order];
  const records = recordsOf(values.flatMap((value, index) => [value, ...odd.slice(index % 6, 5)]));

  test("writes the same bodies as one that does not, however the log is cut into batches", () => {
    const alone = new Replica({});
    const bodies = Buffer.concat(records.map((record) => alone.apply(record).slice()));
    for (const size of [1, 7, 64, 1000]) {
      const count = Math.ceil(records.length / size);
      const batches = Array.from({ length: count }, (_, index) =>
        records.slice(index * size, (index + 1) * size),
      );
      const ahead = Buffer.concat(bodiesAhead(new Replica({}), batches));
      expect(ahead.equals(bodies)).toBe(true);
    }
  });

  test("sets a command aside that was read ahead before", () => {
    const { offset, value, appendTime } = records[20]!;
    const [ahead, alone] = [new Replica({}), new Replica({})];
    const quarantine = commandHashText(value, appendTime);
    ahead.engine.quarantine(offset, quarantine);
    alone.engine.quarantine(offset, quarantine);
    const some = records.slice(0, 40);
    expect(bodiesAhead(ahead, [some])).toEqual(some.map((record) => alone.apply(record).slice()));
    expect(ahead.engine.quarantinedOffset).toBe(Infinity);
  });
});
