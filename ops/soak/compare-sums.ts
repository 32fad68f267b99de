import { SQL } from "bun";

import type { Stores } from "../stack/stack-environment.ts";
import { VenueClient } from "../venue-client.ts";
import { ClickhouseSql } from "../views/analytics.ts";
import { plain } from "../views/differences.ts";
import { freshRead } from "../fresh-read.ts";
import { foldSums } from "./view-sums.ts";
import type { ExpectedSums, RowSum } from "./view-sums.ts";

export interface SumComparison {
  /** Of the venue: its log is folded from the first record on. */
  readonly dataDir: string;
  readonly url: string;
  readonly stores: Stores;
  readonly symbols: readonly string[];
}

const waitMaxMs = 180_000;

/**
 * Compares every row of every view with a fold of the log: orders, fills and positions in Postgres, trades and the last state of each order in ClickHouse,
 * query's books to the order. Resolves with what differs. The venue runs and is quiet.
 */
export async function compareSums(comparison: SumComparison): Promise<string[]> {
  const expected = await foldSums(comparison.dataDir);
  const { postgres, clickhouse } = comparison.stores;
  const found: string[] = [];
  for (const compare of [
    () => comparePostgres(postgres.url, expected),
    () => compareClickhouse(clickhouse, expected),
    () => compareBooks(comparison, expected),
  ]) {
    // A view that cannot be compared is a difference too; the others are still of interest.
    found.push(...(await compare().catch((error: Error) => [error.message])));
  }
  return found;
}

async function comparePostgres(url: string, expected: ExpectedSums): Promise<string[]> {
  const sql = new SQL(url, { max: 1 });
  try {
    await until("Postgres", async () => {
      const rows = (await sql.unsafe(
        "select partition, seq_num from fold_positions",
      )) as PostgresPosition[];
      return reached(expected.seqNums, rows, ({ partition, seq_num }) => [partition, seq_num]);
    });
    const sumOf = async (columns: string, table: string): Promise<RowSum> => {
      const row = `md5(concat_ws(' ', ${columns}))`;
      const rows = (await sql.unsafe(
        `select count(*) as count, coalesce(sum(('x' || substr(${row}, 1, 8))::bit(32)::bigint), 0) as sum from ${table}`,
      )) as { count: string; sum: string }[];
      return { count: Number(rows[0]?.count), sum: BigInt(rows[0]?.sum ?? 0) };
    };
    const orders = await sumOf(
      "order_id, first_seq_num, account_id, symbol, side, coalesce(price, 0), order_qty, cum_qty, leaves_qty, ord_status",
      "orders",
    );
    const fills = await sumOf(
      "symbol, rpt_seq, side, account_id, order_id, first_seq_num, last_qty, last_px, last_liquidity_ind",
      "fills",
    );
    const positions = (await sql.unsafe(
      "select account_id, symbol, bought_qty, sold_qty from positions",
    )) as { account_id: number; symbol: string; bought_qty: string; sold_qty: string }[];
    const found = new Map(
      positions.map((row) => [
        `${row.account_id} ${row.symbol}`,
        `${row.bought_qty} ${row.sold_qty}`,
      ]),
    );
    return [
      ...difference("orders (Postgres)", expected.orders, orders),
      ...difference("fills (Postgres)", expected.fills, fills),
      ...mapDifferences("positions (Postgres)", expected.positions, found),
    ];
  } finally {
    await sql.close();
  }
}

interface PostgresPosition {
  readonly partition: number;
  readonly seq_num: string;
}

