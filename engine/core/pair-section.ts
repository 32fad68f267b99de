import { readUuid, writeUint53 } from "../../schema/wire.ts";
import { assert } from "./assert.ts";
import type { EngineCapture } from "./capture.ts";
import { linkLegs, otherLegOf, hasTraded } from "./legs.ts";
import { extraShift, ExtraWord } from "./order-extras.ts";
import { flagsMask, orderShift, OrderWord, securityIDOf, sideOf, waitsBit } from "./order-pool.ts";
import { pairBytes } from "./special-section.ts";
import type { SpecialShape } from "./special-section.ts";
import type { PartitionState } from "./state.ts";
import { compareIDs } from "./words.ts";

/** The end of the third section of the canonical form (special-section.ts): orders of which each cancels the other. */

const idBytes = 16;

export interface SnapshotPair {
  /** The lower one. */
  readonly orderID: string;
  readonly otherOrderID: string;
}

/** The slots of each pair's legs, in the order in which they stand. */
export const orderPairs = (
  { orders, extras }: EngineCapture,
  bySlot: ReadonlyMap<number, number>,
): (readonly [number, number])[] => {
  const ids = new Uint8Array(orders.buffers[0]!);
  const words = new Int32Array(extras.buffers[0]!);
  const legs = [...bySlot].map(
    ([slot, extra]) => [slot, words[(extra << extraShift) + ExtraWord.other]!] as const,
  );
  return legs
    .filter(([slot, other]) => other !== 0 && compareIDs(ids, idAt(slot), idAt(other)) < 0)
    .sort(([left], [right]) => compareIDs(ids, idAt(left), idAt(right)));
};

/** Byte where the id of an order's record starts. */
const idAt = (slot: number): number => ((slot << orderShift) + OrderWord.orderID) * 4;

export const writePairs = (
  view: DataView,
  { pairsAt, pairCount }: SpecialShape,
  { orders }: EngineCapture,
  pairs: readonly (readonly [number, number])[],
): void => {
  const ids = new Uint8Array(orders.buffers[0]!);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  writeUint53(view, pairsAt, pairCount);
  pairs.forEach(([first, second], index) => {
    const at = pairsAt + 8 + index * pairBytes;
    bytes.set(ids.subarray(idAt(first), idAt(first) + idBytes), at);
    bytes.set(ids.subarray(idAt(second), idAt(second) + idBytes), at + idBytes);
  });
};

export const readPairs = (view: DataView, { pairsAt, pairCount }: SpecialShape): SnapshotPair[] => {
  return Array.from({ length: pairCount }, (_, index) => {
    const at = pairsAt + 8 + index * pairBytes;
    return { orderID: readUuid(view, at), otherOrderID: readUuid(view, at + idBytes) };
  });
};

/** Links the legs of pairs, whose orders must have been restored. Throws on impossible ones. */
export const restorePairs = (state: PartitionState, view: DataView, shape: SpecialShape): void => {
  assert(shape.end <= view.byteLength, "a snapshot holds all pairs that it counts");
  let last = "";
  for (const { orderID, otherOrderID } of readPairs(view, shape)) {
    assert(orderID > last && orderID < otherOrderID, "pairs stand by their lower orderID");
    last = orderID;
  }
  for (let index = 0; index < shape.pairCount; index++) {
    const at = shape.pairsAt + 8 + index * pairBytes;
    const first = slotOf(state, view, at);
    const second = slotOf(state, view, at + idBytes);
    const isFree = otherLegOf(state, first) === 0 && otherLegOf(state, second) === 0;
    assert(isFree, "no order is in two pairs");
    linkLegs(state, first, second);
    assertPair(state, first, second);
  }
};

const slotOf = (state: PartitionState, view: DataView, at: number): number => {
  state.readID(view, at);
  const slot = state.findOrder();
  assert(slot !== 0, "a leg of a pair is open");
  return slot;
};

/** What holds for the two legs of a pair. Throws otherwise. */
export const assertPair = (state: PartitionState, first: number, second: number): void => {
  const { hot } = state.orders;
  const word = (slot: number, at: number) => hot.wordsOf(slot)[(slot << orderShift) + at]!;
  const traits = word(first, OrderWord.traits);
  const others = word(second, OrderWord.traits);
  const isOne =
    securityIDOf(traits) === securityIDOf(others) &&
    sideOf(traits & flagsMask) === sideOf(others & flagsMask) &&
    word(first, OrderWord.accountID) === word(second, OrderWord.accountID);
  assert(isOne, "a pair is of one account, instrument and side");
  assert(!hasTraded(state, first) && !hasTraded(state, second), "no leg of a pair has traded");
  assert(((traits | others) & waitsBit) !== 0, "at most one leg of a pair rests");
  const isMutual = otherLegOf(state, first) === second && otherLegOf(state, second) === first;
  assert(isMutual, "the legs of a pair name each other");
};
