import { heapStats } from "bun:jsc";

import { expect, test } from "bun:test";

import { ContingencyType, OrdType, Side } from "../../schema/generated/enums.ts";
import { frame } from "../../schema/frame.ts";
import { NewOrderListLayout as List } from "../../schema/generated/new-order-list.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import { packItems } from "../../schema/order-list.ts";
import type { ListItem } from "../../schema/order-list.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { alice, bob, commandID, orderID, Partition } from "./core.fixture.ts";
import { EventBuffer } from "./event-buffer.ts";

const listsPerRound = 40_000;
/** What the lists of a round may leave on the heap, whatever its cause: 8 bytes a list would be 320 KB. */
const growthMaxBytes = 200_000;

test("forty thousand lists and as many pairs leave nothing on the heap", () => {
  const flow = new ListFlow();
  flow.run(listsPerRound);
  const before = usedBytes();
  flow.run(listsPerRound);
  const grown = usedBytes() - before;
  expect(flow.otherLegCount).toBeGreaterThanOrEqual(2 * listsPerRound - 1);
  expect(grown).toBeLessThan(growthMaxBytes);
});

/** The heap with the memory of its buffers, after a full collection. */
function usedBytes(): number {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}

/** Where the block of the first item starts, behind the list's own and the length of the items. */
const firstBlock = headerBytes + List.blockLength + 4 + headerBytes;

/** A pair of alice's, then a list of bob's: it cancels his last order, takes one of her legs and rests anew. Patched, so that the driver allocates nothing. */
class ListFlow {
  otherLegCount = 0;
  readonly #partition = Partition.open({ idWindowMs: 1000 });
  readonly #out = new EventBuffer();
  readonly #pair: CommandBuffer;
  readonly #batch: CommandBuffer;
  readonly #secondLeg: number;
  readonly #taker: number;
  readonly #resting: number;
  #count = 0;

  constructor() {
    const partition = this.#partition;
    const own = { sendingTime: 0, side: Side.Sell };
    const limit = partition.newOrder({ ...own, price: 110 });
    const stop = partition.newOrder({ ...own, ordType: OrdType.Stop, price: 0, stopPx: 90 });
    this.#pair = recordOf([limit, stop], alice, ContingencyType.OneCancelsTheOther);
    this.#secondLeg = firstBlock + New.blockLength + headerBytes;
    const cancel = {
      kind: "OrderCancelRequest",
      sendingTime: 0,
      validUntil: 0,
      commandID: commandID(1),
      requestHash: limit.requestHash,
      accountID: bob,
      attempt: 0,
      orderID: orderID(1),
    } as const;
    const taker = partition.newOrder({ sendingTime: 0, accountID: bob, price: 110 });
    const resting = { ...taker, price: 50 };
    this.#batch = recordOf([cancel, taker, resting], bob, ContingencyType.None);
    this.#taker = firstBlock + Cancel.blockLength + headerBytes;
    this.#resting = this.#taker + New.blockLength + headerBytes;
  }

  run(listCount: number): void {
    for (let index = 0; index < listCount; index++) {
      const id = ++this.#count;
      const pair = this.#pair.view;
      pair.setUint32(firstBlock + New.orderID + 12, id * 4, true);
      pair.setUint32(this.#secondLeg + New.orderID + 12, id * 4 + 1, true);
      this.#apply(this.#pair, id);
      const batch = this.#batch.view;
      batch.setUint32(firstBlock + Cancel.orderID + 12, id * 4 - 1, true);
      batch.setUint32(this.#taker + New.orderID + 12, id * 4 + 2, true);
      batch.setUint32(this.#resting + New.orderID + 12, id * 4 + 3, true);
      this.#apply(this.#batch, id);
    }
  }

  /** Two lists a millisecond, so that the id window fills and empties. */
  #apply(command: CommandBuffer, id: number): void {
    const partition = this.#partition;
    const { view } = command;
    partition.time += 0.5;
    const seqNum = ++partition.seqNum;
    view.setUint32(headerBytes + List.sendingTime, Math.floor(partition.time), true);
    view.setUint32(headerBytes + List.commandID, command === this.#pair ? 1 : 2, true);
    view.setUint32(headerBytes + List.commandID + 12, id, true);
    this.#out.reset();
    const appendTime = Math.floor(partition.time);
    partition.engine.apply(command, 0, seqNum, appendTime, seqNum, this.#out);
    if (command === this.#batch && this.#out.eventCount === 6) this.otherLegCount++;
  }
}

function recordOf(
  items: readonly ListItem[],
  accountID: number,
  contingencyType: ContingencyType,
): CommandBuffer {
  const record = frame({
    kind: "NewOrderList",
    sendingTime: 0,
    validUntil: 0,
    commandID: commandID(1),
    requestHash: "00000000000000aa",
    accountID,
    attempt: 0,
    contingencyType,
    itemCount: items.length,
    items: packItems(items),
  });
  return CommandBuffer.of(record);
}
