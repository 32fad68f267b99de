/** Turns an intent into a list of cancels, replaces and new orders of one account, now and then one that is to be refused whole. */
import { ContingencyType, OrdType, Side, TimeInForce } from "../../schema/generated/enums.ts";
import type { NewOrderList } from "../../schema/generated/new-order-list.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import { listItemCountMax, packItems } from "../../schema/order-list.ts";
import type { ListItem } from "../../schema/order-list.ts";
import { Dice } from "./dice.ts";
import type { StreamContext } from "./stream-context.ts";
import { rollIntent } from "./stream-intent.ts";
import type { Intent } from "./stream-intent.ts";
import {
  makeNewOrderSingle,
  makeOrderCancelReplaceRequest,
  makeOrderCancelRequest,
} from "./stream-orders.ts";
import { makeTrigger } from "./stream-triggers.ts";

const aimsMax = 8;

/** What makes a list one that is refused; others are good. */
const Twist = { backwards: 1, miscounted: 2, cut: 3, foreign: 4, tried: 5, timed: 6, many: 7 };
const twistCount = 48;

export function makeNewOrderList(context: StreamContext, intent: Intent): NewOrderList {
  const dice = new Dice(intent.target);
  const fields = context.commandFields(intent);
  const commandID = context.newID(intent, intent.target >>> 0);
  const twist = (intent.target >>> 4) % twistCount;
  const count = twist === Twist.many ? listItemCountMax + 1 : intent.lots % 6;
  const made = [
    ...make(dice.upTo(1), () => cancelOf(context, dice, fields.accountID)),
    ...make(dice.upTo(2), () => replaceOf(context, dice, fields.accountID)),
    ...make(count, () => makeNewOrderSingle(context, rollIntent(dice, context.shape))),
  ];
  const items = made.map((item, index) => itemOf(item, fields.accountID, index === 0 ? twist : 0));
  const bytes = packItems(twist === Twist.backwards ? items.toReversed() : items);
  return {
    kind: "NewOrderList",
    ...fields,
    commandID,
    contingencyType: ContingencyType.None,
    itemCount: items.length + (twist === Twist.miscounted ? 1 : 0),
    items: twist === Twist.cut ? bytes.subarray(0, -8) : bytes,
  };
}

/** What makes a pair one that is refused; others are good. */
const PairTwist = {
  otherSide: 1,
  otherQty: 2,
  sameID: 3,
  atOnce: 4,
  three: 5,
  limits: 6,
  trails: 7,
};

/** A limit order and a stop, or two stops, around the market as their intents say. */
export function makePair(context: StreamContext, intent: Intent): NewOrderList {
  const fields = context.commandFields(intent);
  const commandID = context.newID(intent, intent.target >>> 0);
  const twist = (intent.target >>> 4) % twistCount;
  const isOfLimits = twist === PairTwist.limits;
  const id = intent.id === 0 ? 0 : intent.id + 1;
  const other = { ...intent, target: intent.target >>> 1, id };
  const first = legOf(context, intent, isOfLimits ? 0 : [3, 0, 4, 0][intent.manner % 4]);
  const made = legOf(context, other, isOfLimits ? 0 : 3 + (intent.lots % 2));
  const { side, orderQty } = first;
  const second: NewOrderSingle = {
    ...made,
    side: twist === PairTwist.otherSide ? opposite(side) : side,
    orderQty: twist === PairTwist.otherQty ? Math.abs(orderQty - 1) : orderQty,
    orderID: twist === PairTwist.sameID ? first.orderID : made.orderID,
    ...(twist === PairTwist.atOnce ? { timeInForce: TimeInForce.IOC } : {}),
    ...(twist === PairTwist.trails ? { stopPx: 0, pegOffsetValue: 5 } : {}),
  };
  const two = (intent.target & 1) === 0 ? [first, second] : [second, first];
  const all = twist === PairTwist.three ? [...two, legOf(context, intent, 0)] : two;
  const items = all.map((item) => itemOf(item, fields.accountID, 0));
  return {
    kind: "NewOrderList",
    ...fields,
    commandID,
    contingencyType: ContingencyType.OneCancelsTheOther,
    itemCount: items.length,
    items: packItems(items),
  };
}

function opposite(side: Side): Side {
  return side === Side.Buy ? Side.Sell : Side.Buy;
}

/** Of an ordType as intents have it: 0, or a stop with a stopPx. */
function legOf(context: StreamContext, intent: Intent, ordType = 0): NewOrderSingle {
  const timeInForce = intent.timeInForce >= 3 ? intent.timeInForce : 0;
  const trail = intent.trail === 1 ? 2 : intent.trail;
  const wanted = { ...intent, ordType: 0, timeInForce, trail };
  const limit = makeNewOrderSingle(context, wanted);
  if (ordType === 0) return limit;
  const { displayQty = 0, ...rest } = limit;
  const stop = { ...rest, execInst: 0, ...makeTrigger(context, wanted, limit.side) };
  if (ordType === 3) return { ...stop, ordType: OrdType.Stop, price: 0 };
  return { ...stop, ordType: OrdType.StopLimit, ...(displayQty === 0 ? {} : { displayQty }) };
}

function make(count: number, item: () => ListItem): ListItem[] {
  return Array.from({ length: count }, item);
}

function cancelOf(context: StreamContext, dice: Dice, accountID: number): ListItem {
  return makeOrderCancelRequest(context, aimed(context, dice, accountID));
}

function replaceOf(context: StreamContext, dice: Dice, accountID: number): ListItem {
  return makeOrderCancelReplaceRequest(context, aimed(context, dice, accountID));
}

/** At an order of the account, if one is soon found. */
function aimed(context: StreamContext, dice: Dice, accountID: number): Intent {
  const intent = rollIntent(dice, context.shape);
  for (let tries = 0; tries < aimsMax; tries++) {
    const aim = { ...intent, target: dice.bits() };
    if (context.live(aim)?.order.accountID === accountID) return aim;
  }
  return intent;
}

function itemOf(item: ListItem, accountID: number, twist: number): ListItem {
  return {
    ...item,
    sendingTime: twist === Twist.timed ? 1 : 0,
    validUntil: 0,
    attempt: twist === Twist.tried ? 1 : 0,
    accountID: twist === Twist.foreign ? accountID + 1 : accountID,
  };
}
