import {
  AccountStatus,
  CancelReason,
  Decision,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderAcceptedLayout as Accepted } from "../../schema/generated/order-accepted.ts";
import { joinLevel } from "./book.ts";
import { uint53At } from "./command-buffer.ts";
import { headerWord, highWord, schemaWord } from "./event-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { isMultiple, isOrderQty, wouldCross } from "./grid.ts";
import { hashID } from "./id-table.ts";
import type { Instrument } from "./instruments.ts";
import { matchTaker } from "./matching.ts";
import { writeTakerCanceled } from "./order-events.ts";
import { ColdDouble, coldShift, OrderDouble, orderShift, OrderWord } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

const acceptedHeader = headerWord(Accepted.templateId, Accepted.blockLength);
const kindAt = New.attempt >>> 2;
const rulesAt = New.timeInForce >>> 2;
/** attempt, side and ordType in their word: a first attempt of a limit order. */
const buyKind = (Side.Buy << 16) | (OrdType.Limit << 24);
const sellKind = (Side.Sell << 16) | (OrdType.Limit << 24);
/** timeInForce and execInst in their word. */
const rulesMask = 0xff00ff;

/**
 * A new limit order GTC or IOC without anything else: what most orders are, in one go. False, and nothing is changed, where it is anything
 * else, is to be refused, or may trigger stops: then applyNewOrder has to do it.
 */
export function enterPlain(
  state: PartitionState,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): boolean {
  if (!isPlain(commands, block)) return false;
  const instrument = state.instruments.take(commands, block + (New.symbol >>> 2));
  if (instrument === null || instrument.isGuarded || !isWelcome(state, instrument, commands, block))
    return false;
  const takes = mayTake(instrument, commands, block);
  if (takes && instrument.stops !== null) return false;
  const idAt = block + (New.orderID >>> 2);
  const hash = hashID(commands, idAt);
  if (state.window.findAt(hash, commands, idAt, state.now) !== 0) return false;
  const account = state.account;
  const entry = state.window.enter(
    commands,
    idAt,
    hash,
    account,
    state.now,
    Decision.Accepted,
    state.seqNum,
    state.commandOffset,
  );
  writeAccepted(state, instrument, commands, block, out);
  if (takes) take(state, instrument, commands, block, hash, entry, out);
  else rest(state, instrument, commands, block, hash, entry);
  return true;
}

/** Whether it is IOC, or crosses. */
function mayTake(instrument: Instrument, commands: Int32Array, block: number): boolean {
  const side = sideAt(commands, block);
  return (
    timeInForceAt(commands, block) !== TimeInForce.GTC ||
    wouldCross(instrument, side, commands[block + (New.price >>> 2)]!)
  );
}

/** Matches it, and brings it to its end state. */
function take(
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  hash: number,
  entry: number,
  out: EventBuffer,
): void {
  const { taker } = state;
  const entryRptSeq = instrument.rptSeq;
  const accountID = commands[block + (New.accountID >>> 2)]!;
  const side = sideAt(commands, block);
  const price = commands[block + (New.price >>> 2)]!;
  taker.start(accountID, side, price, preventionOf(instrument, commands, block));
  taker.takeID(commands, block + (New.orderID >>> 2), state.seqLow, state.seqHigh);
  taker.leavesQty = uint53At(commands, block + (New.orderQty >>> 2));
  taker.cumQty = 0;
  taker.preventedQty = 0;
  matchTaker(state, instrument, out);
  if (taker.endReason !== 0) return writeTakerCanceled(instrument, taker, taker.endReason, out);
  if (taker.leavesQty === 0) return;
  if (timeInForceAt(commands, block) !== TimeInForce.GTC) {
    return writeTakerCanceled(instrument, taker, CancelReason.ImmediateOrCancel, out);
  }
  restRemainder(state, rest(state, instrument, commands, block, hash, entry), entryRptSeq);
}

