import { AccountStatus, Decision, TradingState } from "../../schema/generated/enums.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { joinLevel, leaveLevelOf } from "./book.ts";
import { uint53At } from "./command-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { isMultiple, isOrderQty, wouldCross } from "./grid.ts";
import { hashID } from "./id-table.ts";
import type { Instrument } from "./instruments.ts";
import { writeOrderReplaced } from "./order-events.ts";
import {
  ColdDouble,
  coldShift,
  isPlainGTC,
  OrderDouble,
  orderShift,
  OrderWord,
  sideOf,
} from "./order-pool.ts";
import { bucketOf } from "./plain-cancel.ts";
import { losesPriority } from "./order-request.ts";
import type { PartitionState } from "./state.ts";

/**
 * A replace of the first version that gives a plain GTC order a price and a quantity with which it rests at once: what most replaces are,
 * in one go. False, and nothing is changed, where it is anything else, is to be refused, would take or end the order, or where a
 * table is growing: then applyReplace has to do it.
 */
export function replacePlain(
  state: PartitionState,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): boolean {
  const { hot, table } = state.orders;
  if (hot.isMoving || table.isMoving || commands[block - 1]! >>> 16 !== 0) return false;
  const { words } = hot;
  const bucket = bucketOf(table.pairs, words, commands, block + (Replace.orderID >>> 2));
  if (bucket < 0) return false;
  const slot = table.pairs[bucket + 1]!;
  const at = slot << orderShift;
  const traits = words[at + OrderWord.traits]!;
  const instrument = state.instrumentOf(traits);
  if (!isPlainGTC(traits) || instrument.isGuarded) return false;
  const accountID = commands[block + (Replace.accountID >>> 2)]!;
  if (words[at + OrderWord.accountID] !== accountID) return false;
  if (!isWelcome(state, instrument, traits, commands, block)) return false;
  if (!takeRequest(state, slot, commands, block) || !remember(state, commands, block)) return false;
  change(state, instrument, slot, commands, block, out);
  return true;
}

/** Whether the checks of SEMANTICS §4 but those of id and order pass, and it does not take. Leaves its account in the state. */
function isWelcome(
  state: PartitionState,
  instrument: Instrument,
  traits: number,
  commands: Int32Array,
  block: number,
): boolean {
  const price = commands[block + (Replace.price >>> 2)]!;
  const { accounts } = state;
  state.takeAccount(commands[block + (Replace.accountID >>> 2)]!);
  const { account } = state;
  return (
    price > 0 &&
    accounts.statusOf(account) === AccountStatus.Active &&
    accounts.entryCountOf(account) < accounts.entryShare &&
    instrument.tradingState === TradingState.Open &&
    !state.isAfter(uint53At(commands, block + (Replace.validUntil >>> 2))) &&
    isMultiple(price, instrument.tickSize) &&
    isOrderQty(instrument, uint53At(commands, block + (Replace.orderQty >>> 2))) &&
    !wouldCross(instrument, sideOf(traits), price)
  );
}

/** Puts into state.replaced what the order becomes. Whether there is something left of it. */
function takeRequest(
  { orders, replaced }: PartitionState,
  slot: number,
  commands: Int32Array,
  block: number,
): boolean {
  const { words, doubles } = orders.hot;
  const at = slot << orderShift;
  const cold = orders.cold.doublesOf(slot);
  const preventedQty = cold[(slot << (coldShift - 1)) + ColdDouble.preventedQty]!;
  const fillableQty = doubles[(at >>> 1) + OrderDouble.fillableQty]!;
  const cumQty = fillableQty - doubles[(at >>> 1) + OrderDouble.leavesQty]!;
  const price = commands[block + (Replace.price >>> 2)]!;
  const orderQty = uint53At(commands, block + (Replace.orderQty >>> 2));
  const leavesQty = orderQty - cumQty - preventedQty;
  if (leavesQty <= 0) return false;
  replaced.cumQty = cumQty;
  replaced.price = price;
  replaced.orderQty = orderQty;
  replaced.leavesQty = leavesQty;
  replaced.keptPriority =
    price === words[at + OrderWord.price] &&
    orderQty <= fillableQty + preventedQty &&
    !losesPriority(commands, block);
  return true;
}

/** Enters the request in the id window; false where its id is there already. */
function remember(state: PartitionState, commands: Int32Array, block: number): boolean {
  const { window, account, now, seqNum, commandOffset } = state;
  const idAt = block + (Replace.commandID >>> 2);
  const hash = hashID(commands, idAt);
  if (window.findAt(hash, commands, idAt, now) !== 0) return false;
  window.enter(commands, idAt, hash, account, now, Decision.Accepted, seqNum, commandOffset);
  return true;
}

/** Makes of the order what state.replaced says. */
function change(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void {
  const { words, doubles } = state.orders.hot;
  const { price, leavesQty, cumQty, keptPriority } = state.replaced;
  const { ladder } = instrument;
  const at = slot << orderShift;
  writeOrderReplaced(state, instrument, slot, commands, block, out);
  doubles[(at >>> 1) + OrderDouble.leavesQty] = leavesQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty] = leavesQty + cumQty;
  if (keptPriority) return;
  leaveLevelOf(state.instruments.pages, ladder, words, at);
  joinLevel(state, ladder, sideOf(words[at + OrderWord.traits]!), slot, price);
}
