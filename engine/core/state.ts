import { Decision } from "../../schema/generated/enums.ts";
import { readUint53 } from "../../schema/wire.ts";
import { AccountLimitsTable } from "./account-limits.ts";
import { Accounts } from "./accounts.ts";
import { AuctionOutcome } from "./auction-price.ts";
import { uint53At } from "./command-buffer.ts";
import { DeadManTimers } from "./dead-man-timers.ts";
import { DeferredOrders } from "./deferred-orders.ts";
import { highWord } from "./event-buffer.ts";
import { FeeTable } from "./fees.ts";
import { hashID } from "./id-table.ts";
import { IdWindow } from "./id-window.ts";
import { Auctions } from "./indications.ts";
import { Instruments } from "./instruments.ts";
import type { Instrument } from "./instruments.ts";
import { Keys } from "./keys.ts";
import type { EngineLimits } from "./limits.ts";
import { OrderRequest } from "./order-request.ts";
import { OrderPool, securityIDOf } from "./order-pool.ts";
import { PlainTables } from "./plain-tables.ts";
import { Quarantines } from "./quarantines.ts";
import { ScheduledStates } from "./scheduled-states.ts";
import { builtSemantics } from "./semantics.ts";
import type { Semantics, SemanticsList } from "./semantics.ts";
import { SlotList } from "./slot-list.ts";
import { numberCount, StateNumber } from "./state-numbers.ts";
import { Taker } from "./taker.ts";
import { Timers } from "./timers.ts";

/** Every command but TimeTick starts with these (messages.xml); the id is commandID, or orderID for a new order. */
export const CommandHead = {
  sendingTime: 0,
  validUntil: 8,
  id: 16,
  requestHash: 32,
  accountID: 40,
} as const;

const idWords = 4;

/** Log time may pass a command's sendingTime by this much, so that one broker's fast clock does not drag it ahead. */
const aheadOfSendingMs = 60_000;

/** All that a partition knows, and beside it what its command at hand is. */
export class PartitionState {
  readonly limits: EngineLimits;
  /** What this build has, and what of it is active. */
  readonly versions: SemanticsList;
  semantics: Semantics;
  readonly orders = new OrderPool();
  readonly timers = new Timers(this.orders);
  readonly instruments = new Instruments();
  readonly accounts: Accounts;
  readonly keys = new Keys();
  readonly accountLimits = new AccountLimitsTable();
  readonly fees = new FeeTable();
  readonly deadMen = new DeadManTimers();
  readonly scheduled = new ScheduledStates();
  readonly auctions = new Auctions();
  readonly window: IdWindow;
  readonly deferred = new DeferredOrders();
  readonly quarantines = new Quarantines();
  readonly tables = new PlainTables();
  /** By StateNumber. */
  readonly numbers = new Float64Array(numberCount);

  // Of the command at hand, not part of the state:
  /** firstSeqNum of the order at hand, low and high word: the command's own but for a later attempt. */
  seqLow = 0;
  seqHigh = 0;
  /** Its id as words, with room for the requestHash behind them as in a command, and the hash of the id. */
  readonly id = new Int32Array(idWords + 2);
  idHash = 0;
  /** Its entry in the id window, of an order that may rest. */
  entry = 0;
  /** Its account, and the slot of that account's record, 0 where there is none. */
  accountID = 0;
  account = 0;
  readonly taker = new Taker();
  /** Stops that its trades have reached, in the order in which they are triggered; those that trailed, by side, before that. */
  readonly triggered = new SlotList();
  readonly reachedBuys = new SlotList();
  readonly reachedSells = new SlotList();
  /** What an auction would come to. */
  readonly outcome = new AuctionOutcome();
  /** What a NewOrderSingle asks for. */
  readonly request = new OrderRequest();
  /** What the replace at hand makes of its order. */
  readonly replaced: ReplacedOrder = {
    orderQty: 0,
    leavesQty: 0,
    cumQty: 0,
    price: 0,
    keptPriority: false,
  };

  constructor(limits: EngineLimits, versions: SemanticsList = builtSemantics) {
    this.limits = limits;
    this.versions = versions;
    this.semantics = versions[0];
    this.accounts = new Accounts(limits.idWindowEntryMax);
    this.window = new IdWindow(this.accounts, this.orders, limits.idWindowMs, this.numbers);
  }

  get now(): number {
    return this.numbers[StateNumber.now]!;
  }

  set now(time: number) {
    this.numbers[StateNumber.now] = time;
  }

  get windowTime(): number {
    return this.numbers[StateNumber.windowTime]!;
  }

  set windowTime(time: number) {
    this.numbers[StateNumber.windowTime] = time;
  }

  get seqNum(): number {
    return this.numbers[StateNumber.seqNum]!;
  }

  /** What is not plain has been done. */
  refreshTables(): void {
    this.tables.refresh(this.orders, this.instruments.pages, this.accounts);
  }

