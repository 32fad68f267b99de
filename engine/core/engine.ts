import { AccountDefinitionLayout } from "../../schema/generated/account-definition.ts";
import { ActivateSemanticsLayout } from "../../schema/generated/activate-semantics.ts";
import { AccountLimitsLayout } from "../../schema/generated/account-limits.ts";
import { BusinessRejectReason } from "../../schema/generated/enums.ts";
import { CancelOnDisconnectLayout } from "../../schema/generated/cancel-on-disconnect.ts";
import { FeeScheduleLayout } from "../../schema/generated/fee-schedule.ts";
import { KeyDefinitionLayout } from "../../schema/generated/key-definition.ts";
import { NewOrderListLayout } from "../../schema/generated/new-order-list.ts";
import { NewOrderSingleLayout } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout } from "../../schema/generated/order-cancel-replace-request.ts";
import { OrderCancelRequestLayout } from "../../schema/generated/order-cancel-request.ts";
import { OrderMassCancelRequestLayout } from "../../schema/generated/order-mass-cancel-request.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import { SecurityDefinitionLayout } from "../../schema/generated/security-definition.ts";
import { SecurityStatusLayout } from "../../schema/generated/security-status.ts";
import { TimeTickLayout } from "../../schema/generated/time-tick.ts";
import { copyNewerOrder, newerOrderBytes } from "../../schema/newer-order.ts";
import { writeTimeTicked, writeUnreadable } from "./answer-events.ts";
import { assert } from "./assert.ts";
import { auditState } from "./audit.ts";
import { applyCancel, applyMassCancel, expireOrders } from "./cancel.ts";
import { captureState } from "./capture.ts";
import { CommandBuffer, uint53At } from "./command-buffer.ts";
import type { EngineCapture } from "./capture.ts";
import {
  applyAccountDefinition,
  applyAccountLimits,
  applyActivateSemantics,
  applyFeeSchedule,
  applyKeyDefinition,
  applySecurityDefinition,
  applySecurityStatus,
} from "./definitions.ts";
import { applyCancelOnDisconnect, fireDeadMen } from "./dead-man.ts";
import { settleDue } from "./deferral.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { indicate } from "./indications.ts";
import { completeLimits } from "./limits.ts";
import type { EngineLimits } from "./limits.ts";
import { applyList } from "./lists.ts";
import { applyNewOrder } from "./order-entry.ts";
import { applyPlain } from "./plain-commands.ts";
import { Preparation } from "./prepare.ts";
import { applyReplace } from "./replace.ts";
import { restoreState } from "./restore.ts";
import { builtSemantics } from "./semantics.ts";
import type { SemanticsList } from "./semantics.ts";
import { runScheduled } from "./sessions.ts";
import { StateNumber } from "./state-numbers.ts";
import { CommandHead, PartitionState } from "./state.ts";
import { waitingOrders } from "./waiting-orders.ts";
import type { WaitingOrder } from "./waiting-orders.ts";

export type { EngineCapture } from "./capture.ts";
export type { EngineLimits } from "./limits.ts";

/**
 * The deterministic core of a partition: commands in, events out, nothing else (docs/SEMANTICS.md).
 *
 * Invariant: state and events are a pure function of the calls since construction or restore. No clock, no random, no I/O.
 * Cost: no allocation a command in steady state; operator's commands and growing tables excepted.
 */
export class Engine {
  #state: PartitionState;
  #preparation: Preparation;

  /** `versions` are the semantics that the build has; a partition begins with the first of them. */
  constructor(limits: Partial<EngineLimits> = {}, versions: SemanticsList = builtSemantics) {
    this.#state = new PartitionState(completeLimits(limits), versions);
    this.#preparation = preparationOf(this.#state);
  }

  /**
   * An engine in the state of a canonical form. Throws where the bytes are none, or of a state that cannot be; UnknownSemantics where what
   * is active in it is none of `versions`.
   */
  static restore(bytes: Uint8Array, versions: SemanticsList = builtSemantics): Engine {
    const engine = new Engine({}, versions);
    engine.#state = restoreState(bytes, versions);
    engine.#preparation = preparationOf(engine.#state);
    return engine;
  }

