import { Side } from "../../schema/generated/enums.ts";
import { firstOfLevel, nextInLevel } from "./book.ts";
import type { Instrument } from "./instruments.ts";
import type { PartitionState } from "./state.ts";

/** The orders of a side of a book, best price first, each level in queue order. Allocates: for what is rare. */
export function* restingInOrder(
  state: PartitionState,
  { ladder, asks }: Instrument,
  side: Side,
): Generator<number, void, undefined> {
  let price = side === Side.Buy ? ladder.bestBid : asks.bestAsk;
  while (price !== 0) {
    const level = side === Side.Buy ? ladder.find(price) : asks.find(price);
    let slot = firstOfLevel(state, level);
    for (; slot !== 0; slot = nextInLevel(state, slot)) yield slot;
    price = side === Side.Buy ? ladder.nextBelow(price) : asks.nextAbove(price);
  }
}
