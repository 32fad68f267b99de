import { Decision, Side, TimeInForce, TradingState } from "../../schema/generated/enums.ts";
import { assert } from "./assert.ts";
import { auditOrder, doubleAt, wordAt } from "./audit-order.ts";
import type { BookCounts } from "./audit-order.ts";
import { auditOpenOrders } from "./audit-limits.ts";
import { findAuctionPrice } from "./auction-price.ts";
import { auditStops } from "./audit-stops.ts";
import { firstOfLevel, nextInLevel } from "./book.ts";
import { isDueBefore } from "./dead-man-timers.ts";
import { decisionOf, EntryDouble, EntryWord } from "./id-entry.ts";
import { hashID } from "./id-table.ts";
import type { Instrument } from "./instruments.ts";
import type { Ladder } from "./ladder.ts";
import {
  ColdDouble,
  ColdWord,
  hasExtraBit,
  OrderDouble,
  OrderWord,
  securityIDOf,
  sideOf,
  timeInForceOf,
  waitsBit,
} from "./order-pool.ts";
import { otherLegOf } from "./legs.ts";
import { ExtraDouble } from "./order-extras.ts";
import { assertPair } from "./pair-section.ts";
import type { PartitionState } from "./state.ts";

/**
 * The invariants of a state (reference: book 1 to 9), checked by walking all of it. Throws at the first that is broken. Cost: as a
 * snapshot; nothing on the hot path calls it.
 */
export const auditState = (state: PartitionState): void => {
  state.window.expire(state.now);
  let orderCount = 0;
  let timerCount = 0;
  for (let securityID = 1; securityID <= state.instruments.count; securityID++) {
    const instrument = state.instruments.at(securityID);
    for (const counts of [auditBook(state, instrument), auditStops(state, instrument)]) {
      orderCount += counts.orderCount;
      timerCount += counts.timerCount;
    }
  }
  assert(orderCount === state.orders.count, "every resting order is in one level and in the table");
  assert(orderCount === takenRecords(state), "a record is taken exactly while its order rests");
  assert(orderCount <= state.limits.orderCountMax, "no more orders rest than may");
  assert(timerCount === state.timers.count, "the timers are the GTD orders");
  auditTimers(state);
  auditWindow(state);
  auditDeferred(state);
  auditDeadMen(state);
  auditOpenOrders(state);
  auditPairs(state);
};

const auditPairs = (state: PartitionState): void => {
  for (let slot = 1; slot < state.orders.pool.top; slot++) {
    const other = otherLegOf(state, slot);
    if (other !== 0) assertPair(state, slot, other);
  }
};

const auditBook = (state: PartitionState, instrument: Instrument): BookCounts => {
  const { ladder, asks, tradingState } = instrument;
  const counts = { orderCount: 0, timerCount: 0 };
  if (tradingState === TradingState.Auction) {
    findAuctionPrice(state, instrument, state.outcome);
    const isPublished = instrument.indication.isOf(state.outcome);
    assert(isPublished, "what an auction would come to is published");
  }
  const isWhole = (tradingState === TradingState.Open) === (asks === ladder);
  assert(isWhole, "bids and asks share a ladder exactly while the state is Open");
  auditLadder(state, instrument, ladder, counts);
  if (asks === ladder) return counts;
  assert(ladder.bestAsk === 0 && asks.bestBid === 0, "each side stands on its own ladder");
  auditLadder(state, instrument, asks, counts);
  return counts;
};

const auditLadder = (
  state: PartitionState,
  instrument: Instrument,
  ladder: Ladder,
  counts: BookCounts,
): void => {
  assert(
    ladder.bestAsk === 0 || ladder.bestBid < ladder.bestAsk,
    "the best bid is below the best ask",
  );
  assert(ladder.bestBidLevel === levelOf(ladder, ladder.bestBid), "the best bid's level is known");
  assert(ladder.bestAskLevel === levelOf(ladder, ladder.bestAsk), "the best ask's level is known");
  const highest = ladder.bestAsk === 0 ? ladder.bestBid : highestOf(ladder, ladder.bestAsk);
  for (let price = highest; price !== 0; price = ladder.nextBelow(price)) {
    const side = price > ladder.bestBid ? Side.Sell : Side.Buy;
    assert(side === Side.Buy || price >= ladder.bestAsk, "no level lies between the best prices");
    auditLevel(state, instrument, { price, side, level: ladder.find(price) }, counts);
  }
};

const levelOf = (ladder: Ladder, price: number): number => (price === 0 ? 0 : ladder.find(price));

const highestOf = (ladder: Ladder, from: number): number => {
  let price = from;
  for (let next = price; next !== 0; next = ladder.nextAbove(next)) {
    assert(
      ladder.nextBelow(next) === (next === from ? ladder.bestBid : price),
      "prices link both ways",
    );
    price = next;
  }
  return price;
};

