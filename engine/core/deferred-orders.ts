import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";

/** An order that waits for its next attempt. Which one that is, its entry in the id window says. */
export interface DeferredOrder {
  /** Its entry in the id window. */
  readonly entry: number;
  readonly firstSeqNum: number;
  readonly validUntil: number;
  /** That brought it and has a dead-man timer; 0 = none. */
  readonly connectionID: number;
  /** Block of a NewOrderSingle with nothing in it but what a refusal says of the order. */
  readonly said: DataView;
}

/**
 * The deferred orders by (validUntil, firstSeqNum). They are few and rare: plain objects, apart from the records of the hot path, which
 * asks for nothing but `firstDue`.
 */
export class DeferredOrders {
  /** validUntil of the order that is due first. */
  firstDue = Infinity;
  readonly #byEntry = new Map<number, DeferredOrder>();
  readonly #queue: DeferredOrder[] = [];

  get count(): number {
    return this.#queue.length;
  }

  /** The order that is due first. */
  get first(): DeferredOrder | undefined {
    return this.#queue[0];
  }

  /** The order of an id window entry. */
  of(entry: number): DeferredOrder | undefined {
    return this.#byEntry.get(entry);
  }

  inOrderOfEntry(): DeferredOrder[] {
    return this.#queue.toSorted((left, right) => left.firstSeqNum - right.firstSeqNum);
  }

  add(order: DeferredOrder): void {
    const place = this.#queue.findIndex((other) => isDueBefore(order, other));
    this.#queue.splice(place < 0 ? this.#queue.length : place, 0, order);
    this.#byEntry.set(order.entry, order);
    this.#setFirstDue();
  }

  remove(order: DeferredOrder): void {
    this.#queue.splice(this.#queue.indexOf(order), 1);
    this.#byEntry.delete(order.entry);
    this.#setFirstDue();
  }

  #setFirstDue(): void {
    this.firstDue = this.first === undefined ? Infinity : this.first.validUntil;
  }
}

const isDueBefore = (left: DeferredOrder, right: DeferredOrder): boolean => {
  if (left.validUntil !== right.validUntil) return left.validUntil < right.validUntil;
  return left.firstSeqNum < right.firstSeqNum;
};

/** Offset and bytes of the fields that a refusal repeats. */
const saidFields = [
  [New.validUntil, 8],
  [New.orderID, 16],
  [New.accountID, 4],
  [New.side, 2],
  [New.symbol, 16],
  [New.orderQty, 8],
  [New.price, 4],
  [New.timeInForce, 1],
  [New.clOrdID, 36],
] as const;

/** A copy of what a refusal of the order whose block this is would say. */
export const keepSaid = (command: DataView, block: number): DataView => {
  const said = new DataView(new ArrayBuffer(New.blockLength));
  for (const [offset, length] of saidFields) {
    for (let at = offset; at < offset + length; at++)
      said.setUint8(at, command.getUint8(block + at));
  }
  return said;
};
