import { CancelReason, OrdRejReason, OrdType, TimeInForce } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { writeDuplicate } from "./answer-events.ts";
import { uint53At } from "./command-buffer.ts";
import type { CommandBuffer } from "./command-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { cancelLeg, hasTraded, linkLegs } from "./legs.ts";
import { acceptOrder, enterOrder, startTaker } from "./new-order.ts";
import { refuseSecondForCaps } from "./open-orders.ts";
import { writeOrderRejected, writeTakerCanceled } from "./order-events.ts";
import { isLasting, orderShift, OrderWord, waitsBit } from "./order-pool.ts";
import { addOtherOrderID } from "./special-events.ts";
import { acceptSpecial } from "./special-orders.ts";
import type { PartitionState } from "./state.ts";
import { runTriggered } from "./triggers.ts";
import { refuseNewOrder } from "./validate.ts";
import { isSameID } from "./words.ts";

/** Two orders of which each cancels the other (SEMANTICS §4b). `first` and `second` are the words where their blocks start. */

/** Whether two orders may be a pair: of one symbol, side and quantity, at most one of them a Limit, both of those that may stay. */
export const mayBePair = (commands: Int32Array, first: number, second: number): boolean =>
  mayBeLeg(commands, first) &&
  mayBeLeg(commands, second) &&
  !(
    ordTypeOf(commands, first) === OrdType.Limit && ordTypeOf(commands, second) === OrdType.Limit
  ) &&
  !isSameID(commands, first + (New.orderID >>> 2), commands, second + (New.orderID >>> 2)) &&
  isSameID(commands, first + (New.symbol >>> 2), commands, second + (New.symbol >>> 2)) &&
  sideOf(commands, first) === sideOf(commands, second) &&
  orderQtyOf(commands, first) === orderQtyOf(commands, second);

const mayBeLeg = (commands: Int32Array, block: number): boolean => {
  const ordType = ordTypeOf(commands, block);
  const timeInForce = commands[block + (New.timeInForce >>> 2)]! & 0xff;
  const isStop = ordType === OrdType.Stop || ordType === OrdType.StopLimit;
  const mayStay = isLasting(timeInForce) && timeInForce !== TimeInForce.AtTheOpening;
  if (!mayStay || !(isStop || ordType === OrdType.Limit)) return false;
  // Where it starts is to be the same whatever the other leg does before.
  const blockLength = commands[block - 2]! & 0xffff;
  return (
    !isStop || (blockLength >= New.blockLengthV1 && commands[block + (New.stopPx >>> 2)] !== 0)
  );
};

const ordTypeOf = (commands: Int32Array, block: number): number =>
  commands[block + (New.attempt >>> 2)]! >>> 24;

const sideOf = (commands: Int32Array, block: number): number =>
  (commands[block + (New.attempt >>> 2)]! >>> 16) & 0xff;

const orderQtyOf = (commands: Int32Array, block: number): number =>
  uint53At(commands, block + (New.orderQty >>> 2));

/** Refuses both of a pair that mayBePair has passed, or enters one after the other. */
export const applyPair = (
  state: PartitionState,
  commands: CommandBuffer,
  first: number,
  second: number,
  out: EventBuffer,
): void => {
  const { words } = commands;
  const instrument = state.instruments.take(words, first + (New.symbol >>> 2));
  const secondEntry = entryOf(state, words, second);
  const firstEntry = entryOf(state, words, first);
  let secondReason = refuseNewOrder(state, instrument, words, second, false);
  const firstReason = refuseNewOrder(state, instrument, words, first, false);
  const isRefused = (firstReason | secondReason | firstEntry | secondEntry) !== 0;
  if (!isRefused && instrument !== null) {
    secondReason = refuseSecond(state, instrument, words, second);
    if (secondReason === 0) return enterBoth(state, instrument, words, first, second, out);
  }
  refuseLeg(state, instrument, commands, first, firstReason, out);
  refuseLeg(state, instrument, commands, second, secondReason, out);
};

/** What has become of the order's id before, 0 = nothing. */
const entryOf = (state: PartitionState, commands: Int32Array, block: number): number => {
  state.takeID(commands, block + (New.orderID >>> 2));
  return state.findEntry();
};

/** Check 16 once more, of a second leg behind the first one, which state.request is. */
const refuseSecond = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  second: number,
): number => {
  const isFull = state.orders.count + 2 > state.limits.orderCountMax;
  if (isFull) return OrdRejReason.OrderCapacityReached;
  const price = commands[second + (New.price >>> 2)]!;
  return refuseSecondForCaps(state, instrument, price, orderQtyOf(commands, second));
};

/** A leg that is a repeat says so; one without a reason of its own is refused for the other's. */
const refuseLeg = (
  state: PartitionState,
  instrument: Instrument | null,
  commands: CommandBuffer,
  block: number,
  reason: number,
  out: EventBuffer,
): void => {
  const { words, view } = commands;
  const entry = entryOf(state, words, block);
  if (entry !== 0) return writeDuplicate(state, entry, view, block << 2, New.templateId, out);
  const ordRejReason = reason === 0 ? OrdRejReason.OtherLegRefused : reason;
  state.remember(view, block << 2, ordRejReason);
  writeOrderRejected(state, instrument, view, block << 2, ordRejReason, out);
};

const enterBoth = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  first: number,
  second: number,
  out: EventBuffer,
): void => {
  startLeg(state, instrument, commands, first);
  const { isStop } = state.request;
  acceptOrder(state, instrument, commands, first, out);
  const standing = standingOf(state, isStop);
  startLeg(state, instrument, commands, second);
  if (standing === 0) {
    acceptSpecial(state, instrument, commands, second, out);
    startTaker(state);
    writeTakerCanceled(instrument, state.taker, CancelReason.OtherLeg, out);
    return addOtherOrderID(commands, first + (New.orderID >>> 2), out);
  }
  state.taker.firstPx = 0;
  enterOrder(state, instrument, commands, second, out);
  const slot = state.findOrder();
  if (slot !== 0 && !hasTraded(state, slot)) linkLegs(state, standing, slot);
  else cancelLeg(state, instrument, standing, commands, second + (New.orderID >>> 2), out);
  runTriggered(state, instrument, out);
};

/** Makes the leg the order at hand: its id, its entry, and what it asks for as of an order that is not plain. */
const startLeg = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
): void => {
  state.takeID(commands, block + (New.orderID >>> 2));
  refuseNewOrder(state, instrument, commands, block, false);
  const { request } = state;
  if (request.isPlain) {
    request.isPlain = false;
    request.stopPx = 0;
    request.pegOffsetValue = 0;
    request.displayQty = 0;
    request.connectionID = 0;
  }
  const hashAt = block + (New.requestHash >>> 2);
  state.rememberHash(commands[hashAt]!, commands[hashAt + 1]!, 0);
};

/** The slot of the order at hand, 0 where it has traded, was triggered or has ended. */
const standingOf = (state: PartitionState, isStop: boolean): number => {
  const slot = state.findOrder();
  if (slot === 0 || hasTraded(state, slot)) return 0;
  const traits = state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  return isStop && (traits & waitsBit) === 0 ? 0 : slot;
};
