import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { joinPage, leaveLevelOf } from "./book.ts";
import { uint53At } from "./command-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { wouldCross } from "./grid.ts";
import { hashID } from "./id-table.ts";
import type { Ladder } from "./ladder.ts";
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
import { bucketOf, mayBeHeld } from "./plain-tables.ts";
import { admit } from "./plain-order.ts";
import { losesPriority } from "./order-request.ts";
import type { PartitionState } from "./state.ts";

const priceAt = Replace.price >>> 2;
const orderQtyAt = Replace.orderQty >>> 2;

/**
 * A replace of the first version that gives a plain GTC order a price and a quantity with which it rests at once: what most replaces are,
 * in one go. False, and nothing is changed, where it is anything else, is to be refused, would take or end the order, or where a
 * table is growing: then applyReplace has to do it.
 */
export const replacePlain = (
  state: PartitionState,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): boolean => {
  const { tables } = state;
  const { pairs, orderWords: words } = tables;
  if (tables.isMoving || commands[block - 1]! >>> 16 !== 0) return false;
  const orderIDAt = block + (Replace.orderID >>> 2);
  const bucket = bucketOf(tables, hashID(commands, orderIDAt), commands, orderIDAt);
  if (bucket < 0) return false;
  const slot = pairs[bucket + 1]!;
  const at = slot << orderShift;
  const traits = words[at + OrderWord.traits]!;
  const accountID = commands[block + (Replace.accountID >>> 2)]!;
  if (!isPlainGTC(traits) || words[at + OrderWord.accountID] !== accountID) return false;
  const instrument = state.instrumentOf(traits);
  const side = sideOf(traits);
  if (wouldCross(instrument, side, commands[block + priceAt]!)) return false;
  const account = admit(state, instrument, commands, block, priceAt, orderQtyAt);
  if (account === 0 || !takeRequest(state, slot, commands, block)) return false;
  const idAt = block + (Replace.commandID >>> 2);
  const hash = hashID(commands, idAt);
  const { window, numbers } = state;
  if (mayBeHeld(state, hash, commands, idAt)) return false;
  if (window.tryEnter(commands, idAt, hash, account, 0, numbers) === 0) return false;
  writeOrderReplaced(state, instrument, slot, commands, block, out);
  change(state, instrument.ladder, slot, side);
  return true;
};

/** Puts into state.replaced what the order becomes. Whether there is something left of it. */
const takeRequest = (
  { tables, replaced }: PartitionState,
  slot: number,
  commands: Int32Array,
  block: number,
): boolean => {
  const { orderWords: words, orderDoubles: doubles, coldDoubles } = tables;
  const at = slot << orderShift;
  const preventedQty = coldDoubles[(slot << (coldShift - 1)) + ColdDouble.preventedQty]!;
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
};

/** Makes of the order what state.replaced says. */
const change = (state: PartitionState, ladder: Ladder, slot: number, side: number): void => {
  const { tables, replaced } = state;
  const { orderDoubles: doubles } = tables;
  const { price, leavesQty, cumQty, keptPriority } = replaced;
  const at = slot << orderShift;
  doubles[(at >>> 1) + OrderDouble.leavesQty] = leavesQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty] = leavesQty + cumQty;
  if (keptPriority) return;
  leaveLevelOf(state.instruments.pages, ladder, tables.orderWords, at);
  joinPage(state, ladder, side, slot, price);
};
