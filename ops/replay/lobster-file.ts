/** Row types of a LOBSTER message file. */
export const LobsterType = {
  New: 1,
  PartialCancel: 2,
  Delete: 3,
  Execution: 4,
  HiddenExecution: 5,
  Cross: 6,
  Halt: 7,
} as const;
export type LobsterType = (typeof LobsterType)[keyof typeof LobsterType];

/** Price in units of 10^-4 dollars. `side` is the resting order's, also for an execution. */
export interface LobsterRow {
  readonly type: LobsterType;
  readonly id: string;
  readonly shares: number;
  readonly price: number;
  readonly side: "Buy" | "Sell";
}

export interface BookLevel {
  readonly side: "Buy" | "Sell";
  readonly price: number;
  readonly shares: number;
}

/** The true book after an event, best price first on both sides; levels that the file pads out are left away. */
export interface TrueBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export function isLobster(text: string): boolean {
  return rowPattern.test(text.slice(0, 200).split("\n")[0] ?? "");
}

const rowPattern = /^[\d.]+,([1-7]),(\d+),(\d+),(-?\d+),(-?1)\r?$/;

/** Throws with the line's number where one is of another form. */
export function readLobster(text: string): LobsterRow[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line, index) => {
      const [, type, id, shares, price, direction] = rowPattern.exec(line) ?? [];
      if (id === undefined) throw new Error(`Line ${index + 1} is no LOBSTER row: ${line}`);
      return {
        type: Number(type) as LobsterType,
        id,
        shares: Number(shares),
        price: Number(price),
        side: direction === "1" ? "Buy" : "Sell",
      };
    });
}

/** The order book file beside a message file: columns ask price, ask size, bid price, bid size, and so on outwards. */
export function readTrueBooks(text: string): TrueBook[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const columns = line.split(",").map(Number);
      const bids: BookLevel[] = [];
      const asks: BookLevel[] = [];
      for (let at = 0; at + 3 < columns.length; at += 4) {
        const [askPrice = 0, askShares = 0, bidPrice = 0, bidShares = 0] = columns.slice(
          at,
          at + 4,
        );
        if (askShares > 0) asks.push({ side: "Sell", price: askPrice, shares: askShares });
        if (bidShares > 0) bids.push({ side: "Buy", price: bidPrice, shares: bidShares });
      }
      return { bids, asks };
    });
}

/** What rested before the first event: the book after it, less what it did. */
export function restingBefore(first: LobsterRow, after: TrueBook): BookLevel[] {
  const added = first.type === LobsterType.New ? first.shares : -first.shares;
  const visible = first.type <= LobsterType.Execution;
  const levels = [...after.bids, ...after.asks].map((level) => {
    const touched = visible && level.side === first.side && level.price === first.price;
    return touched ? { ...level, shares: level.shares - added } : level;
  });
  const known = levels.some(({ side, price }) => side === first.side && price === first.price);
  if (visible && !known && added < 0) {
    levels.push({ side: first.side, price: first.price, shares: -added });
  }
  return levels.filter(({ shares }) => shares > 0);
}

/** The coarsest grid, in units of 10^-4 dollars, that all visible prices are on. */
export function tickOf(rows: readonly LobsterRow[], seeds: readonly BookLevel[]): number {
  const prices = [
    ...rows.filter(({ type }) => type <= LobsterType.Execution).map(({ price }) => price),
    ...seeds.map(({ price }) => price),
  ];
  return prices.reduce(greatestDivisor, 0) || 1;
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other);
}
