import type { NaiveInstrument, NaiveOrder } from "../../engine/oracle/naive-state.ts";
import type { Log } from "../../ports/log/log.ts";
import { OrdStatus, OrdStatusName, Side, SideName } from "../../schema/generated/enums.ts";
import { formatDecimal } from "../../schema/units.ts";
import type { Answer, VenueFile } from "../venue-client.ts";
import type { Violation } from "./journal-check.ts";
import type { Ledger, LedgerFill, LedgerOrder } from "./ledger.ts";
import { chaosInstrument } from "./load.ts";
import type { LogAudit } from "./log-audit.ts";
import { lastOf, pageCountMax, rowsOfPage, ViewReader } from "./view-reader.ts";

export interface Trader {
  readonly accountID: number;
  readonly token: string;
}

export interface ViewCheckOptions {
  readonly file: Pick<VenueFile, "url" | "clickhouse">;
  /** Of chaos: every row of it is compared. Of `otherSymbols` the books are. */
  readonly symbol: string;
  readonly otherSymbols: readonly string[];
  readonly log: Log;
  readonly audit: LogAudit;
  readonly ledger: Ledger;
  readonly traders: readonly Trader[];
  /** Every row of Postgres; otherwise the open orders and the newest fills, which a round changes. */
  readonly thorough: boolean;
  /** How long a view may take to show what the log has. */
  readonly catchUpMsMax: number;
}

const { priceExponent, qtyExponent } = chaosInstrument;

/** Books, Postgres and ClickHouse as clients see them, against the fold. No chaos client may be trading. */
export async function checkViews(options: ViewCheckOptions): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const trader of options.traders) violations.push(...(await checkAccount(options, trader)));
  for (const listed of [options.symbol, ...options.otherSymbols]) {
    violations.push(...(await checkBook(options, listed)));
  }
  violations.push(...(await checkClickhouse(options)));
  return violations;
}

async function checkAccount(
  { file, symbol, audit, ledger, catchUpMsMax, thorough }: ViewCheckOptions,
  { accountID, token }: Trader,
): Promise<Violation[]> {
  const reader = new ViewReader({ url: file.url, token, catchUpMsMax });
  const filter = `symbol=${symbol}&minSeq=${audit.position}`;
  const open = thorough ? "" : "&open=true";
  const orders = await reader.rows(`/v1/orders?${filter}${open}`, "orders");
  const fills = await reader.rows(`/v1/fills?${filter}`, "fills", thorough ? pageCountMax : 1);
  const positions = await reader.answer(`/v1/positions?minSeq=${audit.position}`);
  const ownFills = ledger.fills.filter((fill) => fill.accountID === accountID);
  const ownOrders = [...ledger.orders.values()].filter(
    (order) => order.accountID === accountID && (thorough || isOpen(order)),
  );
  const fillLines = ownFills.slice(thorough ? 0 : -rowsOfPage).map(expectedFill);
  return [
    ...compare(`orders of ${accountID}`, orders.map(orderLine), ownOrders.map(expectedOrder)),
    ...compare(`fills of ${accountID}`, fills.map(fillLine), fillLines),
    ...compare(
      `positions of ${accountID}`,
      positionLines(positions, symbol),
      expectedPosition(ownFills),
    ),
  ];
}

function isOpen({ ordStatus }: LedgerOrder): boolean {
  return ordStatus < OrdStatus.Filled;
}

async function checkBook(options: ViewCheckOptions, listed: string): Promise<Violation[]> {
  const { file, log, audit, catchUpMsMax } = options;
  const reader = new ViewReader({ url: file.url, token: null, catchUpMsMax });
  const path = `/v1/instruments/${listed}/book?level=3&depth=5000&minSeq=${audit.position}`;
  const answer = await reader.answer(path);
  await audit.advance(log, positionSeqNum(answer));
  const instrument = audit.oracle.state().instruments.find((each) => each.symbol === listed);
  if (instrument === undefined) return [];
  const { bids, asks } = answer.body;
  const expected = [levelsOf(instrument, instrument.bids), levelsOf(instrument, instrument.asks)];
  if (Bun.deepEquals([bids, asks], expected)) return [];
  return [{ promise: "BookIsTheFold", detail: `${listed} at ${String(answer.body["position"])}` }];
}

function levelsOf(
  { priceExponent, qtyExponent }: NaiveInstrument,
  orders: readonly NaiveOrder[],
): unknown[] {
  return Array.from(
    Map.groupBy(orders, ({ price }) => price),
    ([price, level]) => ({
      price: formatDecimal(price, priceExponent),
      orders: level.map(({ entryRptSeq, leavesQty }) => ({
        mdEntryID: entryRptSeq,
        leavesQty: formatDecimal(leavesQty, qtyExponent),
      })),
    }),
  );
}