const auditLevel = (
  state: PartitionState,
  instrument: Instrument,
  { price, side, level }: { price: number; side: Side; level: number },
  counts: BookCounts,
): void => {
  let last = 0;
  for (let slot = firstOfLevel(state, level); slot !== 0; slot = nextInLevel(state, slot)) {
    const word = (index: number) => wordAt(state.orders.hot, slot, index);
    assert(word(OrderWord.prev) === last, "a level's links are two-way");
    assert(word(OrderWord.price) === price, "an order stands at its price");
    const traits = word(OrderWord.traits);
    assert(sideOf(traits) === side, "a level has orders of one side");
    assert(securityIDOf(traits) === instrument.securityID, "an order stands in its own book");
    counts.orderCount++;
    if (timeInForceOf(traits) === TimeInForce.GTD) counts.timerCount++;
    assert((traits & waitsBit) === 0, "no order that waits rests");
    auditOrder(state, slot, traits);
    auditIceberg(state, slot, traits);
    last = slot;
  }
  assert(last !== 0, "no level is empty");
  const levels = state.instruments.pages.entries.wordsOf(level >>> 10);
  assert(levels[(level << 1) + 1] === last, "a level ends with its last order");
};

const auditIceberg = ({ orders }: PartitionState, slot: number, traits: number): void => {
  if ((traits & hasExtraBit) === 0) return;
  const shownQty = orders.extras.doubleOf(slot, ExtraDouble.shownQty);
  const leavesQty = doubleAt(orders.hot, slot, OrderDouble.leavesQty);
  const displayQty = orders.extras.doubleOf(slot, ExtraDouble.displayQty) || leavesQty;
  const isPossible = shownQty > 0 && shownQty <= displayQty && shownQty <= leavesQty;
  assert(isPossible, "an iceberg shows some of what is left of it");
};

const takenRecords = ({ orders }: PartitionState): number => {
  let count = 0;
  for (let slot = 1; slot < orders.pool.top; slot++) {
    if (wordAt(orders.hot, slot, OrderWord.traits) !== 0) count++;
  }
  return count;
};

const auditTimers = ({ timers, orders }: PartitionState): void => {
  let parentTime = 0;
  for (let place = 1; place <= timers.count; place++) {
    const slot = timers.slotAt(place);
    assert(wordAt(orders.cold, slot, ColdWord.timer) === place, "an order knows its timer");
    if (place > 1) {
      const parent = timers.slotAt(place >>> 1);
      parentTime = doubleAt(orders.cold, parent, ColdDouble.expireTime);
    }
    const time = doubleAt(orders.cold, slot, ColdDouble.expireTime);
    assert(parentTime <= time, "no timer is due before its parent");
  }
};

const auditWindow = (state: PartitionState): void => {
  const { window, accounts } = state;
  const counts = new Map<number, number>();
  for (const entry of window.entries()) {
    const words = window.wordsOf(entry);
    const at = window.wordAt(entry);
    const accountID = accounts.accountIDOf(words[at + EntryWord.account]!);
    counts.set(accountID, (counts.get(accountID) ?? 0) + 1);
    const id = words.slice(at, at + 4);
    const order = state.orders.find(id, 0);
    const isGoing = entry < 0 && order === 0;
    const found = window.find(hashID(id, 0), id, state.now);
    assert(isGoing || found === entry, "the window finds every entry");
  }
  for (const [accountID, count] of counts) {
    assert(
      accounts.entryCountOf(accounts.find(accountID)) === count,
      "an account's share counts its entries",
    );
  }
};

const auditDeadMen = ({ accounts, deadMen, now }: PartitionState): void => {
  const timers = deadMen.listed;
  const connectionCount = timers.filter(({ connectionID }) => connectionID !== 0).length;
  assert(connectionCount === deadMen.connectionCount, "the timers of connections are counted");
  assert(deadMen.firstDue === (timers[0]?.deadline ?? Infinity), "the first timer is known");
  timers.forEach((timer, index) => {
    const { accountID, connectionID, deadline } = timer;
    const isOwned = accounts.isDefined(accounts.find(accountID));
    assert(isOwned && deadMen.isArmed(accountID, connectionID), "a timer is of a known account");
    assert(deadline > now, "no timer that is due is armed");
    const before = timers[index - 1];
    assert(before === undefined || isDueBefore(before, timer), "timers stand as they run out");
  });
};

const auditDeferred = ({ window, deferred, now, limits }: PartitionState): void => {
  let count = 0;
  for (const entry of window.entries()) {
    if (decisionOf(window.outcomeOf(entry)) !== Decision.Deferred) continue;
    const order = deferred.of(entry);
    assert(order !== undefined, "a deferred entry has its order");
    const seqNum = window.doubleOf(entry, EntryDouble.seqNum);
    assert(order.firstSeqNum === seqNum, "a deferred order is its entry's");
    assert(order.validUntil >= now, "no deferred order that is due waits");
    const entryTime = window.doubleOf(entry, EntryDouble.entryTime);
    assert(order.validUntil < entryTime + limits.idWindowMs, "no deferred entry runs out");
    count++;
  }
  assert(count === deferred.count, "every deferred order has its entry");
};
