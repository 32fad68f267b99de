import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runOrderStream } from "./order-stream-run.ts";
import { OrderStreamError, readOrderStream } from "./order-stream.ts";

const [New, Cancel, Modify] = [0, 1, 2];
const [Buy, Sell] = [0, 1];

/** type, side, ioc, quantity, order id, price; the sequence is the place in the list unless given. */
type Row = readonly [number, number, number, number, number | bigint, number | bigint, number?];

describe("the reports of a stream", () => {
  test("new orders trade by price, then time, at the maker's price, and are acknowledged first", () => {
    expectReports(
      [
        [New, Sell, 0, 5, 1, 101],
        [New, Sell, 0, 5, 2, 100],
        [New, Sell, 0, 5, 3, 100],
        [New, Buy, 0, 12, 4, 101],
      ],
      [
        "0,0,1,1,101,5",
        "0,1,1,2,100,5",
        "0,2,1,3,100,5",
        "0,3,0,4,101,12",
        "1,3,100,5,2,4",
        "1,3,100,5,3,4",
        "1,3,101,2,1,4",
      ],
    );
  });

  test("what an IOC order leaves is canceled; one that is filled is not", () => {
    expectReports(
      [
        [New, Sell, 0, 5, 1, 100],
        [New, Buy, 1, 7, 2, 100],
        [New, Sell, 0, 5, 3, 100],
        [New, Buy, 1, 5, 4, 100],
        [Cancel, Buy, 0, 0, 2, 0],
      ],
      [
        "0,0,1,1,100,5",
        "0,1,0,2,100,7",
        "1,1,100,5,1,2",
        "2,1,0,2,100",
        "0,2,1,3,100,5",
        "0,3,0,4,100,5",
        "1,3,100,5,3,4",
        "4,4,2",
      ],
    );
  });

  test("a cancel reports the order's own side and price, and whatever does not rest is rejected", () => {
    expectReports(
      [
        [New, Sell, 0, 5, 1, 100],
        [Cancel, Buy, 0, 9, 1, 7],
        [Cancel, Sell, 0, 5, 1, 100],
        [Cancel, Sell, 0, 5, 9, 100],
        [Modify, Sell, 0, 5, 1, 100],
      ],
      ["0,0,1,1,100,5", "2,1,1,1,100", "4,2,1", "4,3,9", "5,4,1"],
    );
  });

  test("a modify loses its place, even one that only lowers the quantity", () => {
    expectReports(
      [
        [New, Sell, 0, 5, 1, 100],
        [New, Sell, 0, 5, 2, 100],
        [Modify, Sell, 0, 3, 1, 100],
        [New, Buy, 0, 6, 3, 100],
      ],
      [
        "0,0,1,1,100,5",
        "0,1,1,2,100,5",
        "3,2,1,1,100,3",
        "0,3,0,3,100,6",
        "1,3,100,5,2,3",
        "1,3,100,1,1,3",
      ],
    );
  });

  test("a modify to a crossing price trades before it is acknowledged; its quantity is what is left, not the total", () => {
    expectReports(
      [
        [New, Buy, 0, 6, 1, 99],
        [New, Sell, 0, 2, 2, 99],
        [New, Sell, 0, 3, 3, 101],
        [Modify, Buy, 0, 5, 1, 101],
        [New, Sell, 0, 9, 4, 101],
      ],
      [
        "0,0,0,1,99,6",
        "0,1,1,2,99,2",
        "1,1,99,2,1,2",
        "0,2,1,3,101,3",
        "1,3,101,3,3,1",
        "3,3,0,1,101,5",
        "0,4,1,4,101,9",
        "1,4,101,2,1,4",
      ],
    );
  });

  test("a modify that is filled at once no longer rests", () => {
    expectReports(
      [
        [New, Buy, 0, 2, 1, 99],
        [New, Sell, 0, 2, 2, 101],
        [Modify, Buy, 0, 2, 1, 101],
        [Cancel, Buy, 0, 2, 1, 101],
      ],
      ["0,0,0,1,99,2", "0,1,1,2,101,2", "1,2,101,2,2,1", "3,2,0,1,101,2", "4,3,1"],
    );
  });

  test("a modify may change the side", () => {
    expectReports(
      [
        [New, Buy, 0, 2, 1, 99],
        [New, Buy, 0, 2, 2, 98],
        [Modify, Sell, 0, 3, 1, 98],
        [Cancel, Sell, 0, 0, 1, 0],
      ],
      ["0,0,0,1,99,2", "0,1,0,2,98,2", "1,2,98,2,2,1", "3,2,1,1,98,3", "2,3,1,1,98"],
    );
  });

  test("an order of quantity 0 is accepted and does not rest; a modify to 0 takes the order off", () => {
    expectReports(
      [
        [New, Buy, 0, 0, 1, 99],
        [Cancel, Buy, 0, 0, 1, 99],
        [New, Buy, 1, 0, 2, 99],
        [New, Buy, 0, 4, 3, 99],
        [Modify, Buy, 0, 0, 3, 99],
        [New, Sell, 0, 4, 4, 99],
      ],
      ["0,0,0,1,99,0", "4,1,1", "0,2,0,2,99,0", "0,3,0,3,99,4", "3,4,0,3,99,0", "0,5,1,4,99,4"],
    );
  });

  test("an id that comes again names the last order that rested under it; the earlier one still trades", () => {
    expectReports(
      [
        [New, Buy, 0, 1, 7, 99],
        [New, Buy, 0, 2, 7, 98],
        [Cancel, Buy, 0, 0, 7, 0],
        [Cancel, Buy, 0, 0, 7, 0],
        [New, Sell, 0, 1, 8, 99],
        [New, Buy, 0, 3, 7, 97],
        [Modify, Buy, 0, 3, 7, 96],
      ],
      [
        "0,0,0,7,99,1",
        "0,1,0,7,98,2",
        "2,2,0,7,98",
        "4,3,7",
        "0,4,1,8,99,1",
        "1,4,99,1,7,8",
        "0,5,0,7,97,3",
        "3,6,0,7,96,3",
      ],
    );
  });

  test("prices may be zero, negative or beyond 31 bits, ids and quantities as large as their fields", () => {
    const huge = 2n ** 62n;
    const id = 2n ** 64n - 1n;
    expectReports(
      [
        [New, Sell, 0, 2 ** 32 - 1, id, -huge],
        [New, Buy, 0, 3, 1, -huge],
        [New, Buy, 0, 2, 2, huge],
        [Modify, Sell, 0, 9, id, 0],
        [New, Buy, 0, 4, 3, 1],
        [New, Buy, 0, 5, 4, -1],
      ],
      [
        `0,0,1,${id},-${huge},4294967295`,
        `0,1,0,1,-${huge},3`,
        `1,1,-${huge},3,${id},1`,
        `0,2,0,2,${huge},2`,
        `1,2,-${huge},2,${id},2`,
        `3,3,1,${id},0,9`,
        "0,4,0,3,1,4",
        `1,4,0,4,${id},3`,
        "0,5,0,4,-1,5",
      ],
    );
  });

  test("lines are sorted by sequence and type where sequences repeat or fall", () => {
    expectReports(
      [
        [New, Sell, 0, 1, 1, 100, 9],
        [New, Buy, 0, 1, 2, 100, 3],
        [New, Buy, 0, 1, 3, 90, 3],
      ],
      ["0,3,0,2,100,1", "0,3,0,3,90,1", "1,3,100,1,1,2", "0,9,1,1,100,1"],
    );
  });

  test("a stream of no messages has no lines", () => expectReports([], []));
});

