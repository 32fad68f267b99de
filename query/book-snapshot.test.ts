import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { Side } from "../schema/generated/enums.ts";
import { Book, InstrumentList } from "../schema/http/reads.ts";
import { bodyOf, awayReadDb, queryOn } from "./query.fixture.ts";
import { putSnapshot } from "./snapshot.fixture.ts";
import { TestVenue } from "./venue.fixture.ts";

// The stores share a busy machine with other tests.
setDefaultTimeout(60_000);

const symbol = "BTC-USD";
let venue: TestVenue;

beforeAll(async () => {
  venue = new TestVenue();
  await venue.open();
  await venue.define(symbol, [1, 2]);
  for (let count = 1; count <= 40; count++) {
    await venue.order({ symbol, price: 50 + (count % 7), orderQty: count });
    await venue.order({ symbol, side: Side.Sell, price: 60 + (count % 5), orderQty: count });
    if (count % 4 === 0) {
      await venue.order({ symbol, side: Side.Sell, accountID: 2, price: 54, orderQty: 30 });
    }
  }
});

afterAll(async () => {
  await venue.log.close();
});

test("books from a snapshot and the log after it are the books from the whole log, queues included", async () => {
  for (const count of [1, 3, 40, 70, venue.sent.length]) {
    const snapshots = createMemorySnapshots();
    await putSnapshot(venue, snapshots, count);
    const { book, list, alarms } = await booksOn(snapshots);
    const whole = await booksOn(createMemorySnapshots());
    expect(alarms).toEqual([]);
    expect(book.bids).toEqual(whole.book.bids);
    expect(book.asks).toEqual(whole.book.asks);
    expect(book).toMatchObject({ rptSeq: whole.book.rptSeq, position: whole.book.position });
    const plain = ({ instruments }: typeof list) =>
      instruments.map((instrument) => ({ ...instrument, seqNum: 0 }));
    expect(plain(list)).toEqual(plain(whole.list));
  }
});

test("books start from the snapshot and not from the log's beginning", async () => {
  const snapshots = createMemorySnapshots();
  await putSnapshot(venue, snapshots, 70);
  const { list } = await booksOn(snapshots);
  expect(list.instruments).toMatchObject([{ seqNum: 70 }]);
});

test("a snapshot that does not hold is told of and passed over for an older one, or for the log", async () => {
  const damage: [string, Partial<SnapshotManifest>][] = [
    ["another body", { bodyHash: "1234567890abcdef" }],
    ["another place", { eventsOffset: 20 }],
    ["beyond the log's end", { eventsOffset: 100_000 }],
    ["another epoch", { epoch: 7 }],
    ["another command", { commandHash: "1234567890abcdef" }],
    ["another state", { stateHash: "00" }],
  ];
  const whole = await booksOn(createMemorySnapshots());
  for (const [name, changed] of damage) {
    const snapshots = createMemorySnapshots();
    await putSnapshot(venue, snapshots, 70, changed);
    await putSnapshot(venue, snapshots, 40);
    const { book, list, alarms } = await booksOn(snapshots);
    expect({ name, alarms: alarms.length }).toEqual({ name, alarms: 1 });
    expect(list.instruments).toMatchObject([{ seqNum: 40 }]);
    expect(book.bids).toEqual(whole.book.bids);
    expect(book.asks).toEqual(whole.book.asks);
  }
});

test("a snapshot of another log is none of ours", async () => {
  for (const changed of [{ clusterID: "x" }, { eventsTopicID: "x" }, { partitionCount: 2 }]) {
    const snapshots = createMemorySnapshots();
    await putSnapshot(venue, snapshots, 70, changed);
    const { list, alarms } = await booksOn(snapshots);
    expect(alarms).toEqual([]);
    expect(list.instruments[0]?.seqNum).toBeLessThan(70);
  }
});

async function booksOn(snapshots: SnapshotStore) {
  const { query, alarms, get } = queryOn(venue, { readDb: awayReadDb, snapshots });
  await query.start();
  const book = await bodyOf(await get(`/v1/instruments/${symbol}/book?level=3`), Book);
  const list = await bodyOf(await get("/v1/instruments"), InstrumentList);
  await query.close();
  return { book, list, alarms };
}