/** Tables that analysts query, and read without FINAL: a block that counts twice shows. */
async function checkClickhouse({
  file,
  symbol,
  ledger,
  catchUpMsMax,
}: ViewCheckOptions): Promise<Violation[]> {
  const { clickhouse } = file;
  if (clickhouse === null) return [];
  const trades = ledger.fills.filter(({ isTaker }) => isTaker);
  const count = trades.length;
  const lastQtys = trades.reduce((sum, { lastQty }) => sum + lastQty, 0);
  const lastPxs = trades.reduce((sum, { lastPx }) => sum + lastPx, 0);
  const query = tradeTotals(symbol);
  const expected = [count, count, lastQtys, lastPxs, count, lastQtys].join("\t");
  const found = await lastOf(catchUpMsMax, {
    get: () => queryClickhouse(clickhouse, query),
    isRight: (line) => line === expected,
  });
  if (found === expected) return [];
  return [{ promise: "ClickhouseIsTheFold", detail: `${query} is ${found}, not ${expected}` }];
}

const tradeTotals = (symbol: string): string =>
  "SELECT t.*, c.* FROM (SELECT count(), uniqExact(rptSeq), toInt64(sum(lastQty) * 1000), " +
  `toInt64(sum(lastPx) * 100) FROM orderbook.trades WHERE symbol = '${symbol}') AS t, ` +
  "(SELECT toInt64(sum(tradeCount)), toInt64(sum(volume) * 1000) " +
  `FROM orderbook.candles WHERE symbol = '${symbol}') AS c FORMAT TSV`;

type ClickhouseConnection = NonNullable<VenueFile["clickhouse"]>;

async function queryClickhouse(connection: ClickhouseConnection, sql: string): Promise<string> {
  const { url, user, password } = connection;
  const headers = { "x-clickhouse-user": user, "x-clickhouse-key": password };
  const response = await fetch(url, { method: "POST", headers, body: sql });
  return (await response.text()).trim();
}

function compare(
  what: string,
  actual: readonly string[],
  expected: readonly string[],
): Violation[] {
  const missing = new Set(expected).difference(new Set(actual));
  const surplus = new Set(actual).difference(new Set(expected));
  if (missing.size === 0 && surplus.size === 0 && actual.length === expected.length) return [];
  const [first = ""] = [...missing, ...surplus];
  const detail = `${what}: ${actual.length} rows, ${expected.length} expected, ${missing.size} missing, ${surplus.size} too many, such as ${first}`;
  return [{ promise: "PostgresIsTheFold", detail }];
}

function orderLine(row: Record<string, unknown>): string {
  const {
    orderID,
    firstSeqNum,
    clOrdID,
    side,
    price = "0",
    ordStatus,
    cumQty,
    leavesQty,
    orderQty,
  } = row;
  return [orderID, firstSeqNum, clOrdID, side, price, ordStatus, cumQty, leavesQty, orderQty].join(
    " ",
  );
}

function expectedOrder(order: LedgerOrder): string {
  const { orderID, firstSeqNum, clOrdID, side, price, ordStatus } = order;
  const leavesQty = isOpen(order) ? order.leavesQty : 0;
  const quantities = [order.cumQty, leavesQty, order.orderQty].map(qtyText);
  const priceText = price === 0 ? "0" : formatDecimal(price, priceExponent);
  return [
    orderID,
    firstSeqNum,
    clOrdID,
    SideName[side],
    priceText,
    OrdStatusName[ordStatus],
    ...quantities,
  ].join(" ");
}

function fillLine(row: Record<string, unknown>): string {
  const { rptSeq, seqNum, orderID, side, lastQty, lastPx, lastLiquidityInd } = row;
  return [rptSeq, seqNum, orderID, side, lastQty, lastPx, lastLiquidityInd].join(" ");
}

function expectedFill({
  rptSeq,
  seqNum,
  orderID,
  side,
  lastQty,
  lastPx,
  isTaker,
}: LedgerFill): string {
  const texts = [
    qtyText(lastQty),
    formatDecimal(lastPx, priceExponent),
    isTaker ? "Removed" : "Added",
  ];
  return [rptSeq, seqNum, orderID, SideName[side], ...texts].join(" ");
}

function positionLines({ body }: Answer, symbol: string): string[] {
  const rows = (body["positions"] as Record<string, unknown>[]).filter(
    (row) => row["symbol"] === symbol,
  );
  return rows.map(({ netQty, boughtQty, soldQty }) => [netQty, boughtQty, soldQty].join(" "));
}

function expectedPosition(fills: readonly LedgerFill[]): string[] {
  if (fills.length === 0) return [];
  const sum = (side: Side): number =>
    fills.filter((fill) => fill.side === side).reduce((total, { lastQty }) => total + lastQty, 0);
  const [bought, sold] = [sum(Side.Buy), sum(Side.Sell)];
  return [[bought - sold, bought, sold].map(qtyText).join(" ")];
}

function qtyText(units: number): string {
  const text = formatDecimal(Math.abs(units), qtyExponent);
  return units < 0 ? `-${text}` : text;
}

function positionSeqNum({ body }: Answer): number {
  return Number(String(body["position"]).split(":")[1]);
}
