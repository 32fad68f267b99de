import { and, eq, sql } from "drizzle-orm";

import type { FoldPosition } from "../ports/log/fold.ts";
import type { RecordHeaders } from "../ports/log/log.ts";
import type { ReadDatabase, ReadDb } from "../ports/read-db/read-db.ts";
import {
  accountLimits,
  accounts,
  feeSchedules,
  fills,
  foldPositions,
  instruments,
  keys,
  orders,
  positions,
} from "../schema/postgres/tables.ts";
import type {
  AccountLimitsRow,
  AccountRow,
  FeeScheduleRow,
  FillRow,
  InstrumentRow,
  KeyRow,
  OrderRow,
  PositionRow,
} from "../schema/postgres/tables.ts";
import { isOpen } from "./order-rows.ts";
import { namedOrders, orderKey, project } from "./project.ts";
import type { ProjectedBody, ProjectorState } from "./project.ts";
import { PostgresChanges } from "./postgres-changes.ts";
import { RowWriter } from "./postgres-rows.ts";
import { traceparentsOf } from "./store-watch.ts";
import type { StoreWatch, Write } from "./store-watch.ts";

/** Another projector has moved the saved position, or somebody else has: this one must stop, or rows count twice. */
export class PositionMoved extends Error {
  override readonly name = "PositionMoved";
}

/** A body with its place on the log; FoldedBody is one. */
export interface PlacedBody extends ProjectedBody {
  readonly position: FoldPosition;
  readonly headers?: RecordHeaders;
}

const writers = {
  orders: new RowWriter<OrderRow>(orders, { kind: "replace" }),
  fills: new RowWriter<FillRow>(fills, { kind: "insert" }),
  positions: new RowWriter<PositionRow>(positions, {
    kind: "add",
    columns: ["net_qty", "bought_qty", "sold_qty", "bought_notional", "sold_notional", "fees"],
  }),
  accounts: new RowWriter<AccountRow>(accounts, { kind: "replace" }),
  accountLimits: new RowWriter<AccountLimitsRow>(accountLimits, { kind: "replace" }),
  feeSchedules: new RowWriter<FeeScheduleRow>(feeSchedules, { kind: "replace" }),
  keys: new RowWriter<KeyRow>(keys, { kind: "replace" }),
  instruments: new RowWriter<InstrumentRow>(instruments, { kind: "replace" }),
};

/** Open orders kept at hand between batches; those beyond it are read again when an event names them. */
const orderCountMax = 100_000;

/** Folds the bodies of one partition into Postgres. Rows and position change in one transaction, guarded by the last position. */
export class PostgresFold {
  readonly #readDb: ReadDb;
  readonly #state: ProjectorState;
  readonly #watch: StoreWatch | null;
  #position: FoldPosition | null = null;
  #pending: (Write & { readonly changes: PostgresChanges }) | null = null;

  constructor(readDb: ReadDb, partition: number, watch: StoreWatch | null = null) {
    this.#readDb = readDb;
    this.#watch = watch;
    this.#state = { partition, instruments: new Map(), orders: new Map() };
  }

  /** Of the last body whose rows stand. */
  get position(): FoldPosition | null {
    return this.#position;
  }