  /** Log time after the last command, in ms. */
  get now(): number {
    return this.#state.now;
  }

  /** The semantics by which the next command is decided. */
  get semanticsVersion(): number {
    return this.#state.semantics.semanticsVersion;
  }

  /** Up to this version of the schema the next command is read. */
  get schemaVersion(): number {
    return this.#state.semantics.schemaVersion;
  }

  /**
   * One command: the record at byte `at`, a multiple of 8, of `commands`, of a version up to schemaVersion, which checkCommandFrame has
   * passed. Writes at least one event into `out`. Never throws for a client's mistake; UnknownSemantics where semantics become active that
   * the build does not have: then this engine is of no use any more.
   */
  apply(
    commands: CommandBuffer,
    at: number,
    commandOffset: number,
    appendTime: number,
    seqNum: number,
    out: EventBuffer,
  ): void {
    const state = this.#state;
    const { words } = commands;
    const block = (at + headerBytes) >>> 2;
    const header = words[at >>> 2]!;
    assert(block + ((header & 0xffff) >>> 2) <= words.length, "a command has its whole block");
    state.begin(seqNum, commandOffset);
    state.advance(appendTime, uint53At(words, block + (CommandHead.sendingTime >>> 2)));
    const isQuiet = state.isQuiet();
    if (!isQuiet) runDue(state, out);
    if (applyPlain(state, header >>> 16, words, block, out)) {
      if (isQuiet) return;
    } else applyAny(state, header >>> 16, commands, block, out);
    if (state.auctions.count !== 0) indicate(state, out);
  }

  /**
   * Reads what `count` commands will look up, preparedMax at most, one every `stride` bytes from byte `at` on, and changes nothing: where
   * several wait, their memory is on its way before each is applied. They must have passed checkCommandFrame.
   */
  prepare({ words }: CommandBuffer, at: number, stride: number, count: number): void {
    this.#preparation.prepare(words, at >>> 2, stride >>> 2, count);
  }

  /** A NewOrderSingle of a version above schemaVersion, at the start of `record`, of which `isNewerOrder` holds. */
  applyNewer(
    record: DataView,
    commandOffset: number,
    appendTime: number,
    seqNum: number,
    out: EventBuffer,
  ): void {
    const state = this.#state;
    const order = new CommandBuffer(newerOrderBytes);
    copyNewerOrder(record, order.view, this.schemaVersion);
    const block = headerBytes >>> 2;
    state.begin(seqNum, commandOffset);
    state.advance(appendTime, uint53At(order.words, block + (CommandHead.sendingTime >>> 2)));
    runDue(state, out);
    applyNewOrder(state, order, block, true, out);
    state.numbers[StateNumber.dueAt] = 0;
    indicate(state, out);
  }

  /** A record of the log that is no command, or is not looked into. */
  applyUnreadable(
    reason: "Undecodable" | "UnknownTemplate" | "Quarantined",
    commandOffset: number,
    appendTime: number,
    seqNum: number,
    out: EventBuffer,
  ): void {
    const state = this.#state;
    state.begin(seqNum, commandOffset);
    state.advanceTo(appendTime);
    runDue(state, out);
    writeUnreadable(BusinessRejectReason[reason], out);
    indicate(state, out);
  }

  get limits(): EngineLimits {
    return this.#state.limits;
  }

  /** Orders that are open. */
  get orderCount(): number {
    return this.#state.orders.count;
  }

  /** Requests whose ids are remembered. */
  get idWindowEntryCount(): number {
    return this.#state.window.count;
  }

  /** What the resting orders take, with their table, levels, and what finds ids again; free room for more included. */
  get memoryBytes(): { readonly orders: number; readonly levels: number; readonly window: number } {
    const { orders, instruments, window } = this.#state;
    const { pool, table } = orders;
    return {
      orders: pool.byteLength + table.byteLength,
      levels: instruments.pages.byteLength,
      window: window.byteLength,
    };
  }

  /** Offset of the next command that may be set aside; Infinity where there is none. */
  get quarantinedOffset(): number {
    return this.#state.quarantines.nextOffset;
  }

