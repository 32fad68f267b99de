import { expect, test } from "bun:test";

import { crc32 } from "../schema/crc32.ts";
import type { StreamDelta, StreamSnapshot } from "../schema/http/reads-stream.ts";
import { BookReplica } from "./book-replica.ts";

type Side = [string, string][];

function checksum(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return crc32(bytes, 0, bytes.length);
}

function snapshot(seqNum: number, bids: Side, asks: Side, text: string): StreamSnapshot {
  return {
    type: "snapshot",
    channel: "book",
    symbol: "X",
    seqNum,
    bids,
    asks,
    checksum: checksum(text),
    tradingState: "Open",
  };
}

function delta(seqNums: [number, number], bids: Side, asks: Side, text: string): StreamDelta {
  const [prevSeq, seqNum] = seqNums;
  return { ...snapshot(seqNum, bids, asks, text), type: "delta", prevSeq };
}

function replica(): BookReplica {
  return new BookReplica({ priceExponent: -2, qtyExponent: -3 });
}

test("a snapshot and its deltas give the book, best prices first", () => {
  const book = replica();
  const bids: Side = [
    ["99.00", "1.000"],
    ["100.00", "2.500"],
  ];
  expect(
    book.apply(snapshot(5, bids, [["101.50", "3.000"]], "100.00:2.500,99.00:1.000,101.50:3.000")),
  ).toBe("Applied");
  const text = "100.00:2.000,99.50:4.000,99.00:1.000,101.00:0.500,101.50:3.000";
  const changed: Side = [
    ["100.00", "2.000"],
    ["99.50", "4.000"],
  ];
  expect(book.apply(delta([5, 9], changed, [["101.00", "0.500"]], text))).toBe("Applied");
  expect(book.bids.map(({ price, qtyUnits }) => [price, qtyUnits])).toEqual([
    ["100.00", 2000n],
    ["99.50", 4000n],
    ["99.00", 1000n],
  ]);
  expect(book.asks.map(({ price }) => price)).toEqual(["101.00", "101.50"]);
  expect(book.seqNum).toBe(9);
});

test("a quantity of zero takes a level away, also one that was not there", () => {
  const book = replica();
  book.apply(snapshot(1, [["99.00", "1.000"]], [], "99.00:1.000"));
  const gone: Side = [
    ["99.00", "0"],
    ["98.00", "0"],
  ];
  expect(book.apply(delta([1, 2], gone, [], ""))).toBe("Applied");
  expect(book.bids).toEqual([]);
});

test("rule 39: a delta that does not continue what came before is a gap, and changes nothing", () => {
  const book = replica();
  expect(book.apply(delta([0, 1], [["99.00", "1.000"]], [], "99.00:1.000"))).toBe("Gap");
  book.apply(snapshot(4, [["99.00", "1.000"]], [], "99.00:1.000"));
  expect(book.apply(delta([5, 6], [["99.00", "2.000"]], [], "99.00:2.000"))).toBe("Gap");
  expect(book.bids.map(({ qty }) => qty)).toEqual(["1.000"]);
});

test("a book that differs from the venue's is noticed by the checksum", () => {
  const book = replica();
  expect(book.apply(snapshot(1, [["99.00", "1.000"]], [], "99.00:1.001"))).toBe("ChecksumDiffers");
});

test("a price that is no decimal of the instrument is malformed", () => {
  expect(replica().apply(snapshot(1, [["99.001", "1.000"]], [], "99.001:1.000"))).toBe("Malformed");
  expect(replica().apply(snapshot(1, [["99.00", "NaN"]], [], ""))).toBe("Malformed");
});

test("only the best 25 levels of a side are in the checksum", () => {
  const bids: Side = Array.from({ length: 30 }, (_, index) => [`${130 - index}.00`, "1.000"]);
  const text = bids
    .slice(0, 25)
    .map((level) => level.join(":"))
    .join(",");
  expect(replica().apply(snapshot(1, bids, [], text))).toBe("Applied");
});
