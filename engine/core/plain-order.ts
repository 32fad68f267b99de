import {
  AccountStatus,
  CancelReason,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderAcceptedLayout as Accepted } from "../../schema/generated/order-accepted.ts";
import { accountShift, AccountWord } from "./accounts.ts";
import { joinPage } from "./book.ts";
import { uint53At } from "./command-buffer.ts";
import { headerWord, highWord, schemaWord } from "./event-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { isMultiple, isOrderQty, wouldCross } from "./grid.ts";
import { hashID, putPair } from "./id-table.ts";
import type { Instrument } from "./instruments.ts";
import { matchTaker } from "./matching.ts";
import { writeTakerCanceled } from "./order-events.ts";
import { ColdDouble, coldShift, OrderDouble, orderShift, OrderWord } from "./order-pool.ts";
import { mayBeHeld } from "./plain-tables.ts";
import { CommandHead } from "./state.ts";
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
 * else, is to be refused, may trigger stops, or would let a table grow: then applyNewOrder has to do it.
 */
export const enterPlain = (
  state: PartitionState,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): boolean => {
  const { tables, orders, window, numbers } = state;
  if (tables.isMoving || !isPlain(commands, block) || !orders.hasRoom) return false;
  const instrument = state.instruments.take(commands, block + (New.symbol >>> 2));
  if (instrument === null || orders.count >= state.limits.orderCountMax) return false;
  const idAt = block + (New.orderID >>> 2);
  if (commands[idAt] !== instrument.firstOfOrderIDs) return false;
  const account = admit(state, instrument, commands, block, New.price >>> 2, New.orderQty >>> 2);
  if (account === 0) return false;
  const takes = mayTake(instrument, commands, block);
  if (takes && instrument.stops !== null) return false;
  const hash = hashID(commands, idAt);
  const slot = takes ? 0 : orders.pool.next;
  if (mayBeHeld(state, hash, commands, idAt)) return false;
  const entry = window.tryEnter(commands, idAt, hash, account, slot, numbers);
  if (entry === 0) return false;
  writeAccepted(state, instrument, commands, block, out);
  if (takes) take(state, instrument, commands, block, hash, entry, out);
  else rest(state, instrument, commands, block, hash, entry);
  return true;
};

/**
 * Where the checks pass that new orders and replaces have in common, the slot of their account's record, 0 elsewhere. `priceAt` and
 * `orderQtyAt` are words of the block.
 */
export const admit = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  priceAt: number,
  orderQtyAt: number,
): number => {
  const price = commands[block + priceAt]!;
  if (price <= 0 || instrument.tradingState !== TradingState.Open || instrument.isGuarded) return 0;
  if (!isMultiple(price, instrument.tickSize)) return 0;
  const orderQty = uint53At(commands, block + orderQtyAt);
  if (orderQty === 0 || !isOrderQty(instrument, orderQty)) return 0;
  if (state.isLate(commands, block)) return 0;
  const account = state.accounts.find(commands[block + (CommandHead.accountID >>> 2)]!);
  return mayEnter(state, account) ? account : 0;
};

/** Whether an account may send orders, and has room in the id window. */
const mayEnter = ({ tables, accounts }: PartitionState, account: number): boolean => {
  const { accountWords } = tables;
  const at = account << accountShift;
  return (
    account !== 0 &&
    accountWords[at + AccountWord.status] === AccountStatus.Active &&
    accountWords[at + AccountWord.entryCount]! < accounts.entryShare
  );
};

/** Whether it is IOC, or crosses. */
const mayTake = (instrument: Instrument, commands: Int32Array, block: number): boolean => {
  const side = sideAt(commands, block);
  return (
    timeInForceAt(commands, block) !== TimeInForce.GTC ||
    wouldCross(instrument, side, commands[block + (New.price >>> 2)]!)
  );
};

/** Matches it, and brings it to its end state. */
const take = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  hash: number,
  entry: number,
  out: EventBuffer,
): void => {
  const { taker } = state;
  const entryRptSeq = instrument.rptSeq;
  startTaker(state, instrument, commands, block);
  matchTaker(state, instrument, out);
  if (taker.endReason !== 0) return writeTakerCanceled(instrument, taker, taker.endReason, out);
  if (taker.leavesQty === 0) return;
  if (timeInForceAt(commands, block) !== TimeInForce.GTC) {
    return writeTakerCanceled(instrument, taker, CancelReason.ImmediateOrCancel, out);
  }
  const slot = rest(state, instrument, commands, block, hash, entry);
  state.window.ring.setResting(entry, slot);
  restRemainder(state, slot, entryRptSeq);
};

