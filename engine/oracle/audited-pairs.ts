/** What the auditor keeps of pairs of which each order cancels the other. */
import { CancelReason, OrdStatus } from "../../schema/generated/enums.ts";
import { BrokenPromise, check } from "./broken-promise.ts";
import type { OrderCanceled } from "../../schema/generated/order-canceled.ts";
import type { Event } from "../../schema/generated/records.ts";

interface Leg {
  isOpen: boolean;
  hasTraded: boolean;
  /** It has traded, was triggered or is closed: the other one has to go with the same command. */
  isSpent: boolean;
  other: Leg | null;
}

export class AuditedPairs {
  /** By orderID and firstSeqNum. */
  readonly #legs = new Map<string, Leg>();

  /** The events of one command, in order. Throws BrokenPromise. */
  observe(events: readonly Event[]): void {
    let first: Leg | null = null;
    const named = events.flatMap((event) =>
      event.kind === "ListAccepted" ? [event.firstOrderID, event.secondOrderID] : [],
    );
    for (const event of events) {
      if (event.kind === "OrderAccepted" && named.includes(event.orderID)) {
        first = this.#add(keyOf(event.orderID, event.firstSeqNum), first);
      }
      this.#take(event);
    }
    this.#settle(events.at(-1) ?? null);
  }

  #add(key: string, other: Leg | null): Leg {
    const leg: Leg = { isOpen: true, hasTraded: false, isSpent: false, other };
    if (other !== null) other.other = leg;
    this.#legs.set(key, leg);
    return leg;
  }

  #take(event: Event): void {
    if (event.kind === "Trade") {
      this.#trade(keyOf(event.makerOrderID, event.makerFirstSeqNum), event.makerOrdStatus);
      this.#trade(keyOf(event.takerOrderID, event.takerFirstSeqNum), event.takerOrdStatus);
    }
    if (event.kind === "OrderTriggered") {
      const leg = this.#legs.get(keyOf(event.orderID, event.firstSeqNum));
      if (leg !== undefined) leg.isSpent = true;
    }
    if (event.kind === "OrderCanceled") this.#cancel(event);
  }

  #trade(key: string, ordStatus: OrdStatus): void {
    const leg = this.#legs.get(key);
    if (leg === undefined) return;
    leg.hasTraded = true;
    leg.isSpent = true;
    if (ordStatus === OrdStatus.Filled) leg.isOpen = false;
  }

  #cancel(event: OrderCanceled): void {
    const leg = this.#legs.get(keyOf(event.orderID, event.firstSeqNum));
    const isForOther = event.cancelReason === CancelReason.OtherLeg;
    check(!isForOther || leg?.other?.isSpent === true, "A leg goes only with its other leg", event);
    if (leg === undefined) return;
    leg.isOpen = false;
    leg.isSpent = true;
  }

  /** After a command no leg is open whose other leg is spent. */
  #settle(last: Event | null): void {
    for (const [key, leg] of this.#legs) {
      if (!leg.isSpent) continue;
      const { other } = leg;
      if (leg.hasTraded && other?.hasTraded === true)
        throw new BrokenPromise("One leg of a pair trades at most", last);
      if (other !== null && other.isOpen && (leg.isOpen || !other.isSpent))
        throw new BrokenPromise("A leg that is spent takes its other leg along", last);
      this.#legs.delete(key);
    }
  }
}

function keyOf(orderID: string, firstSeqNum: number): string {
  return `${orderID}/${firstSeqNum}`;
}