  /** Takes the command's place on the log. */
  begin(seqNum: number, commandOffset: number): void {
    this.numbers[StateNumber.seqNum] = seqNum;
    this.numbers[StateNumber.commandOffset] = commandOffset;
    this.takeSeqNum(seqNum);
  }

  /** The order at hand has this firstSeqNum. */
  takeSeqNum(seqNum: number): void {
    this.seqLow = seqNum | 0;
    this.seqHigh = highWord(seqNum);
  }

  /** SEMANTICS §1.1. */
  advance(appendTime: number, sendingTime: number): void {
    this.advanceTo(Math.min(appendTime, sendingTime + aheadOfSendingMs));
  }

  advanceTo(time: number): void {
    const { numbers } = this;
    numbers[StateNumber.now] = Math.max(time, numbers[StateNumber.now]!);
  }

  /** Whether step 2 of the command at hand has nothing to do: then it is over. */
  isQuiet(): boolean {
    const { numbers } = this;
    const now = numbers[StateNumber.now]!;
    if (now >= numbers[StateNumber.dueAt]!) return false;
    numbers[StateNumber.windowTime] = now;
    return true;
  }

  /** The instrument of an order, by its traits. */
  instrumentOf(traits: number): Instrument {
    return this.instruments.at(securityIDOf(traits));
  }

  /** Takes four words of a command as the id to look up. */
  takeID(words: Int32Array, at: number): void {
    const id = this.id;
    id[0] = words[at]!;
    id[1] = words[at + 1]!;
    id[2] = words[at + 2]!;
    id[3] = words[at + 3]!;
    this.idHash = hashID(words, at);
  }

  /** Reads 16 bytes of a message as the id to look up. */
  readID(message: DataView, at: number): void {
    const id = this.id;
    id[0] = message.getInt32(at, true);
    id[1] = message.getInt32(at + 4, true);
    id[2] = message.getInt32(at + 8, true);
    id[3] = message.getInt32(at + 12, true);
    this.idHash = hashID(id, 0);
  }

  /** The id window's entry of the id that was read, or 0. */
  findEntry(): number {
    return this.window.find(this.idHash, this.id, this.now);
  }

  /** The slot of the resting order of the id that was read, or 0. */
  findOrder(): number {
    return this.orders.table.find(this.idHash, this.id, 0);
  }

  /** Takes the command's account. */
  takeAccount(accountID: number): void {
    this.accountID = accountID;
    this.account = this.accounts.find(accountID);
  }

  readAccount(command: DataView, block: number): void {
    this.takeAccount(command.getInt32(block + CommandHead.accountID, true));
  }

  /** Whether the share of the id window of the account that was read is used up (SEMANTICS §2). */
  isShareFull(): boolean {
    if (this.accounts.entryCountOf(this.account) < this.accounts.entryShare) return false;
    this.window.expire(this.now);
    this.account = this.accounts.find(this.accountID);
    return this.accounts.entryCountOf(this.account) >= this.accounts.entryShare;
  }

  /** Whether that share has no room for `count` entries more. */
  isShareShort(count: number): boolean {
    const { accounts } = this;
    if (accounts.entryCountOf(this.account) + count <= accounts.entryShare) return false;
    this.window.expire(this.now);
    this.account = accounts.find(this.accountID);
    return accounts.entryCountOf(this.account) + count > accounts.entryShare;
  }

  /** Whether the command at hand comes after `validUntil`, until when its sender wanted it. */
  isAfter(validUntil: number): boolean {
    return validUntil !== 0 && validUntil < this.now;
  }

  /** As isTooLate, of a command whose block starts at word `block`. */
  isLate(commands: Int32Array, block: number): boolean {
    return this.isAfter(uint53At(commands, block + (CommandHead.validUntil >>> 2)));
  }

  isTooLate(command: DataView, block: number): boolean {
    return this.isAfter(readUint53(command, block + CommandHead.validUntil));
  }

  /** Leaves an entry under the id and the account that were read, and returns it. `reason` is 0 for an accepted command. */
  remember(command: DataView, block: number, reason: number): number {
    const hashAt = block + CommandHead.requestHash;
    const [low, high] = [command.getInt32(hashAt, true), command.getInt32(hashAt + 4, true)];
    return this.rememberHash(low, high, reason);
  }

  /** As remember, the requestHash given as low and high word. */
  rememberHash(low: number, high: number, reason: number): number {
    if (this.account === 0) this.account = this.accounts.obtain(this.accountID);
    const outcome = reason === 0 ? Decision.Accepted : Decision.Rejected | (reason << 16);
    const { id, idHash, account, numbers, window } = this;
    id[idWords] = low;
    id[idWords + 1] = high;
    this.entry = window.enter(id, 0, idHash, account, outcome, 0, numbers);
    return this.entry;
  }
}

/** What a replace makes of an order. */
interface ReplacedOrder {
  orderQty: number;
  leavesQty: number;
  cumQty: number;
  price: number;
  keptPriority: boolean;
}
