/** docs/SEMANTICS.md section 6: the oracle's state in the order of the canonical form, as plain objects. */
import { Side } from "../../schema/generated/enums.ts";
import { nothingSaid } from "./naive-sessions.ts";
import { byDeadline } from "./naive-dead-man.ts";
import { waitingOf } from "./naive-triggers.ts";
import type {
  NaiveAccountLimits,
  NaiveFeeSchedule,
  NaiveIdEntry,
  NaiveInstrument,
  NaiveOrder,
  NaiveQuarantine,
  NaiveState,
} from "./naive-state.ts";

/** Comparable with what the core reads out of its own snapshot: the same names, whatever the layout in bytes. */
export function canonicalState(state: Readonly<NaiveState>) {
  return {
    limits: state.limits,
    now: state.now,
    semanticsVersion: state.active.semanticsVersion,
    schemaVersion: state.active.schemaVersion,
    accounts: [...state.accounts.values()].sort((a, b) => a.accountID - b.accountID),
    keys: [...state.keys.values()].sort((a, b) => (a.keyID < b.keyID ? -1 : 1)),
    accountLimits: [...state.accountLimits].sort(byAccount),
    feeSchedules: [...state.feeSchedules].sort(byTier),
    instruments: state.instruments.map(canonicalInstrument),
    scheduledStates: [...state.scheduled].sort(
      (a, b) => a.effectiveTime - b.effectiveTime || a.securityID - b.securityID,
    ),
    pairs: pairsOf(state),
    deadManTimers: [...state.timers].sort(byDeadline),
    idWindow: [...state.idWindow.values()].sort(byEntry),
    deferred: [...state.deferred.values()],
    quarantines: [...state.quarantines].sort(byPlace),
  };
}

/** Each pair once, by its lower orderID. */
function pairsOf({ resting }: Readonly<NaiveState>) {
  return [...resting.values()]
    .flatMap(({ order: { orderID, other } }) =>
      other === null || other.orderID < orderID ? [] : [{ orderID, otherOrderID: other.orderID }],
    )
    .sort((left, right) => (left.orderID < right.orderID ? -1 : 1));
}

/** By seqNum, then by the bytes of the id: a list leaves several at once. */
function byEntry(left: NaiveIdEntry, right: NaiveIdEntry): number {
  const command = left.seqNum - right.seqNum;
  return command === 0 ? (left.id < right.id ? -1 : 1) : command;
}

/** By feeTier, then by the bytes of the symbol. */
function byTier(left: NaiveFeeSchedule, right: NaiveFeeSchedule): number {
  const tier = left.feeTier - right.feeTier;
  return tier === 0 ? (left.symbol < right.symbol ? -1 : 1) : tier;
}

/** By accountID, then by the bytes of the symbol. */
function byAccount(left: NaiveAccountLimits, right: NaiveAccountLimits): number {
  const account = left.accountID - right.accountID;
  return account === 0 ? (left.symbol < right.symbol ? -1 : 1) : account;
}

function canonicalInstrument(all: NaiveInstrument) {
  const { bids, asks, waiting: _waiting, published, ...instrument } = all;
  const waiting = [...waitingOf(all, Side.Buy), ...waitingOf(all, Side.Sell)];
  return {
    ...instrument,
    ...(published ?? nothingSaid),
    lotSize: Number(instrument.lotSize),
    minOrderQty: Number(instrument.minOrderQty),
    maxOrderQty: Number(instrument.maxOrderQty),
    orders: [...bids, ...asks].map(canonicalOrder),
    waiting: waiting.map(canonicalStop),
  };
}

function canonicalOrder({
  cash: _cash,
  ordType: _ordType,
  trigger: _trigger,
  other: _other,
  ...order
}: NaiveOrder) {
  return {
    ...order,
    orderQty: Number(order.orderQty),
    leavesQty: Number(order.leavesQty),
    cumQty: Number(order.cumQty),
    preventedQty: Number(order.preventedQty),
    displayQty: Number(order.displayQty),
    shownQty: Number(order.shownQty),
  };
}

function canonicalStop(order: NaiveOrder) {
  const { orderID, accountID, firstSeqNum, entryRptSeq, side, ordType, price, trigger } = order;
  const { timeInForce, selfTradePrevention, expireTime, connectionID } = order;
  const identity = { orderID, accountID, firstSeqNum, entryRptSeq, side, ordType, price };
  const rules = { timeInForce, selfTradePrevention, expireTime, connectionID };
  return {
    ...identity,
    ...rules,
    placeRptSeq: trigger?.placeRptSeq ?? 0,
    stopPx: trigger?.stopPx ?? 0,
    pegOffsetValue: trigger?.pegOffsetValue ?? 0,
    orderQty: Number(order.orderQty),
    displayQty: Number(order.displayQty),
  };
}

function byPlace(left: NaiveQuarantine, right: NaiveQuarantine): number {
  const place = left.commandOffset - right.commandOffset;
  return place === 0 ? (left.commandHash < right.commandHash ? -1 : 1) : place;
}
