import { Side } from "../schema/generated/enums.ts";
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
import { orderKey } from "./project.ts";
import type { BodyChanges, OrderReport, ProjectedBody, ProjectorState } from "./project.ts";

/** What a batch of bodies comes to in Postgres: each row once, as it stands at the end; positions as what is to be added. */
export class PostgresChanges {
  readonly #partition: number;
  readonly #orders = new Map<string, OrderRow>();
  readonly #fills: FillRow[] = [];
  readonly #positions = new Map<string, PositionRow>();
  readonly #accounts = new Map<number, AccountRow>();
  readonly #accountLimits = new Map<string, AccountLimitsRow>();
  readonly #feeSchedules = new Map<string, FeeScheduleRow>();
  readonly #keys = new Map<string, KeyRow>();
  readonly #instruments = new Map<number, InstrumentRow>();

  constructor({ partition }: Pick<ProjectorState, "partition">) {
    this.#partition = partition;
  }

  get orders(): readonly OrderRow[] {
    return [...this.#orders.values()];
  }
  get fills(): readonly FillRow[] {
    return this.#fills;
  }
  get positions(): readonly PositionRow[] {
    return [...this.#positions.values()];
  }
  get accounts(): readonly AccountRow[] {
    return [...this.#accounts.values()];
  }
  get accountLimits(): readonly AccountLimitsRow[] {
    return [...this.#accountLimits.values()];
  }
  get feeSchedules(): readonly FeeScheduleRow[] {
    return [...this.#feeSchedules.values()];
  }
  get keys(): readonly KeyRow[] {
    return [...this.#keys.values()];
  }
  get instruments(): readonly InstrumentRow[] {
    return [...this.#instruments.values()];
  }

  add(changes: BodyChanges, { position: { seqNum } }: ProjectedBody): void {
    for (const row of changes.instruments) this.#instruments.set(row.securityID, row);
    for (const row of changes.accounts) this.#accounts.set(row.accountID, row);
    for (const row of changes.accountLimits) {
      this.#accountLimits.set(`${row.accountID}/${row.symbol}`, row);
    }
    for (const row of changes.feeSchedules) {
      this.#feeSchedules.set(`${row.feeTier}/${row.symbol}`, row);
    }
    for (const row of changes.keys) this.#keys.set(row.keyID, row);
    for (const report of changes.reports) {
      const { order } = report;
      this.#orders.set(orderKey(order.orderID, order.firstSeqNum), order);
      if (report.kind === "Trade") this.#fill(report, seqNum);
    }
  }

  #fill({ order, lastQty, lastPx, fee, lastLiquidityInd }: OrderReport, seqNum: number): void {
    if (lastQty === null || lastPx === null) throw new Error("A trade has a price and a quantity");
    const { symbol, side, securityID, accountID, orderID, firstSeqNum } = order;
    const { leavesQty, ordStatus, transactTime, lastRptSeq: rptSeq } = order;
    this.#fills.push({
      symbol,
      rptSeq,
      side,
      partition: this.#partition,
      seqNum,
      securityID,
      accountID,
      orderID,
      firstSeqNum,
      lastQty,
      lastPx,
      leavesQty,
      ordStatus,
      lastLiquidityInd,
      fee,
      transactTime,
    });
    this.#addToPosition(order, BigInt(lastQty), BigInt(lastPx), fee);
  }

  #addToPosition(order: OrderRow, lastQty: bigint, lastPx: bigint, fee: bigint): void {
    const { accountID, symbol, securityID, side, lastSeqNum } = order;
    const key = `${accountID}/${securityID}`;
    const before = this.#positions.get(key) ?? nothingTraded;
    const bought = side === Side.Buy ? lastQty : 0n;
    const sold = lastQty - bought;
    this.#positions.set(key, {
      accountID,
      symbol,
      securityID,
      partition: this.#partition,
      netQty: before.netQty + bought - sold,
      boughtQty: before.boughtQty + bought,
      soldQty: before.soldQty + sold,
      boughtNotional: before.boughtNotional + bought * lastPx,
      soldNotional: before.soldNotional + sold * lastPx,
      fees: before.fees + fee,
      lastSeqNum,
    });
  }
}

const nothingTraded = {
  netQty: 0n,
  boughtQty: 0n,
  soldQty: 0n,
  boughtNotional: 0n,
  soldNotional: 0n,
  fees: 0n,
} as const;
