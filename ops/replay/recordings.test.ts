import { expect, test } from "bun:test";

import { readBitstamp } from "./bitstamp.ts";
import { LobsterAgreement } from "./lobster-agreement.ts";
import { isLobster, readLobster, readTrueBooks, restingBefore, tickOf } from "./lobster-file.ts";
import type { LobsterRow } from "./lobster-file.ts";
import { Tally } from "./tally.ts";

const header = "id,timestamp,exchange.timestamp,price,volume,action,direction";

test("a Bitstamp capture is read row by row, and a row of another form is named by its line", () => {
  const rows = readBitstamp(
    `${header}\n7,1,2,236.47,200,created,bid\n7,3,4,236.47,0,deleted,bid\n`,
  );
  expect(rows).toEqual([
    { id: "7", price: "236.47", volume: 200, action: "created", direction: "bid" },
    { id: "7", price: "236.47", volume: 0, action: "deleted", direction: "bid" },
  ]);
  expect(() => readBitstamp(`${header}\n7,1,2,236.47,200,created,up`)).toThrow("Line 2 is no row");
  expect(() => readBitstamp("a,b\n1,2")).toThrow("Not a Bitstamp capture");
});

const messages = "34200.1,1,11,18,5853300,1\n34200.2,4,12,5,5859400,-1\n34200.3,5,0,5,5859350,-1\n";

test("a LOBSTER file is known by its first row, and its execution is of the resting side", () => {
  expect(isLobster(messages)).toBe(true);
  expect(isLobster(header)).toBe(false);
  expect(readLobster(messages)[1]).toEqual({
    type: 4,
    id: "12",
    shares: 5,
    price: 5_859_400,
    side: "Sell",
  });
  expect(() => readLobster("34200.1,9,11,18,5853300,1")).toThrow("Line 1 is no LOBSTER row");
});

test("what rested before is the first book less the first event, one order a level", () => {
  const [first] = readLobster(messages);
  const [after] = readTrueBooks("5859400,200,5853300,18,5859800,200,5853000,150\n");
  if (first === undefined || after === undefined) throw new Error("one row each");
  expect(restingBefore(first, after)).toEqual([
    { side: "Buy", price: 5_853_000, shares: 150 },
    { side: "Sell", price: 5_859_400, shares: 200 },
    { side: "Sell", price: 5_859_800, shares: 200 },
  ]);
  const deletion: LobsterRow = { ...first, type: 3, price: 5_853_200, shares: 7 };
  expect(restingBefore(deletion, after)).toContainEqual({
    side: "Buy",
    price: 5_853_200,
    shares: 7,
  });
});

test("padding of a thin book is no level", () => {
  expect(readTrueBooks("5859400,200,-9999999999,0,9999999999,0,-9999999999,0")).toEqual([
    { bids: [], asks: [{ side: "Sell", price: 5_859_400, shares: 200 }] },
  ]);
});

test("the tick is the coarsest grid of the visible prices", () => {
  expect(tickOf(readLobster(messages), [])).toBe(100);
  expect(tickOf([], [])).toBe(1);
});

test("answers are counted by kind and code, and a log in another order is noticed", () => {
  const tally = new Tally(3);
  tally.count("new", {
    status: 201,
    position: "0:5",
    body: { executionReports: [{ execType: "Trade" }] },
  });
  tally.count("new", { status: 404, position: "0:4", body: { code: "UnknownOrder" } });
  tally.count("delete", { status: 422, position: null, body: { code: "UnknownOrder" } });
  expect(tally.position).toBe("0:5");
  expect(tally.well).toBe(false);
  const [counts, kinds, refusals, order] = tally.report();
  expect(counts).toContain("1 accepted, 2 refused, 0 undecided, 1 trades");
  expect(kinds).toBe("accepted: new 1 of 2, delete 0 of 1");
  expect(refusals).toBe("refusals by code: UnknownOrder 2");
  expect(order).toStartWith("order: BROKEN, 1 requests");
});

test("an answer without a code, or without a decision, is not well", () => {
  const nameless = new Tally(1);
  nameless.count("new", { status: 500, position: null, body: {} });
  expect(nameless.well).toBe(false);
  const undecided = new Tally(1);
  undecided.count("new", { status: 202, position: null, body: {} });
  expect(undecided.well).toBe(false);
});

const execution: LobsterRow = { type: 4, id: "11", shares: 5, price: 100, side: "Buy" };

test("an execution that hits another order, or only a part, is a disagreement", () => {
  const judged = (makers: [number, string][], lastQty: number): LobsterAgreement => {
    const agreement = new LobsterAgreement();
    const trades = [{ rptSeq: 1, lastQty }];
    agreement.executed({ index: 0, row: execution, expected: "11", trades });
    agreement.judgeExecutions(new Map(makers));
    return agreement;
  };
  expect(judged([[1, "11"]], 5).holds).toBe(true);
  expect(judged([[1, "12"]], 5).holds).toBe(false);
  expect(judged([[1, "11"]], 4).holds).toBe(false);
  expect(judged([], 5).report().at(-1)).toContain("DISAGREES event 1");
});

test("a best price that differs is an exception only where nothing known rests at the true one", () => {
  const truth = { bids: [{ side: "Buy" as const, price: 100, shares: 5 }], asks: [] };
  const compared = (knownShares: number, bid: number | null): LobsterAgreement => {
    const agreement = new LobsterAgreement();
    agreement.compare({
      index: 0,
      truth,
      venue: { bid, ask: null },
      knownShares: () => knownShares,
    });
    return agreement;
  };
  expect(compared(5, 100).holds).toBe(true);
  expect(compared(5, 99).holds).toBe(false);
  const unknown = compared(0, 99);
  expect(unknown.holds).toBe(true);
  expect(unknown.report().join("\n")).toContain(
    "bid 0.0100 comes into view: 1 events from event 1 on",
  );
});
