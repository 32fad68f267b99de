import { describe, expect, test } from "bun:test";

import { frame } from "../../schema/frame.ts";
import { Side } from "../../schema/generated/enums.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { alice, bob, brief, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";
import { EventBuffer } from "./event-buffer.ts";
import { preparedMax } from "./prepare.ts";

describe("one command", () => {
  test("may sweep hundreds of makers in one go, whatever room the buffer had", () => {
    const partition = Partition.open();
    const count = 500;
    for (let index = 0; index < count; index++) partition.order({ side: Side.Sell, orderQty: 1 });
    const events = partition.order({ accountID: bob, orderQty: count + 5 });
    expect(events).toHaveLength(count + 1);
    expect(events.at(-1)).toMatchObject({
      kind: "Trade",
      makerFirstSeqNum: 4 + count,
      rptSeq: 2 * count + 2,
    });
    expect(partition.book()).toBe(`${count + 5} 5@100`);
  });

  test("writes at least one event, and leaves those that stand in the buffer", () => {
    const partition = Partition.open();
    const out = new EventBuffer();
    const command = CommandBuffer.of(frame(partition.newOrder()));
    partition.engine.apply(command, 0, 200, partition.time, 100, out);
    const first = out.bytes.slice(0, out.length);
    partition.engine.apply(command, 0, 201, partition.time, 101, out);
    expect(out.eventCount).toBe(2);
    expect(out.bytes.slice(0, first.length)).toEqual(first);
  });

  test("is read where it stands, at any multiple of 8 of a larger buffer", () => {
    const partition = Partition.open();
    const record = frame(partition.newOrder({ accountID: alice }));
    const commands = new CommandBuffer(record.length + 48);
    commands.bytes.fill(0xff);
    commands.bytes.set(record, 40);
    const { time } = partition;
    partition.engine.apply(commands, 40, 105, time, ++partition.seqNum, new EventBuffer());
    expect(partition.book()).toBe("5 10@100");
  });

  test("a seqNum beyond 2^32 names its order exactly", () => {
    const partition = Partition.open();
    partition.seqNum = 2 ** 40;
    const [accepted] = partition.order();
    expect(accepted).toMatchObject({ firstSeqNum: 2 ** 40 + 1 });
    expect(brief(partition.massCancel())[0]).toBe(`OrderCanceled ${2 ** 40 + 1} 2 10`);
  });

  test("a record that is no command is a fault of the caller, which crashes", () => {
    const event = frame({ kind: "TimeTicked", sendingTime: 1 });
    const apply = () => new Engine().apply(CommandBuffer.of(event), 0, 0, 1, 1, new EventBuffer());
    expect(apply).toThrow("only commands");
  });
});

describe("commands that wait", () => {
  test("are prepared for without a trace, whatever they are and however many", () => {
    const partition = Partition.open();
    partition.order();
    const order = partition.newOrder();
    const { orderID, accountID, sendingTime, validUntil, requestHash, attempt } = order;
    const head = { accountID, sendingTime, validUntil, requestHash, attempt };
    const records = [
      order,
      { kind: "OrderCancelRequest", ...head, commandID: orderID, orderID } as const,
      { kind: "TimeTick", sendingTime } as const,
    ].map(frame);
    const stride = 256;
    const commands = new CommandBuffer(stride * preparedMax);
    for (let place = 0; place < preparedMax; place++) {
      commands.bytes.set(records[place % records.length] ?? [], place * stride);
    }
    const before = partition.serialise();
    partition.engine.prepare(commands, 0, stride, preparedMax);
    expect(partition.serialise()).toEqual(before);
  });
});

describe("limits", () => {
  test("that no engine can keep are refused at once", () => {
    for (const orderCountMax of [-1, 0.5, NaN, 2 ** 40]) {
      expect(() => new Engine({ orderCountMax })).toThrow("orderCountMax");
    }
  });
});