  /** Sets a command aside that has not been applied yet. `commandHash`: 16 hex digits. */
  quarantine(commandOffset: number, commandHash: string): void {
    this.#state.quarantines.add(commandOffset, commandHash);
  }

  /** Whether the command that comes next is set aside; what is pending for it is used up. */
  takeQuarantine(commandOffset: number, commandHash: string): boolean {
    return this.#state.quarantines.take(commandOffset, commandHash);
  }

  /** The orders that wait for another attempt, by firstSeqNum. */
  deferredOrders(): WaitingOrder[] {
    return waitingOrders(this.#state);
  }

  /** A copy of the state as of the last command, to be posted to a Worker or handed to serialiseCapture. */
  capture(): EngineCapture {
    return captureState(this.#state);
  }

  /** Walks the whole state and throws where it contradicts itself. For tests and drills: it costs as much as a snapshot. */
  audit(): void {
    auditState(this.#state);
  }
}

const preparationOf = ({ window, orders }: PartitionState): Preparation =>
  new Preparation(window.index, orders);

/** SEMANTICS §1, step 2; and what commands that are not plain have left to be seen to. */
const runDue = (state: PartitionState, out: EventBuffer): void => {
  const { window } = state;
  if (state.timers.count !== 0) expireOrders(state, out);
  if (state.deadMen.firstDue <= state.now) fireDeadMen(state, out);
  if (state.scheduled.firstDue <= state.now) runScheduled(state, out);
  if (state.deferred.firstDue < state.now) settleDue(state, out);
  if (window.released !== 0 || window.batchDue <= state.now) window.expireBatch(state.now);
  state.windowTime = state.now;
  state.numbers[StateNumber.dueAt] = nextDue(state);
  state.refreshTables();
};

/** Before then runDue has nothing to do, unless commands change that; 0 where each command has to look. */
const nextDue = (state: PartitionState): number => {
  const { timers, window, deadMen, scheduled, deferred } = state;
  if (timers.count !== 0 || window.released !== 0) return 0;
  return Math.min(window.batchDue, deadMen.firstDue, scheduled.firstDue, deferred.firstDue);
};

/** The command whose block starts at word `block`; what it leaves may be due at once, and tables may have grown: runDue is next. */
const applyAny = (
  state: PartitionState,
  templateId: number,
  commands: CommandBuffer,
  block: number,
  out: EventBuffer,
): void => {
  state.numbers[StateNumber.dueAt] = 0;
  switch (templateId) {
    case NewOrderSingleLayout.templateId:
      return applyNewOrder(state, commands, block, false, out);
    case OrderCancelRequestLayout.templateId:
      return applyCancel(state, commands, block, out);
    case OrderCancelReplaceRequestLayout.templateId:
      return applyReplace(state, commands, block, out);
    case NewOrderListLayout.templateId:
      return applyList(state, commands, block, out);
    default:
      return applyRare(state, templateId, commands.view, block << 2, out);
  }
};

/** The command whose block starts at byte `block`. */
const applyRare = (
  state: PartitionState,
  templateId: number,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  switch (templateId) {
    case OrderMassCancelRequestLayout.templateId:
      return applyMassCancel(state, command, block, out);
    case SecurityDefinitionLayout.templateId:
      return applySecurityDefinition(state, command, block, out);
    case SecurityStatusLayout.templateId:
      return applySecurityStatus(state, command, block, out);
    case AccountDefinitionLayout.templateId:
      return applyAccountDefinition(state, command, block, out);
    case AccountLimitsLayout.templateId:
      return applyAccountLimits(state, command, block, out);
    case CancelOnDisconnectLayout.templateId:
      return applyCancelOnDisconnect(state, command, block, out);
    case FeeScheduleLayout.templateId:
      return applyFeeSchedule(state, command, block, out);
    case KeyDefinitionLayout.templateId:
      return applyKeyDefinition(state, command, block, out);
    case ActivateSemanticsLayout.templateId:
      return applyActivateSemantics(state, command, block, out);
    case TimeTickLayout.templateId:
      return writeTimeTicked(command, block, out);
    default:
      throw new Error("Invariant broken: only commands are applied");
  }
};
