import { describe, expect, test } from "bun:test";

import fc from "fast-check";

import { CommandStream, openingOf } from "../engine/oracle/command-stream.ts";
import { Dice } from "../engine/oracle/dice.ts";
import type { NaiveOrder, NaiveState } from "../engine/oracle/naive-state.ts";
import { rollIntent } from "../engine/oracle/stream-intent.ts";
import { shapeOf } from "../engine/oracle/stream-shape.ts";
import { Books } from "./books.ts";
import type { Best } from "./books.ts";
import { PostgresChanges } from "./postgres-changes.ts";
import { naiveFold } from "./naive-fold.fixture.ts";
import type { NaiveBody } from "./naive-fold.fixture.ts";
import { isWaiting } from "./order-rows.ts";
import { orderKey, project } from "./project.ts";
import type { ProjectorState } from "./project.ts";

function newState(): ProjectorState {
  return { partition: 0, instruments: new Map(), orders: new Map() };
}

/** The oracle and the bodies of its commands. */
function runOracle(
  seed: number,
  commandCount: number,
  onBody: (body: ProjectedStep) => void,
): void {
  const shape = shapeOf(seed);
  const stream = new CommandStream(shape);
  const dice = new Dice(seed ^ 0x5eed);
  const opening = openingOf(shape);
  for (let count = 0; count < commandCount; count++) {
    const { record, events } = stream.step(opening[count] ?? rollIntent(dice, shape));
    const position = { seqNum: record.seqNum };
    const body = { position, events, transactTime: record.appendTime };
    onBody({ body, state: stream.engine.state() });
  }
}

interface ProjectedStep {
  readonly body: NaiveBody & { readonly transactTime: number };
  readonly state: NaiveState;
}

/** The naive fold leaves columns out; of those it names every one must agree. */
function expectRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  wanted: readonly Readonly<Record<string, unknown>>[],
  keyOf: (row: Readonly<Record<string, unknown>>) => string,
): void {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  expect(found.size).toBe(rows.length);
  expect([...found.keys()].toSorted()).toEqual(wanted.map(keyOf).toSorted());
  for (const row of wanted) expect(found.get(keyOf(row))).toMatchObject({ ...row });
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe("project", () => {
  test("comes to the same orders, fills and positions as a naive fold of the same events", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const bodies: NaiveBody[] = [];
        const state = newState();
        const changes = new PostgresChanges(state);
        runOracle(seed, 250, ({ body }) => {
          bodies.push(body);
          changes.add(project(body, state), body);
        });
        const naive = naiveFold(bodies);
        const orderOf = (row: Readonly<Record<string, unknown>>): string =>
          `${row["orderID"]}/${row["firstSeqNum"]}`;
        expectRows(changes.orders, naive.orders, orderOf);
        expectRows(
          changes.fills,
          naive.fills,
          (row) => `${row["symbol"]} ${row["rptSeq"]} ${row["side"]}`,
        );
        expectRows(
          changes.positions,
          naive.positions,
          (row) => `${row["accountID"]} ${row["symbol"]}`,
        );
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("holds open exactly the oracle's open orders, quantity by quantity", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const state = newState();
        let last: NaiveState | null = null;
        runOracle(seed, 250, (step) => {
          project(step.body, state);
          last = step.state;
        });
        const resting = openOrders(last);
        expect([...state.orders.keys()].toSorted()).toEqual(
          resting.map((order) => orderKey(order.orderID, order.firstSeqNum)).toSorted(),
        );
        for (const order of resting) {
          const row = state.orders.get(orderKey(order.orderID, order.firstSeqNum));
          expect(row).toMatchObject({
            price: order.price === 0 ? null : order.price,
            entryRptSeq: order.entryRptSeq,
            orderQty: Number(order.orderQty),
            leavesQty: Number(order.leavesQty),
            cumQty: Number(order.cumQty),
            preventedQty: Number(order.preventedQty),
            displayQty: order.displayQty === 0n ? null : Number(order.displayQty),
          });
          expect(isWaiting(row!)).toBe(order.trigger !== null);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("knows the best bid and ask of every book after every command", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const state = newState();
        const books = new Books();
        const tops = new Map<number, { bid: Best; ask: Best }>();
        runOracle(seed, 150, (step) => {
          for (const securityID of books.apply(project(step.body, state).reports)) {
            const top = books.changedTop(securityID);
            if (top !== null) tops.set(securityID, top);
          }
          for (const { securityID, bids, asks } of step.state.instruments.values()) {
            const top = tops.get(securityID) ?? { bid: bestOf([]), ask: bestOf([]) };
            const isCrossed = (bids[0]?.price ?? 0) >= (asks[0]?.price ?? Infinity);
            const best = isCrossed ? [[], []] : [bids, asks];
            expect(top).toEqual({ bid: bestOf(best[0] ?? []), ask: bestOf(best[1] ?? []) });
          }
        });
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("throws on an event of an instrument or an order that it does not know", () => {
    const unknown = {
      kind: "SecurityStatusChanged",
      rptSeq: 2,
      securityID: 9,
      tradingState: 1,
    } as const;
    const body = { position: { seqNum: 5 }, transactTime: 1, events: [unknown] };
    expect(() => project(body, newState())).toThrow("securityID 9 is unknown");
  });
});

function openOrders(state: NaiveState | null): readonly NaiveOrder[] {
  return [...(state?.resting.values() ?? [])].map(({ order }) => order);
}

/** Of a side in book order. */
function bestOf(orders: readonly NaiveOrder[]): Best {
  const [first] = orders;
  if (first === undefined) return { price: null, orderQty: 0n };
  const level = orders.filter(({ price }) => price === first.price);
  const orderQty = level.reduce((sum, { shownQty }) => sum + shownQty, 0n);
  return { price: first.price, orderQty };
}
