import { formatDecimal } from "../../schema/units.ts";
import { freshRead } from "../fresh-read.ts";
import { VenueClient } from "../venue-client.ts";
import type { VenueFile } from "../venue-client.ts";
import { compareAnalytics } from "./analytics.ts";
import { compareRows, Differences, plain } from "./differences.ts";
import type { ExpectedInstrument, ExpectedOrder, ExpectedViews } from "./expected.ts";
import { foldLog } from "./fold-log.ts";

export interface ViewComparison {
  readonly equal: boolean;
  /** A line a view, and a few more where one differs. */
  readonly report: readonly string[];
}

export interface CompareOptions {
  /** Of the running venue: its log is folded from the first record on. */
  readonly dataDir: string;
  readonly url: string;
  /** Tokens of the accounts whose orders, fills and positions are compared, and the way into ClickHouse. */
  readonly venue: Pick<VenueFile, "accounts" | "clickhouse">;
  /** Only these instruments; on a venue that goes on trading, others change meanwhile. Absent: all. */
  readonly symbols?: readonly string[];
}

/**
 * Compares what the venue's read side answers with a fold of its log: books to the order, trades, the accounts' orders, fills and
 * positions (Postgres), and trades and order states in ClickHouse. The venue has to be running, and quiet in these instruments.
 */
export async function compareViews(options: CompareOptions): Promise<ViewComparison> {
  const { views, position, seqNums } = await foldLog(options.dataDir);
  const instruments = [...views.instruments.values()].filter(
    ({ symbol }) => options.symbols === undefined || options.symbols.includes(symbol),
  );
  const reader = new ViewReader(options.url, position);
  const found = [
    await compareBooks(views, instruments, reader),
    await compareTrades(views, instruments, reader),
    ...(await compareAccounts(views, instruments, reader, options.venue.accounts)),
    ...(await compareAnalytics({
      views,
      instruments,
      seqNums,
      connection: options.venue.clickhouse,
    })),
  ];
  return {
    equal: found.every(({ none }) => none),
    report: found.flatMap((differences) => differences.report()),
  };
}

type Row = Readonly<Record<string, unknown>>;

/** Reads whole lists, page by page, as of a position. */
class ViewReader {
  readonly #url: string;
  readonly #position: string;

  constructor(url: string, position: string) {
    this.#url = url;
    this.#position = position;
  }

