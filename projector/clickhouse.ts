import type { Analytics, AnalyticsRow } from "../ports/analytics/analytics.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import type { InstrumentRow } from "../schema/postgres/tables.ts";
import {
  bboRow,
  clickhouseTime,
  foldPositionRow,
  instrumentRow,
  orderEventRow,
  tradeRow,
} from "./analytics-rows.ts";
import type { Place } from "./analytics-rows.ts";
import { AnalyticsSource } from "./analytics-source.ts";
import { Books } from "./books.ts";
import type { PlacedBody } from "./postgres.ts";
import { orderKey, project } from "./project.ts";
import type { BodyChanges, ProjectorState } from "./project.ts";

const blockSeqNums = 4096;
const tables = ["instruments", "trades", "order_events", "bbo"] as const;
type Rows = Record<(typeof tables)[number], AnalyticsRow[]>;

/**
 * Folds the bodies of one partition into ClickHouse. A block ends at a TimeTick or at a seqNum divisible by 4096, so the log alone
 * decides its bounds: sent again it has the same token and counts once. The position stands in ClickHouse too, after the rows.
 */
export class ClickhouseFold {
  readonly #analytics: Analytics;
  readonly #partition: number;
  #state: ProjectorState;
  #books = new Books();
  #position: FoldPosition | null = null;
  #rows: Rows = noRows();
  /** First seqNum of the block that is being filled. */
  #first = 1;
  /** Last seqNum whose rows are in `#rows` or beyond. */
  #folded = 0;

  constructor(analytics: Analytics, partition: number) {
    this.#analytics = analytics;
    this.#partition = partition;
    this.#state = { partition, instruments: new Map(), orders: new Map() };
  }

  /** Of the last body of the last block that stands. */
  get position(): FoldPosition | null {
    return this.#position;
  }

  /** Reads where the fold goes on, and what it must know of the past. */
  async load(): Promise<FoldPosition | null> {
    const source = new AnalyticsSource(this.#analytics, this.#partition);
    const saved = await source.position();
    const state = { partition: this.#partition, instruments: new Map(), orders: new Map() };
    const books = new Books();
    if (saved !== null) {
      for (const row of await source.instruments()) state.instruments.set(row.securityID, row);
      for (const row of await source.openOrders(saved.seqNum, state.instruments)) {
        state.orders.set(orderKey(row.orderID, row.firstSeqNum), row);
        books.add(row);
      }
      for (const securityID of state.instruments.keys()) books.changedTop(securityID);
    }
    this.#state = state;
    this.#books = books;
    this.#position = saved;
    this.#rows = noRows();
    this.#folded = saved?.seqNum ?? 0;
    this.#first = this.#folded + 1;
    return saved;
  }

  /**
   * Applies the next bodies, and sends each block that they complete. After AnalyticsError `Unavailable` the same call may be made
   * again.
   */
  async apply(bodies: readonly PlacedBody[]): Promise<void> {
    for (const body of bodies) {
      const { seqNum } = body.position;
      if (seqNum > this.#folded) this.#fold(body);
      const isLastOfBlock = this.#blockEnd === seqNum;
      if (isLastOfBlock) await this.#send(body.position);
    }
  }

  /** Null while the block goes on. */
  #blockEnd: number | null = null;

  #fold(body: PlacedBody): void {
    const { seqNum } = body.position;
    const changes = project(body, this.#state);
    const place = {
      partition: this.#partition,
      seqNum,
      transactTime: clickhouseTime(body.transactTime),
    };
    this.#collect(changes, place);
    this.#collectTops(changes, place);
    this.#folded = seqNum;
    if (changes.ticked || seqNum % blockSeqNums === 0) this.#blockEnd = seqNum;
  }

  #collect({ instruments, trades, reports }: BodyChanges, place: Place): void {
    for (const row of instruments) this.#rows.instruments.push(instrumentRow(row, place));
    for (const trade of trades) {
      this.#rows.trades.push(tradeRow(trade, this.#instrument(trade.securityID), place));
    }
    for (const report of reports) {
      const { securityID } = report.order;
      const instrument = securityID === 0 ? null : this.#instrument(securityID);
      this.#rows.order_events.push(orderEventRow(report, instrument, place));
    }
  }

  #collectTops({ reports }: BodyChanges, place: Place): void {
    for (const securityID of this.#books.apply(reports)) {
      const top = this.#books.changedTop(securityID);
      if (top === null) continue;
      const last = reports.findLast(({ order }) => order.securityID === securityID);
      const rptSeq = last?.order.lastRptSeq ?? 0;
      const instrument = this.#instrument(securityID);
      this.#rows.bbo.push(bboRow(top, { instrument, rptSeq, place }));
    }
  }

  /** A block without rows leaves no trace, not even its position: the next one with rows brings it. */
  async #send(end: FoldPosition): Promise<void> {
    const bounds = `${this.#partition}-${this.#first}-${end.seqNum}`;
    const filled = tables.filter((table) => this.#rows[table].length > 0);
    for (const table of filled) {
      const deduplicationToken = `${bounds}-${table}`;
      await this.#analytics.insert({ table, deduplicationToken, rows: this.#rows[table] });
    }
    if (filled.length > 0) {
      const table = "fold_positions";
      const rows = [foldPositionRow(this.#partition, end)];
      await this.#analytics.insert({ table, deduplicationToken: `${bounds}-${table}`, rows });
    }
    this.#position = end;
    this.#rows = noRows();
    this.#first = end.seqNum + 1;
    this.#blockEnd = null;
  }

  #instrument(securityID: number): InstrumentRow {
    const instrument = this.#state.instruments.get(securityID);
    if (instrument === undefined) throw new Error(`securityID ${securityID} is unknown`);
    return instrument;
  }
}

function noRows(): Rows {
  return { instruments: [], trades: [], order_events: [], bbo: [] };
}