async function compareClickhouse(
  { url, writer }: Stores["clickhouse"],
  expected: ExpectedSums,
): Promise<string[]> {
  const sql = new ClickhouseSql({ url, ...writer });
  await until("ClickHouse", async () => {
    const found = await sql.rows(
      "SELECT partition, max(seqNum) FROM orderbook.fold_positions GROUP BY partition",
    );
    return reached(expected.tracedSeqNums, found, ([partition, seqNum]) => [
      Number(partition),
      seqNum ?? "0",
    ]);
  });
  const sumOf = async (columns: string, from: string): Promise<RowSum> => {
    const text = `concat(${columns
      .split(", ")
      .map((column) => `toString(${column})`)
      .join(", ' ', ")})`;
    const bits = `reinterpretAsUInt32(reverse(substring(MD5(${text}), 1, 4)))`;
    const [row] = await sql.rows(`SELECT count(), toString(sum(toUInt128(${bits}))) FROM ${from}`);
    return { count: Number(row?.[0]), sum: BigInt(row?.[1] ?? 0) };
  };
  const trades = await sumOf(
    "symbol, rptSeq, seqNum, lastPx, lastQty, aggressorSide, makerOrderID, takerOrderID",
    "orderbook.trades FINAL",
  );
  const states = await sumOf(
    "orderID, firstSeqNum, account, status, cum, leaves",
    `(SELECT orderID, firstSeqNum, any(accountID) AS account,
        tupleElement(argMax((ordStatus, cumQty, leavesQty), (seqNum, rptSeq)) AS last, 1) AS status,
        tupleElement(last, 2) AS cum, tupleElement(last, 3) AS leaves
      FROM orderbook.order_events FINAL GROUP BY orderID, firstSeqNum)`,
  );
  const [candles] = await sql.rows("SELECT sum(tradeCount) FROM orderbook.candles");
  const inCandles = Number(candles?.[0] ?? 0);
  return [
    ...difference("trades (ClickHouse)", expected.trades, trades),
    ...difference("order states (ClickHouse)", expected.orderStates, states),
    ...(inCandles === expected.trades.count
      ? []
      : [`candles (ClickHouse): ${inCandles} trades, not ${expected.trades.count}`]),
  ];
}

async function compareBooks(
  { url, symbols }: SumComparison,
  expected: ExpectedSums,
): Promise<string[]> {
  const client = new VenueClient(url, null);
  const differences: string[] = [];
  for (const symbol of symbols) {
    const path = `/v1/instruments/${symbol}/book?level=3&depth=5000&minSeq=${expected.position}`;
    const { status, body } = await freshRead(() => client.get(path));
    if (status !== 200) throw new Error(`${path}: ${status}`);
    for (const [side, name] of [
      ["Buy", "bids"],
      ["Sell", "asks"],
    ] as const) {
      const found = (body[name] as BookLevel[]).map(({ price, orders }) => {
        const queue = orders.map(({ mdEntryID, leavesQty }) => `${mdEntryID}x${plain(leavesQty)}`);
        return `${plain(price)}: ${queue.join(" ")}`;
      });
      const wanted = expected.books.get(`${symbol} ${side}`) ?? [];
      if (found.join("\n") !== wanted.join("\n"))
        differences.push(
          `book of ${symbol}, ${name}: ${found.length} levels, ${wanted.length} expected`,
        );
    }
  }
  return differences;
}

interface BookLevel {
  readonly price: string;
  readonly orders: readonly { readonly mdEntryID: number; readonly leavesQty: string }[];
}

function reached<Row>(
  seqNums: readonly number[],
  rows: readonly Row[],
  read: (row: Row) => readonly [partition: number, seqNum: string],
): boolean {
  const positions = new Map(rows.map(read));
  return seqNums.every((seqNum, partition) => Number(positions.get(partition) ?? 0) >= seqNum);
}

async function until(store: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + waitMaxMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${store} does not come up to the log`);
    await Bun.sleep(200);
  }
}

function difference(what: string, expected: RowSum, found: RowSum): string[] {
  if (expected.count !== found.count)
    return [`${what}: ${found.count} rows, not ${expected.count}`];
  return expected.sum === found.sum ? [] : [`${what}: ${found.count} rows, some are others`];
}

function mapDifferences(
  what: string,
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): string[] {
  const keys = new Set([...expected.keys(), ...found.keys()]);
  return [...keys]
    .filter((key) => expected.get(key) !== found.get(key))
    .map((key) => `${what}: ${key} is ${found.get(key) ?? "-"}, not ${expected.get(key) ?? "-"}`);
}
