import { describe, expect, test } from "bun:test";

import type { LogRecord } from "../ports/log/log.ts";
import { CommandQueue } from "./command-queue.ts";

function records(from: number, count: number): LogRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    offset: from + index,
    appendTime: 0,
    key: null,
    value: new Uint8Array(0),
  }));
}

describe("the queue of commands between reading and applying", () => {
  test("hands out in order, whether the command or the taker comes first", async () => {
    const queue = new CommandQueue({ fromOffset: 5, countMax: 10 });
    const early = queue.take();
    void queue.push(records(5, 3));
    expect((await early)?.offset).toBe(5);
    expect((await queue.take())?.offset).toBe(6);
    expect((await queue.take())?.offset).toBe(7);
  });

  test("lets reading wait while it is full, and on when half of it is gone", async () => {
    const queue = new CommandQueue({ fromOffset: 0, countMax: 4 });
    let hasRoom = false;
    void Promise.resolve(queue.push(records(0, 4))).then(() => (hasRoom = true));
    await queue.take();
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    await queue.take();
    await Promise.resolve();
    expect(hasRoom).toBe(true);
  });

  test("keeps no more than is waiting, however long it runs", async () => {
    const queue = new CommandQueue({ fromOffset: 0, countMax: 4 });
    void queue.push(records(0, 2));
    for (let offset = 2; offset < 1000; offset++) {
      void queue.push(records(offset, 1));
      expect((await queue.take())?.offset).toBe(offset - 2);
    }
  });

  test("says that there is no more once the end is known and reached", async () => {
    const queue = new CommandQueue({ fromOffset: 0, countMax: 4 });
    void queue.push(records(0, 2));
    queue.endAt(3);
    expect((await queue.take())?.offset).toBe(0);
    expect((await queue.take())?.offset).toBe(1);
    const third = queue.take();
    void queue.push(records(2, 1));
    expect((await third)?.offset).toBe(2);
    expect(await queue.take()).toBeNull();
  });

  test("frees whoever waits when it is closed", async () => {
    const queue = new CommandQueue({ fromOffset: 0, countMax: 1 });
    const waiting = queue.take();
    queue.close();
    expect(await waiting).toBeNull();
    expect(queue.push(records(0, 5))).toBeUndefined();
  });
});