  async get(path: string, token = ""): Promise<Row> {
    const joint = path.includes("?") ? "&" : "?";
    const client = new VenueClient(this.#url, token === "" ? null : token);
    const minSeq = `minSeq=${this.#position}`;
    const { status, body } = await freshRead(() => client.get(`${path}${joint}${minSeq}`));
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async list(path: string, name: string, token = ""): Promise<Row[]> {
    const rows: Row[] = [];
    const joint = path.includes("?") ? "&" : "?";
    for (let cursor = ""; ;) {
      const page = await this.get(`${path}${joint}limit=1000${cursor}`, token);
      rows.push(...(page[name] as Row[]));
      const next = page["nextCursor"];
      if (typeof next !== "string") return rows;
      cursor = `&cursor=${next}`;
    }
  }
}

type LevelThree = readonly {
  readonly price: string;
  readonly orders: readonly { readonly mdEntryID: number; readonly leavesQty: string }[];
}[];

async function compareBooks(
  views: ExpectedViews,
  instruments: readonly ExpectedInstrument[],
  reader: ViewReader,
): Promise<Differences> {
  const differences = new Differences("books (level 3)");
  for (const { symbol, priceExponent, qtyExponent } of instruments) {
    const book = await reader.get(`/v1/instruments/${symbol}/book?level=3&depth=5000`);
    for (const [side, name] of [
      ["Buy", "bids"],
      ["Sell", "asks"],
    ] as const) {
      const expected = views.book(symbol, side).map((level) => {
        const queue = level.map(
          (order) => `${order.mdEntryID}x${decimal(order.shownQty, qtyExponent)}`,
        );
        return `${decimal(level[0]?.price ?? 0, priceExponent)}: ${queue.join(" ")}`;
      });
      const found = (book[name] as LevelThree).map(({ price, orders }) => {
        const queue = orders.map(({ mdEntryID, leavesQty }) => `${mdEntryID}x${plain(leavesQty)}`);
        return `${plain(price)}: ${queue.join(" ")}`;
      });
      const byPlace = (levels: readonly string[]): Map<string, string> =>
        new Map(levels.map((level, index) => [`${symbol} ${name} ${index}`, level]));
      compareRows(differences, byPlace(expected), byPlace(found));
    }
  }
  return differences;
}

async function compareTrades(
  views: ExpectedViews,
  instruments: readonly ExpectedInstrument[],
  reader: ViewReader,
): Promise<Differences> {
  const differences = new Differences("trades");
  for (const { symbol, priceExponent, qtyExponent } of instruments) {
    const expected = new Map(
      views.trades
        .filter((trade) => trade.symbol === symbol)
        .map(({ rptSeq, seqNum, lastPx, lastQty, aggressorSide }) => [
          `${symbol} ${rptSeq}`,
          `${seqNum} ${decimal(lastPx, priceExponent)} ${decimal(lastQty, qtyExponent)} ${aggressorSide === "None" ? "-" : aggressorSide}`,
        ]),
    );
    const rows = await reader.list(`/v1/instruments/${symbol}/trades`, "trades");
    const found = keyed(symbol, rows, ["rptSeq"], ["seqNum", "lastPx", "lastQty", "aggressorSide"]);
    compareRows(differences, expected, found);
  }
  return differences;
}

async function compareAccounts(
  views: ExpectedViews,
  instruments: readonly ExpectedInstrument[],
  reader: ViewReader,
  accounts: VenueFile["accounts"],
): Promise<Differences[]> {
  const orders = new Differences("orders (Postgres)");
  const fills = new Differences("fills (Postgres)");
  const positions = new Differences("positions (Postgres)");
  for (const { accountID, token } of accounts) {
    for (const instrument of instruments) {
      const { symbol } = instrument;
      const orderRows = await reader.list(`/v1/orders?symbol=${symbol}`, "orders", token);
      const orderColumns = ["side", "price", "orderQty", "cumQty", "leavesQty", "ordStatus"];
      const foundOrders = keyed(symbol, orderRows, ["orderID", "firstSeqNum"], orderColumns);
      compareRows(orders, expectedOrders(views, accountID, instrument), foundOrders);
      const fillRows = await reader.list(`/v1/fills?symbol=${symbol}`, "fills", token);
      const fillColumns = ["orderID", "lastLiquidityInd", "lastPx", "lastQty"];
      const foundFills = keyed(symbol, fillRows, ["rptSeq", "side"], fillColumns);
      compareRows(fills, expectedFills(views, accountID, instrument), foundFills);
    }
    const answer = await reader.get("/v1/positions", token);
    const found = (answer["positions"] as Row[]).filter((row) =>
      instruments.some(({ symbol }) => symbol === row["symbol"]),
    );
    const foundPositions = keyed(String(accountID), found, ["symbol"], ["boughtQty", "soldQty"]);
    compareRows(positions, expectedPositions(views, accountID, instruments), foundPositions);
  }
  return [orders, fills, positions];
}

function expectedOrders(
  views: ExpectedViews,
  accountID: number,
  { symbol, priceExponent, qtyExponent }: ExpectedInstrument,
): Map<string, string> {
  const mine = [...views.orders.values()].filter(
    (order) => order.accountID === accountID && order.symbol === symbol,
  );
  return new Map(
    mine.map((order) => [
      `${symbol} ${order.orderID} ${order.firstSeqNum}`,
      [
        order.side,
        order.price === 0 ? "-" : decimal(order.price, priceExponent),
        order.orderQty === 0 ? "-" : decimal(order.orderQty, qtyExponent),
        decimal(order.cumQty, qtyExponent),
        decimal(order.leavesQty, qtyExponent),
        order.ordStatus,
      ].join(" "),
    ]),
  );
}

function expectedFills(
  views: ExpectedViews,
  accountID: number,
  { symbol, priceExponent, qtyExponent }: ExpectedInstrument,
): Map<string, string> {
  const fills = new Map<string, string>();
  for (const trade of views.trades) {
    if (trade.symbol !== symbol) continue;
    const isAuction = trade.aggressorSide === "None";
    const legs: readonly (readonly [ExpectedOrder, string])[] = [
      [trade.maker, isAuction ? "Auction" : "Added"],
      [trade.taker, isAuction ? "Auction" : "Removed"],
    ];
    for (const [order, lastLiquidityInd] of legs) {
      if (order.accountID !== accountID) continue;
      const lastPx = decimal(trade.lastPx, priceExponent);
      const lastQty = decimal(trade.lastQty, qtyExponent);
      fills.set(
        `${symbol} ${trade.rptSeq} ${order.side}`,
        `${order.orderID} ${lastLiquidityInd} ${lastPx} ${lastQty}`,
      );
    }
  }
  return fills;
}

function expectedPositions(
  views: ExpectedViews,
  accountID: number,
  instruments: readonly ExpectedInstrument[],
): Map<string, string> {
  const positions = new Map<string, string>();
  for (const { symbol, qtyExponent } of instruments) {
    const traded = { Buy: 0n, Sell: 0n };
    for (const trade of views.trades) {
      if (trade.symbol !== symbol) continue;
      for (const order of [trade.maker, trade.taker]) {
        if (order.accountID === accountID) traded[order.side] += BigInt(trade.lastQty);
      }
    }
    if (traded.Buy === 0n && traded.Sell === 0n) continue;
    const text = [traded.Buy, traded.Sell].map((qty) => decimal(qty, qtyExponent)).join(" ");
    positions.set(`${accountID} ${symbol}`, text);
  }
  return positions;
}

/** The rows of an answer by some of its columns; a column that is not there is "-". */
function keyed(
  about: string,
  rows: readonly Row[],
  keyColumns: readonly string[],
  columns: readonly string[],
): Map<string, string> {
  const cells = (row: Row, names: readonly string[]): string =>
    names.map((name) => (row[name] === undefined ? "-" : plain(row[name]))).join(" ");
  return new Map(rows.map((row) => [`${about} ${cells(row, keyColumns)}`, cells(row, columns)]));
}

function decimal(units: number | bigint, exponent: number): string {
  return plain(formatDecimal(units, exponent));
}
