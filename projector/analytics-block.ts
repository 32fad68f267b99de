import type { AnalyticsRow } from "../ports/analytics/analytics.ts";
import type { InstrumentRow, OrderRow } from "../schema/postgres/tables.ts";
import {
  bboRow,
  clickhouseTime,
  indicationRow,
  instrumentRow,
  orderEventRow,
  tradeRow,
} from "./analytics-rows.ts";
import type { Place } from "./analytics-rows.ts";
import { Books } from "./books.ts";
import { orderKey, project } from "./project.ts";
import type { BodyChanges, ProjectedBody, ProjectorState } from "./project.ts";

const tables = ["instruments", "trades", "order_events", "bbo", "auction_indications"] as const;
export type BlockTable = (typeof tables)[number];

/** Rows of the block in hand, and the state that the fold needs to make more: every open order and the levels of the books. */
export class AnalyticsBlockRows {
  readonly #partition: number;
  readonly #state: ProjectorState;
  readonly #books = new Books();
  #rows = noRows();
  #count = 0;

  constructor(partition: number) {
    this.#partition = partition;
    this.#state = { partition, instruments: new Map(), orders: new Map() };
  }

  get count(): number {
    return this.#count;
  }

  /** Tables that have rows. */
  get filled(): readonly (readonly [BlockTable, readonly AnalyticsRow[]])[] {
    return tables
      .map((table) => [table, this.#rows[table]] as const)
      .filter(([, rows]) => rows.length > 0);
  }

  /** Sets out from a state of the past. */
  restore(instruments: readonly InstrumentRow[], openOrders: readonly OrderRow[]): void {
    for (const row of instruments) this.#state.instruments.set(row.securityID, row);
    for (const row of openOrders) {
      this.#state.orders.set(orderKey(row.orderID, row.firstSeqNum), row);
      this.#books.add(row);
    }
    for (const { securityID } of instruments) this.#books.changedTop(securityID);
  }

  add(body: ProjectedBody): void {
    const changes = project(body, this.#state);
    const place = {
      partition: this.#partition,
      seqNum: body.position.seqNum,
      transactTime: clickhouseTime(body.transactTime),
    };
    this.#collect(changes, place);
    this.#collectTops(changes, place);
  }

  clear(): void {
    this.#rows = noRows();
    this.#count = 0;
  }

  #collect({ instruments, trades, indications, reports }: BodyChanges, place: Place): void {
    for (const row of instruments) this.#push("instruments", instrumentRow(row, place));
    for (const trade of trades) {
      this.#push("trades", tradeRow(trade, this.#instrument(trade.securityID), place));
    }
    for (const indication of indications) {
      const instrument = this.#instrument(indication.securityID);
      this.#push("auction_indications", indicationRow(indication, instrument, place));
    }
    for (const report of reports) {
      // A deferred order has not come to the market; what settles it is told.
      if (report.kind === "Deferred") continue;
      const { securityID } = report.order;
      const instrument = securityID === 0 ? null : this.#instrument(securityID);
      this.#push("order_events", orderEventRow(report, instrument, place));
    }
  }

  #collectTops({ reports }: BodyChanges, place: Place): void {
    for (const securityID of this.#books.apply(reports)) {
      const top = this.#books.changedTop(securityID);
      if (top === null) continue;
      const last = reports.findLast(({ order }) => order.securityID === securityID);
      const rptSeq = last?.order.lastRptSeq ?? 0;
      const instrument = this.#instrument(securityID);
      this.#push("bbo", bboRow(top, { instrument, rptSeq, place }));
    }
  }

  #push(table: BlockTable, row: AnalyticsRow): void {
    this.#rows[table].push(row);
    this.#count += 1;
  }

  #instrument(securityID: number): InstrumentRow {
    const instrument = this.#state.instruments.get(securityID);
    if (instrument === undefined) throw new Error(`securityID ${securityID} is unknown`);
    return instrument;
  }
}

function noRows(): Record<BlockTable, AnalyticsRow[]> {
  return { instruments: [], trades: [], order_events: [], bbo: [], auction_indications: [] };
}
