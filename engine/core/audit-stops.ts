import { Side, TimeInForce } from "../../schema/generated/enums.ts";
import { assert } from "./assert.ts";
import { auditOrder } from "./audit-order.ts";
import type { BookCounts } from "./audit-order.ts";
import type { Instrument } from "./instruments.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import {
  hasExtraBit,
  orderShift,
  OrderWord,
  securityIDOf,
  sideOf,
  timeInForceOf,
  waitsBit,
} from "./order-pool.ts";
import type { PartitionState } from "./state.ts";
import { stopPxOf, waitingInOrder } from "./stop-book.ts";
import { isReachedNow } from "./triggers.ts";

/** The invariants of an instrument's stop book; counts its orders. */
export const auditStops = (state: PartitionState, instrument: Instrument): BookCounts => {
  const counts = { orderCount: 0, timerCount: 0 };
  const lists = [state.triggered, state.reachedBuys, state.reachedSells];
  assert(
    lists.every((list) => list.count === 0),
    "nothing is triggered between commands",
  );
  for (const side of [Side.Buy, Side.Sell]) {
    for (const slot of waitingInOrder(state, instrument, side)) {
      auditWaiting(state, instrument, slot, side);
      counts.orderCount++;
      if (timeInForceOf(traitsOf(state, slot)) === TimeInForce.GTD) counts.timerCount++;
    }
  }
  auditTrailing(state, instrument);
  return counts;
};

const auditWaiting = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  side: Side,
): void => {
  const { rptSeq, securityID } = instrument;
  const traits = traitsOf(state, slot);
  const stopPx = stopPxOf(state, slot);
  assert((traits & waitsBit) !== 0 && (traits & hasExtraBit) !== 0, "what waits says so");
  assert(sideOf(traits) === side, "an order waits on its side");
  assert(securityIDOf(traits) === securityID, "an order waits for its own instrument");
  assert(stopPx > 0, "an order that waits has a stopPx");
  assert(!isReachedNow(instrument, side, stopPx), "no order that was reached waits");
  const place = state.orders.extras.doubleOf(slot, ExtraDouble.placeRptSeq);
  assert(place > 0 && place <= rptSeq, "the place of an order that waits lies in the past");
  auditOrder(state, slot, traits);
};

const auditTrailing = ({ orders }: PartitionState, { stops }: Instrument): void => {
  if (stops === null) return;
  for (let index = 0; index < stops.trailing.count; index++) {
    const place = orders.extras.wordOf(stops.trailing.at(index), ExtraWord.trailingAt);
    assert(place === index, "an order that trails knows its place");
  }
};

const traitsOf = ({ orders }: PartitionState, slot: number): number =>
  orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
