import { orderIDOf } from "../../schema/identity/order-id.ts";
import { formatDecimal, parseDecimal } from "../../schema/units.ts";
import { freshRead } from "../fresh-read.ts";
import type { ApiAnswer, ApiRequest, OrderedWindow } from "./ordered-window.ts";
import type { ReplayAccount, ReplayInstrument, ReplayTarget } from "./target.ts";
import type { Tally } from "./tally.ts";

/** A row of the capture. Price in dollars as a decimal string, volume in satoshi. */
export interface BitstampRow {
  readonly id: string;
  readonly price: string;
  readonly volume: number;
  readonly action: "created" | "changed" | "deleted";
  readonly direction: "bid" | "ask";
}

export const bitstampHeader = "id,timestamp,exchange.timestamp,price,volume,action,direction";

export const bitstampInstrument: ReplayInstrument = {
  symbol: "BTCUSD",
  baseCurrency: "BTC",
  quoteCurrency: "USD",
  priceExponent: -2,
  qtyExponent: -8,
  tickSize: "0.01",
  lotSize: "0.00000001",
};

/** The rows of a capture's text. Throws with the line's number where one is of another form. */
export function readBitstamp(text: string): BitstampRow[] {
  const [header, ...lines] = text.trimEnd().split("\n");
  if (header !== bitstampHeader)
    throw new Error(`Not a Bitstamp capture: its first line is ${header}`);
  return lines.map((line, index) => {
    const row = /^(\d+),\d+,\d+,([\d.]+),(\d+),(created|changed|deleted),(bid|ask)$/.exec(line);
    const [, id, price, volume, action, direction] = row ?? [];
    if (id === undefined || price === undefined)
      throw new Error(`Line ${index + 2} is no row: ${line}`);
    return { id, price, volume: Number(volume), action, direction } as BitstampRow;
  });
}

interface BitstampReplay {
  readonly window: OrderedWindow;
  readonly tally: Tally;
  readonly target: ReplayTarget;
  readonly symbol: string;
}

/**
 * Sends every row as a request, in the file's order: created is a limit order, changed an amend, deleted a cancel. The capture's own
 * trades are not in it: what crosses here, trades here.
 * Only requests of one kind are on their way together: a cancel has no body to be read and would overtake an order sent just before
 * it. Amends go one by one.
 */
export async function replayBitstamp(
  rows: readonly BitstampRow[],
  replay: BitstampReplay,
): Promise<void> {
  const { window, tally } = replay;
  let counted: Promise<void> = Promise.resolve();
  let before: BitstampRow["action"] | null = null;
  for (const row of rows) {
    if (row.action !== before || row.action === "changed") {
      await window.drained();
      await counted;
    }
    before = row.action;
    const request = row.action === "changed" ? await amend(row, replay) : requestOf(row, replay);
    await window.room();
    const answer = window.send(request);
    counted = inTurn(counted, answer, (settled) => tally.count(row.action, settled));
  }
  await counted;
}

/** Answers may come in any order; they are counted in that of the requests. */
async function inTurn(
  before: Promise<void>,
  answer: Promise<ApiAnswer>,
  count: (answer: ApiAnswer) => void,
): Promise<void> {
  const [settled] = await Promise.all([answer, before]);
  count(settled);
}

function requestOf(row: BitstampRow, { target, symbol }: BitstampReplay): ApiRequest {
  const { token } = accountOf(row, target);
  if (row.action === "deleted") {
    return { method: "DELETE", path: `/v1/orders?symbol=${symbol}&clOrdID=${row.id}`, token };
  }
  const body = {
    symbol,
    side: row.direction === "bid" ? "Buy" : "Sell",
    ordType: "Limit",
    price: row.price,
    orderQty: formatDecimal(row.volume, bitstampInstrument.qtyExponent),
    clOrdID: row.id,
  };
  return { method: "POST", path: "/v1/orders", token, body };
}

/**
 * The volume of a changed row is what remains: orderQty becomes what has traded here plus that. What has traded is read from the venue,
 * once everything before has been answered and as of then.
 */
async function amend(row: BitstampRow, replay: BitstampReplay): Promise<ApiRequest> {
  const { window, tally, target, symbol } = replay;
  const { accountID, token } = accountOf(row, target);
  const orderID = orderIDOf(accountID, symbol, row.id);
  const path = `/v1/orders/${orderID}?minSeq=${tally.position}`;
  const order = await freshRead(() => window.send({ method: "GET", path, token }));
  const text = order.body["cumQty"];
  const cumQty = parseDecimal(
    typeof text === "string" ? text : "0",
    bitstampInstrument.qtyExponent,
  );
  const orderQty = (cumQty.ok ? cumQty.value : 0) + row.volume;
  return {
    method: "PATCH",
    path: `/v1/orders/${orderID}`,
    token,
    body: { price: row.price, orderQty: formatDecimal(orderQty, bitstampInstrument.qtyExponent) },
  };
}

function accountOf(row: BitstampRow, target: ReplayTarget): ReplayAccount {
  return row.direction === "bid" ? target.buyer : target.seller;
}
