/** docs/SEMANTICS.md section 3: a new order, refused or accepted. */
import { OrdRejReason, SelfTradePrevention } from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import { isPostOnly, isStop, stopPxOf } from "./naive-order-checks.ts";
import { given, instrumentOf, nextRptSeq } from "./naive-state.ts";
import type {
  CommandRun,
  NaiveDeferred,
  NaiveInstrument,
  NaiveOrder,
  NaiveState,
  NaiveTrigger,
} from "./naive-state.ts";
import { runTriggered, take } from "./naive-taking.ts";
import { wait } from "./naive-triggers.ts";

/** Refuses an order for this reason, or accepts it where there is none. */
export function newOrderSingle(
  state: NaiveState,
  run: CommandRun,
  command: NewOrderSingle,
  ordRejReason: OrdRejReason,
): void {
  const instrument = instrumentOf(state, command.symbol);
  if (ordRejReason !== OrdRejReason.None || instrument === undefined) {
    return emitRejected(run, command, instrument, ordRejReason);
  }
  const order = accept(run, command, instrument);
  enterBook(state, run, instrument, order);
  runTriggered(state, run, instrument);
}

export function accept(
  run: CommandRun,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
): NaiveOrder {
  const order = acceptedOrder(run, command, instrument);
  emitAccepted(run, command, instrument, order);
  return order;
}

/** An order that was accepted takes, or waits. */
export function enterBook(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  if (order.trigger === null) take(state, run, instrument, order);
  else wait(state, instrument, order);
}

function acceptedOrder(
  run: CommandRun,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
): NaiveOrder {
  const isDefault = command.selfTradePrevention === SelfTradePrevention.Default;
  const entryRptSeq = nextRptSeq(instrument);
  return {
    orderID: command.orderID,
    accountID: command.accountID,
    firstSeqNum: run.seqNum,
    entryRptSeq,
    side: command.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    selfTradePrevention: isDefault ? instrument.selfTradePrevention : command.selfTradePrevention,
    postOnly: isPostOnly(command),
    expireTime: command.expireTime,
    price: command.price,
    orderQty: BigInt(command.orderQty),
    leavesQty: BigInt(command.orderQty),
    cumQty: 0n,
    preventedQty: 0n,
    displayQty: BigInt(command.displayQty ?? 0),
    shownQty: 0n,
    cash: command.cashOrderQty === 0n ? null : command.cashOrderQty,
    trigger: isStop(command) ? triggerOf(command, instrument, entryRptSeq) : null,
    connectionID: command.connectionID ?? 0,
    other: null,
  };
}

function triggerOf(
  command: NewOrderSingle,
  instrument: NaiveInstrument,
  placeRptSeq: number,
): NaiveTrigger {
  const stopPx = stopPxOf(instrument, command) ?? 0;
  return { stopPx, pegOffsetValue: command.pegOffsetValue ?? 0, placeRptSeq, isReached: false };
}

function emitAccepted(
  run: CommandRun,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  run.events.push({
    kind: "OrderAccepted",
    rptSeq: order.entryRptSeq,
    securityID: instrument.securityID,
    accountID: order.accountID,
    orderID: order.orderID,
    firstSeqNum: order.firstSeqNum,
    orderQty: command.orderQty,
    cashOrderQty: command.cashOrderQty,
    price: command.price,
    side: command.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    selfTradePrevention: order.selfTradePrevention,
    execInst: command.execInst,
    expireTime: command.expireTime,
    clOrdID: command.clOrdID,
    ...given("stopPx", order.trigger?.stopPx),
    ...given("pegOffsetValue", order.trigger?.pegOffsetValue),
    ...given("displayQty", Number(order.displayQty)),
  });
}

/** `run.seqNum` is the order's firstSeqNum. */
export function emitRejected(
  run: CommandRun,
  command: Omit<NaiveDeferred, "firstSeqNum" | "validUntil" | "connectionID">,
  instrument: NaiveInstrument | undefined,
  ordRejReason: OrdRejReason,
): void {
  run.events.push({
    kind: "OrderRejected",
    rptSeq: instrument === undefined ? 0 : nextRptSeq(instrument),
    securityID: instrument?.securityID ?? 0,
    accountID: command.accountID,
    orderID: command.orderID,
    firstSeqNum: run.seqNum,
    orderQty: command.orderQty,
    price: command.price,
    ordRejReason,
    side: command.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    symbol: command.symbol,
    clOrdID: command.clOrdID,
  });
}
