import {
  CancelReason,
  ExecInst,
  OrdRejReason,
  OrdType,
  SelfTradePrevention,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { readUint53 } from "../../schema/wire.ts";
import { writeDuplicate } from "./answer-events.ts";
import { joinBook } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { canFillWhole } from "./fill-or-kill.ts";
import type { Instrument } from "./instruments.ts";
import { matchTaker } from "./matching.ts";
import { writeOrderAccepted, writeOrderRejected, writeTakerCanceled } from "./order-events.ts";
import {
  ColdDouble,
  coldShift,
  OrderDouble,
  orderShift,
  OrderWord,
  packTraits,
} from "./order-pool.ts";
import { chunkMask, chunkShift } from "./record-pool.ts";
import type { PartitionState } from "./state.ts";
import { copyID } from "./words.ts";
import { isByCash, refuseNewOrder } from "./validate.ts";

/** NewOrderSingle (SEMANTICS §3): refused, or accepted, matched and brought to its end state. */
export function applyNewOrder(
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void {
  state.readID(command, block + New.orderID);
  state.readAccount(command, block);
  const entry = state.findEntry();
  if (entry !== 0) return writeDuplicate(state, entry, command, block, New.templateId, out);
  const instrument = state.instruments.find(command, block + New.symbol);
  const reason = refuseNewOrder(state, instrument, command, block);
  if (reason !== OrdRejReason.IdWindowFull) state.remember(command, block, reason);
  if (instrument === null || reason !== 0) {
    return writeOrderRejected(state, instrument, command, block, reason, out);
  }
  startTaker(state, instrument, command, block);
  const mode = state.taker.selfTradePrevention;
  writeOrderAccepted(state, instrument, command, block, mode, out);
  state.acceptedRptSeq = instrument.rptSeq;
  execute(state, instrument, command, block, out);
}

function startTaker(
  state: PartitionState,
  instrument: Instrument,
  command: DataView,
  block: number,
): void {
  const { taker } = state;
  const mode = command.getUint8(block + New.selfTradePrevention);
  taker.start(
    state.accountID,
    command.getUint8(block + New.side),
    command.getInt32(block + New.price, true),
    mode === SelfTradePrevention.Default ? instrument.selfTradePrevention : mode,
  );
  taker.takeID(state.id, 0, state.seqLow, state.seqHigh);
  taker.leavesQty = readUint53(command, block + New.orderQty);
  taker.cumQty = 0;
  taker.preventedQty = 0;
  if (isByCash(command, block)) taker.payBy(command, block + New.cashOrderQty);
}

function execute(
  state: PartitionState,
  instrument: Instrument,
  command: DataView,
  block: number,
  out: EventBuffer,
): void {
  const { taker } = state;
  const timeInForce = command.getUint8(block + New.timeInForce);
  const isKilled = timeInForce === TimeInForce.FOK && !canFillWhole(state, instrument);
  if (isKilled) taker.endReason = CancelReason.FillOrKill;
  else matchTaker(state, instrument, out);
  if (taker.endReason === 0) {
    if (!taker.hasMore) return;
    if (timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.GTD) {
      return rest(state, instrument, command, block);
    }
    const isLimit = command.getUint8(block + New.ordType) === OrdType.Limit;
    taker.endReason = isLimit ? CancelReason.ImmediateOrCancel : CancelReason.NoLiquidity;
  }
  writeTakerCanceled(instrument, taker, taker.endReason, out);
}

/** Puts what is left of the taker on the book. */
function rest(
  state: PartitionState,
  instrument: Instrument,
  command: DataView,
  block: number,
): void {
  const { orders, taker } = state;
  const slot = orders.allocate();
  const words = orders.words[slot >>> chunkShift]!;
  const at = (slot & chunkMask) << orderShift;
  copyID(taker.orderID, 0, words, at + OrderWord.orderID);
  const postOnly = command.getUint8(block + New.execInst) & ExecInst.postOnly;
  const timeInForce = command.getUint8(block + New.timeInForce);
  const { selfTradePrevention, side } = taker;
  const { securityID } = instrument;
  words[at + OrderWord.traits] = packTraits(
    side,
    timeInForce,
    selfTradePrevention,
    postOnly,
    securityID,
  );
  words[at + OrderWord.accountID] = taker.accountID;
  words[at + OrderWord.firstSeqNum] = state.seqLow;
  words[at + OrderWord.firstSeqNum + 1] = state.seqHigh;
  const doubles = orders.doubles[slot >>> chunkShift]!;
  doubles[(at >>> 1) + OrderDouble.leavesQty] = taker.leavesQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty] = taker.leavesQty + taker.cumQty;
  restCold(state, slot, command, block);
  joinBook(state, instrument, slot, taker.price);
  orders.table.insert(state.idHash, slot);
  if (timeInForce === TimeInForce.GTD) state.timers.set(slot);
}

function restCold(state: PartitionState, slot: number, command: DataView, block: number): void {
  const doubles = state.orders.coldDoubles[slot >>> chunkShift]!;
  const at = (slot & chunkMask) << (coldShift - 1);
  doubles[at + ColdDouble.entryRptSeq] = state.acceptedRptSeq;
  doubles[at + ColdDouble.preventedQty] = state.taker.preventedQty;
  doubles[at + ColdDouble.expireTime] = readUint53(command, block + New.expireTime);
}