/** What has been put on the book in `slot` is only what the taker has left. `entryRptSeq` is that of its OrderAccepted. */
function restRemainder({ orders, taker }: PartitionState, slot: number, entryRptSeq: number): void {
  const doubles = orders.hot.doublesOf(slot);
  const at = slot << (orderShift - 1);
  doubles[at + OrderDouble.leavesQty] = taker.leavesQty;
  doubles[at + OrderDouble.fillableQty] = taker.leavesQty + taker.cumQty;
  const rare = orders.cold.doublesOf(slot);
  const rareAt = slot << (coldShift - 1);
  rare[rareAt + ColdDouble.entryRptSeq] = entryRptSeq;
  rare[rareAt + ColdDouble.preventedQty] = taker.preventedQty;
}

/** Puts it on the book with all its quantity; its slot. */
function rest(
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  hash: number,
  entry: number,
): number {
  const slot = fill(state, instrument, commands, block, entry);
  state.window.ring.setResting(entry, slot);
  state.orders.table.insert(hash, slot);
  const side = sideAt(commands, block);
  joinLevel(state, instrument.ladder, side, slot, commands[block + (New.price >>> 2)]!);
  return slot;
}

/** Whether it is a limit order GTC or IOC of the first version without cash, expireTime, execInst and attempt. */
function isPlain(commands: Int32Array, block: number): boolean {
  const kind = commands[block + kindAt]!;
  const rules = commands[block + rulesAt]! & rulesMask;
  const cash = block + (New.cashOrderQty >>> 2);
  const expireTime = block + (New.expireTime >>> 2);
  return (
    (kind === buyKind || kind === sellKind) &&
    (rules === TimeInForce.GTC || rules === TimeInForce.IOC) &&
    (commands[cash]! |
      commands[cash + 1]! |
      commands[cash + 2]! |
      commands[expireTime]! |
      commands[expireTime + 1]! |
      (commands[block - 1]! >>> 16)) ===
      0
  );
}

/** Whether all checks of SEMANTICS §3 but the first pass. Leaves its account in the state. */
function isWelcome(
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
): boolean {
  const price = commands[block + (New.price >>> 2)]!;
  const orderQty = uint53At(commands, block + (New.orderQty >>> 2));
  const { accounts, limits, orders } = state;
  state.takeAccount(commands[block + (New.accountID >>> 2)]!);
  const { account } = state;
  return (
    price > 0 &&
    orderQty > 0 &&
    accounts.statusOf(account) === AccountStatus.Active &&
    accounts.entryCountOf(account) < accounts.entryShare &&
    commands[block + (New.orderID >>> 2)]! === instrument.firstOfOrderIDs &&
    instrument.tradingState === TradingState.Open &&
    !state.isAfter(uint53At(commands, block + (New.validUntil >>> 2))) &&
    isMultiple(price, instrument.tickSize) &&
    isOrderQty(instrument, orderQty) &&
    orders.count < limits.orderCountMax
  );
}

function timeInForceAt(commands: Int32Array, block: number): number {
  return commands[block + rulesAt]! & 0xff;
}

/** Fills in a record for the order at hand. */
function fill(
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  entry: number,
): number {
  const { pool, hot, cold } = state.orders;
  const slot = pool.allocate();
  const words = hot.wordsOf(slot);
  const at = slot << orderShift;
  const idAt = block + (New.orderID >>> 2);
  const orderQty = uint53At(commands, block + (New.orderQty >>> 2));
  words[at + OrderWord.orderID] = commands[idAt]!;
  words[at + OrderWord.orderID + 1] = commands[idAt + 1]!;
  words[at + OrderWord.orderID + 2] = commands[idAt + 2]!;
  words[at + OrderWord.orderID + 3] = commands[idAt + 3]!;
  words[at + OrderWord.entry] = entry;
  words[at + OrderWord.traits] =
    sideAt(commands, block) |
    (TimeInForce.GTC << 2) |
    (preventionOf(instrument, commands, block) << 5) |
    (instrument.securityID << 12);
  words[at + OrderWord.accountID] = commands[block + (New.accountID >>> 2)]!;
  words[at + OrderWord.firstSeqNum] = state.seqLow;
  words[at + OrderWord.firstSeqNum + 1] = state.seqHigh;
  const doubles = hot.doublesOf(slot);
  doubles[(at >>> 1) + OrderDouble.leavesQty] = orderQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty] = orderQty;
  const rare = cold.doublesOf(slot);
  const rareAt = slot << (coldShift - 1);
  rare[rareAt + ColdDouble.entryRptSeq] = instrument.rptSeq;
  rare[rareAt + ColdDouble.preventedQty] = 0;
  rare[rareAt + ColdDouble.expireTime] = 0;
  return slot;
}

