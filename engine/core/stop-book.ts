import { Side } from "../../schema/generated/enums.ts";
import { firstOfLevel, joinLevel, leaveBook, leaveLevel, nextInLevel } from "./book.ts";
import type { Instrument } from "./instruments.ts";
import { Ladder } from "./ladder.ts";
import type { LevelPages } from "./level-pages.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import { orderShift, OrderWord, sideOf, waitsBit } from "./order-pool.ts";
import { SlotList } from "./slot-list.ts";
import type { PartitionState } from "./state.ts";

/**
 * An instrument's orders that wait for a trade (SEMANTICS §5a): by stopPx on a ladder a side, those that trail apart, since every trade
 * may move them.
 *
 * Invariants: a level has its orders by placeRptSeq; a trailing order knows its place in `trailing`.
 * Known limit: a taker that trades costs a step for each trailing order of its instrument.
 */
export class StopBook {
  /** Buys are triggered from the lowest stopPx up, as asks are taken; sells from the highest down, as bids are. */
  readonly buys: Ladder;
  readonly sells: Ladder;
  readonly trailing = new SlotList();

  constructor(pages: LevelPages) {
    this.buys = new Ladder(pages);
    this.sells = new Ladder(pages);
  }
}

/** An order that waits joins the stop book, behind those with its stopPx, which stands as the price of its record. */
export const joinStops = (state: PartitionState, instrument: Instrument, slot: number): void => {
  const { extras } = state.orders;
  instrument.stops ??= new StopBook(state.instruments.pages);
  const { stops } = instrument;
  if (extras.wordOf(slot, ExtraWord.pegOffsetValue) !== 0) {
    extras.setWord(slot, ExtraWord.trailingAt, stops.trailing.count);
    stops.trailing.push(slot);
    return;
  }
  const side = sideOf(traitsOf(state, slot));
  const stopPx = stopPxOf(state, slot);
  if (side === Side.Buy) joinLevel(state, stops.buys, Side.Sell, slot, stopPx);
  else joinLevel(state, stops.sells, Side.Buy, slot, stopPx);
};

/** An order leaves its book or its stop book; its record stays, with its limit as price. */
export const withdraw = (state: PartitionState, instrument: Instrument, slot: number): void => {
  const traits = traitsOf(state, slot);
  if ((traits & waitsBit) === 0) return leaveBook(state, instrument, slot);
  if (!leaveQueue(state, slot)) leaveStops(state, instrument, slot);
  const words = state.orders.hot.wordsOf(slot);
  words[(slot << orderShift) + OrderWord.price] = state.orders.extras.wordOf(slot, ExtraWord.price);
};

/** An order that was reached may leave the queue of the cascade, which is empty at all other times. Whether it stood there. */
const leaveQueue = ({ triggered }: PartitionState, slot: number): boolean => {
  for (let index = 0; index < triggered.count; index++) {
    if (triggered.at(index) !== slot) continue;
    triggered.put(index, 0);
    return true;
  }
  return false;
};

/** An order leaves the stop book; its record stays, with its stopPx as price. */
export const leaveStops = (state: PartitionState, { stops }: Instrument, slot: number): void => {
  if (stops === null) return;
  const { extras } = state.orders;
  if (extras.wordOf(slot, ExtraWord.pegOffsetValue) === 0) {
    const side = sideOf(traitsOf(state, slot));
    return leaveLevel(state, side === Side.Buy ? stops.buys : stops.sells, slot);
  }
  const { trailing } = stops;
  const place = extras.wordOf(slot, ExtraWord.trailingAt);
  const last = trailing.at(--trailing.count);
  trailing.put(place, last);
  extras.setWord(last, ExtraWord.trailingAt, place);
};

/** All waiting orders of a side in the order in which they are triggered. Allocates: for what is rare. */
export const waitingInOrder = (
  state: PartitionState,
  { stops }: Instrument,
  side: number,
): number[] => {
  const slots: number[] = [];
  if (stops === null) return slots;
  const ladder = side === Side.Buy ? stops.buys : stops.sells;
  let price = side === Side.Buy ? ladder.bestAsk : ladder.bestBid;
  for (
    ;
    price !== 0;
    price = side === Side.Buy ? ladder.nextAbove(price) : ladder.nextBelow(price)
  ) {
    let slot = firstOfLevel(state, ladder.find(price));
    for (; slot !== 0; slot = nextInLevel(state, slot)) slots.push(slot);
  }
  for (let index = 0; index < stops.trailing.count; index++) {
    const slot = stops.trailing.at(index);
    if (sideOf(traitsOf(state, slot)) === side) slots.push(slot);
  }
  return slots.sort((left, right) => (isTriggeredBefore(state, left, right) ? -1 : 1));
};

/** Whether of two waiting orders of one side the left one is triggered first. */
export const isTriggeredBefore = (state: PartitionState, left: number, right: number): boolean => {
  const leftPx = stopPxOf(state, left);
  const rightPx = stopPxOf(state, right);
  if (leftPx !== rightPx) {
    return sideOf(traitsOf(state, left)) === Side.Buy ? leftPx < rightPx : leftPx > rightPx;
  }
  const { extras } = state.orders;
  const leftPlace = extras.doubleOf(left, ExtraDouble.placeRptSeq);
  return leftPlace < extras.doubleOf(right, ExtraDouble.placeRptSeq);
};

/** What a waiting order waits for. */
export const stopPxOf = (state: PartitionState, slot: number): number =>
  state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.price]!;

const traitsOf = (state: PartitionState, slot: number): number =>
  state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