const startTaker = (
  { taker, seqLow, seqHigh }: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
): void => {
  const accountID = commands[block + (New.accountID >>> 2)]!;
  const side = sideAt(commands, block);
  const price = commands[block + (New.price >>> 2)]!;
  taker.start(accountID, side, price, preventionOf(instrument, commands, block));
  taker.takeID(commands, block + (New.orderID >>> 2), seqLow, seqHigh);
  taker.leavesQty = uint53At(commands, block + (New.orderQty >>> 2));
  taker.cumQty = 0;
  taker.preventedQty = 0;
};

/** What has been put on the book in `slot` is only what the taker has left. `entryRptSeq` is that of its OrderAccepted. */
const restRemainder = (
  { orders, taker }: PartitionState,
  slot: number,
  entryRptSeq: number,
): void => {
  const doubles = orders.hot.doublesOf(slot);
  const at = slot << (orderShift - 1);
  doubles[at + OrderDouble.leavesQty] = taker.leavesQty;
  doubles[at + OrderDouble.fillableQty] = taker.leavesQty + taker.cumQty;
  const rare = orders.cold.doublesOf(slot);
  const rareAt = slot << (coldShift - 1);
  rare[rareAt + ColdDouble.entryRptSeq] = entryRptSeq;
  rare[rareAt + ColdDouble.preventedQty] = taker.preventedQty;
};

/** Puts it on the book with all its quantity; its slot. */
const rest = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  hash: number,
  entry: number,
): number => {
  const { tables, orders, seqLow, seqHigh } = state;
  const { orderWords: words, orderDoubles: doubles, coldDoubles } = tables;
  const slot = orders.pool.take(words, orderShift);
  const at = slot << orderShift;
  const idAt = block + (New.orderID >>> 2);
  const price = commands[block + (New.price >>> 2)]!;
  const side = sideAt(commands, block);
  words[at + OrderWord.orderID] = commands[idAt]!;
  words[at + OrderWord.orderID + 1] = commands[idAt + 1]!;
  words[at + OrderWord.orderID + 2] = commands[idAt + 2]!;
  words[at + OrderWord.orderID + 3] = commands[idAt + 3]!;
  words[at + OrderWord.entry] = entry;
  words[at + OrderWord.traits] =
    side |
    (TimeInForce.GTC << 2) |
    (preventionOf(instrument, commands, block) << 5) |
    (instrument.securityID << 12);
  words[at + OrderWord.accountID] = commands[block + (New.accountID >>> 2)]!;
  words[at + OrderWord.firstSeqNum] = seqLow;
  words[at + OrderWord.firstSeqNum + 1] = seqHigh;
  const orderQty = uint53At(commands, block + (New.orderQty >>> 2));
  doubles[(at >>> 1) + OrderDouble.leavesQty] = orderQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty] = orderQty;
  const coldAt = slot << (coldShift - 1);
  coldDoubles[coldAt + ColdDouble.entryRptSeq] = instrument.rptSeq;
  coldDoubles[coldAt + ColdDouble.preventedQty] = 0;
  coldDoubles[coldAt + ColdDouble.expireTime] = 0;
  orders.table.count++;
  putPair(tables.pairs, hash, slot);
  joinPage(state, instrument.ladder, side, slot, price);
  return slot;
};

/** Whether it is a limit order GTC or IOC of the first version without cash, expireTime, execInst and attempt. */
const isPlain = (commands: Int32Array, block: number): boolean => {
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
};

const timeInForceAt = (commands: Int32Array, block: number): number =>
  commands[block + rulesAt]! & 0xff;

const sideAt = (commands: Int32Array, block: number): number =>
  (commands[block + kindAt]! >>> 16) & 3;

const preventionOf = (instrument: Instrument, commands: Int32Array, block: number): number => {
  const mode = (commands[block + rulesAt]! >>> 8) & 0xff;
  return mode === SelfTradePrevention.Default ? instrument.selfTradePrevention : mode;
};

/** As writeOrderAccepted, for a plain order. */
const writeAccepted = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
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
};