describe("a file that is no order stream", () => {
  const good = streamBytes([[New, Sell, 0, 5, 1, 100]]);

  test.each([
    ["ShorterThanItsHeader", good.slice(0, 15)],
    ["CountDiffersFromLength", good.slice(0, -1)],
    ["CountDiffersFromLength", Uint8Array.of(...good, 0)],
    ["UnknownFormat", good.with(0, 0)],
    ["UnknownFormat", good.with(8, 2)],
    ["UnknownMessageType", good.with(16, 3)],
    ["UnknownSide", good.with(17, 2)],
    ["NotZstandard", Bun.zstdCompressSync(good).slice(0, -3)],
  ] as const)("is refused as %s", (code, bytes) => {
    try {
      readOrderStream(bytes);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OrderStreamError);
      expect((error as OrderStreamError).code).toBe(code);
    }
  });

  test("gives the command the exit code 1, and the other files still run", () => {
    const folder = mkdtempSync(join(tmpdir(), "orderbook-conformance-"));
    writeFileSync(join(folder, "good.bin.zst"), Bun.zstdCompressSync(good));
    writeFileSync(join(folder, "bad.bin"), "no stream, but longer than a header");
    const files = ["bad.bin", "none.bin", "good.bin.zst"].map((name) => join(folder, name));
    const run = Bun.spawnSync(
      [process.execPath, join(import.meta.dirname, "conformance.ts"), ...files],
      { stderr: "pipe" },
    );
    rmSync(folder, { recursive: true });
    expect(run.exitCode).toBe(1);
    expect(run.stdout.toString()).toBe(
      `good.bin.zst  1 messages  0 trades  ${sha256("0,0,1,1,100,5")}\n`,
    );
    expect(run.stderr.toString().trim().split("\n")).toHaveLength(2);
  });
});

/** SHA-256 as README.md beside the streams states them. */
const stated = [
  [
    "orders_static_s23.bin.zst",
    827,
    "9803843ee404fc29c9a0aa5614f8f0d5a58b5c44fcac9ef89067886fcaaa30d1",
  ],
  [
    "orders_normal_s23.bin.zst",
    62_474,
    "e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e",
  ],
] as const;
const shared = process.env["ORDERBOOK_SHARED"] ?? join(import.meta.dirname, "../../shared");

for (const [name, tradeCount, hash] of stated) {
  const file = join(shared, "conformance", name);
  test.skipIf(!existsSync(file))(
    `${name} gives the consensus of the benchmark (skipped without the shared folder)`,
    () => {
      expect(runOrderStream(readOrderStream(readFileSync(file)))).toEqual({
        messageCount: 1_996_097,
        tradeCount,
        sha256: hash,
      });
    },
    120_000,
  );
}

function expectReports(rows: readonly Row[], lines: readonly string[]): void {
  const {
    sha256: hash,
    messageCount,
    tradeCount,
  } = runOrderStream(readOrderStream(streamBytes(rows)));
  expect(messageCount).toBe(rows.length);
  expect(tradeCount).toBe(lines.filter((line) => line.startsWith("1,")).length);
  expect(hash).toBe(sha256(lines.join("\n")));
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}

function streamBytes(rows: readonly Row[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 + 40 * rows.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 0x4d4542575f303031n, true);
  view.setUint32(8, 1, true);
  view.setUint32(12, rows.length, true);
  rows.forEach(([type, side, ioc, quantity, orderID, price, sequence], index) => {
    const at = 16 + 40 * index;
    bytes.set([type, side, ioc], at);
    view.setUint32(at + 4, quantity, true);
    view.setBigUint64(at + 8, BigInt(sequence ?? index), true);
    view.setBigUint64(at + 16, BigInt(orderID), true);
    view.setBigInt64(at + 24, BigInt(price), true);
  });
  return bytes;
}