function sideAt(commands: Int32Array, block: number): number {
  return (commands[block + kindAt]! >>> 16) & 3;
}

function preventionOf(instrument: Instrument, commands: Int32Array, block: number): number {
  const mode = (commands[block + rulesAt]! >>> 8) & 0xff;
  return mode === SelfTradePrevention.Default ? instrument.selfTradePrevention : mode;
}

/** As writeOrderAccepted, for a plain order. */
function writeAccepted(
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void {
  const header = out.claim(Accepted.blockLength);
  const { words } = out;
  const at = header + 2;
  const rptSeq = ++instrument.rptSeq;
  const idAt = block + (New.orderID >>> 2);
  const qty = block + (New.orderQty >>> 2);
  const from = block + (New.clOrdID >>> 2);
  const to = at + (Accepted.clOrdID >>> 2);
  words[header] = acceptedHeader;
  words[header + 1] = schemaWord;
  words[at + (Accepted.rptSeq >>> 2)] = rptSeq;
  words[at + (Accepted.rptSeq >>> 2) + 1] = highWord(rptSeq);
  words[at + (Accepted.securityID >>> 2)] = instrument.securityID;
  words[at + (Accepted.accountID >>> 2)] = commands[block + (New.accountID >>> 2)]!;
  words[at + (Accepted.orderID >>> 2)] = commands[idAt]!;
  words[at + (Accepted.orderID >>> 2) + 1] = commands[idAt + 1]!;
  words[at + (Accepted.orderID >>> 2) + 2] = commands[idAt + 2]!;
  words[at + (Accepted.orderID >>> 2) + 3] = commands[idAt + 3]!;
  words[at + (Accepted.firstSeqNum >>> 2)] = state.seqLow;
  words[at + (Accepted.firstSeqNum >>> 2) + 1] = state.seqHigh;
  words[at + (Accepted.orderQty >>> 2)] = commands[qty]!;
  words[at + (Accepted.orderQty >>> 2) + 1] = commands[qty + 1]!;
  words[at + (Accepted.cashOrderQty >>> 2)] = 0;
  words[at + (Accepted.cashOrderQty >>> 2) + 1] = 0;
  words[at + (Accepted.cashOrderQty >>> 2) + 2] = 0;
  words[at + (Accepted.cashOrderQty >>> 2) + 3] = 0;
  words[at + (Accepted.price >>> 2)] = commands[block + (New.price >>> 2)]!;
  words[at + (Accepted.side >>> 2)] =
    sideAt(commands, block) |
    (OrdType.Limit << 8) |
    (timeInForceAt(commands, block) << 16) |
    (preventionOf(instrument, commands, block) << 24);
  words[at + (Accepted.execInst >>> 2)] = 0;
  words[at + (Accepted.execInst >>> 2) + 1] = 0;
  words[at + (Accepted.expireTime >>> 2)] = 0;
  words[at + (Accepted.expireTime >>> 2) + 1] = 0;
  words[to] = commands[from]!;
  words[to + 1] = commands[from + 1]!;
  words[to + 2] = commands[from + 2]!;
  words[to + 3] = commands[from + 3]!;
  words[to + 4] = commands[from + 4]!;
  words[to + 5] = commands[from + 5]!;
  words[to + 6] = commands[from + 6]!;
  words[to + 7] = commands[from + 7]!;
  words[to + 8] = commands[from + 8]!;
  words[to + 9] = 0;
}