  /** Reads where the fold goes on. */
  async load(): Promise<FoldPosition | null> {
    const { partition } = this.#state;
    const [saved, known] = await this.#readDb.run((db) =>
      Promise.all([
        readPosition(db, partition),
        db.select().from(instruments).where(eq(instruments.partition, partition)),
      ]),
    );
    this.#state.orders.clear();
    this.#state.instruments.clear();
    for (const row of known) this.#state.instruments.set(row.securityID, row);
    this.#pending = null;
    this.#position = saved;
    return saved;
  }

  /**
   * Applies the next bodies. After ReadDbError `Unavailable` the same call may be made again: what the first came to is not known,
   * the saved position tells. Throws PositionMoved when that is neither the last position nor the new one.
   */
  async apply(bodies: readonly PlacedBody[]): Promise<void> {
    const last = bodies.at(-1);
    if (last === undefined) return;
    if (this.#pending?.end.seqNum !== last.position.seqNum) {
      await this.#fetchOrders(bodies);
      const changes = new PostgresChanges(this.#state);
      for (const body of bodies) changes.add(project(body, this.#state), body);
      this.#pending = { changes, end: last.position, traceparents: traceparentsOf(bodies) };
      await this.#commit();
    } else if (!(await this.#isCommitted(last.position))) await this.#commit();
    this.#position = last.position;
    this.#pending = null;
    this.#forgetOrders();
  }

  async #fetchOrders(bodies: readonly PlacedBody[]): Promise<void> {
    const first = bodies[0]?.position.seqNum ?? 0;
    const missing = new Map(
      bodies
        .flatMap(namedOrders)
        .filter(({ firstSeqNum }) => firstSeqNum < first)
        .map((order) => [orderKey(order.orderID, order.firstSeqNum), order] as const)
        .filter(([key]) => !this.#state.orders.has(key)),
    );
    if (missing.size === 0) return;
    const wanted = JSON.stringify([...missing.values()]);
    const found = await this.#readDb.run((db) =>
      db
        .select()
        .from(orders)
        .where(
          and(
            eq(orders.partition, this.#state.partition),
            sql`(${orders.orderID}, ${orders.firstSeqNum}) in (select "orderID", "firstSeqNum" from json_to_recordset(${wanted}::text::json) as wanted("orderID" uuid, "firstSeqNum" bigint))`,
          ),
        ),
    );
    for (const row of found) {
      if (isOpen(row)) this.#state.orders.set(orderKey(row.orderID, row.firstSeqNum), row);
    }
  }

  async #commit(): Promise<void> {
    const pending = this.#pending;
    if (pending === null) return;
    const { changes, end } = pending;
    const statements = [
      ...writers.instruments.statements(changes.instruments),
      ...writers.accounts.statements(changes.accounts),
      ...writers.accountLimits.statements(changes.accountLimits),
      ...writers.feeSchedules.statements(changes.feeSchedules),
      ...writers.keys.statements(changes.keys),
      ...writers.orders.statements(changes.orders),
      ...writers.fills.statements(changes.fills),
      ...writers.positions.statements(changes.positions),
    ];
    const commit = (): Promise<void> =>
      this.#readDb.run((db) =>
        db.transaction(async (transaction) => {
          await this.#movePosition(transaction, end);
          for (const statement of statements) await transaction.execute(statement);
        }),
      );
    await (this.#watch === null ? commit() : this.#watch.during(pending, commit));
  }

  /** First in the transaction: it takes the row's lock, so that a second projector waits here and then finds it moved. */
  async #movePosition(db: ReadDatabase, next: FoldPosition): Promise<void> {
    const { partition } = this.#state;
    const last = this.#position;
    const moved =
      last === null
        ? await db
            .insert(foldPositions)
            .values({ partition, ...next })
            .onConflictDoNothing()
            .returning({ seqNum: foldPositions.seqNum })
        : await db
            .update(foldPositions)
            .set(next)
            .where(
              and(
                eq(foldPositions.partition, partition),
                eq(foldPositions.offset, last.offset),
                eq(foldPositions.seqNum, last.seqNum),
                eq(foldPositions.bodyHash, last.bodyHash),
              ),
            )
            .returning({ seqNum: foldPositions.seqNum });
    if (moved.length === 0) throw this.#positionMoved();
  }

  async #isCommitted(next: FoldPosition): Promise<boolean> {
    const saved = await this.#readDb.run((db) => readPosition(db, this.#state.partition));
    if (samePosition(saved, next)) return true;
    if (samePosition(saved, this.#position)) return false;
    throw this.#positionMoved();
  }

  #positionMoved(): PositionMoved {
    const { partition } = this.#state;
    return new PositionMoved(`Partition ${partition}: somebody else projects into this database`);
  }

  #forgetOrders(): void {
    const { orders: held } = this.#state;
    for (const key of held.keys()) {
      if (held.size <= orderCountMax) return;
      held.delete(key);
    }
  }
}

export async function readPosition(
  db: ReadDatabase,
  partition: number,
): Promise<FoldPosition | null> {
  const [saved] = await db
    .select({
      offset: foldPositions.offset,
      epoch: foldPositions.epoch,
      seqNum: foldPositions.seqNum,
      bodyHash: foldPositions.bodyHash,
    })
    .from(foldPositions)
    .where(eq(foldPositions.partition, partition));
  return saved ?? null;
}

function samePosition(a: FoldPosition | null, b: FoldPosition | null): boolean {
  return a?.offset === b?.offset && a?.seqNum === b?.seqNum && a?.bodyHash === b?.bodyHash;
}
