/** docs/SEMANTICS.md section 6: the oracle's state in the order of the canonical form, as plain objects. */
import type { NaiveInstrument, NaiveOrder, NaiveQuarantine, NaiveState } from "./naive-state.ts";

/** Comparable with what the core reads out of its own snapshot: the same names, whatever the layout in bytes. */
export function canonicalState(state: Readonly<NaiveState>) {
  return {
    limits: state.limits,
    now: state.now,
    accounts: [...state.accounts.values()].sort((a, b) => a.accountID - b.accountID),
    keys: [...state.keys.values()].sort((a, b) => (a.keyID < b.keyID ? -1 : 1)),
    instruments: state.instruments.map(canonicalInstrument),
    idWindow: [...state.idWindow.values()],
    deferred: [...state.deferred.values()],
    quarantines: [...state.quarantines].sort(byPlace),
  };
}

function canonicalInstrument({ bids, asks, ...instrument }: NaiveInstrument) {
  return {
    ...instrument,
    lotSize: Number(instrument.lotSize),
    minOrderQty: Number(instrument.minOrderQty),
    maxOrderQty: Number(instrument.maxOrderQty),
    orders: [...bids, ...asks].map(canonicalOrder),
  };
}

function canonicalOrder({ cash: _cash, ordType: _ordType, ...order }: NaiveOrder) {
  return {
    ...order,
    orderQty: Number(order.orderQty),
    leavesQty: Number(order.leavesQty),
    cumQty: Number(order.cumQty),
    preventedQty: Number(order.preventedQty),
  };
}

function byPlace(left: NaiveQuarantine, right: NaiveQuarantine): number {
  const place = left.commandOffset - right.commandOffset;
  return place === 0 ? (left.commandHash < right.commandHash ? -1 : 1) : place;
}
