/** Turns an intent into a list of cancels, replaces and new orders of one account, now and then one that is to be refused whole. */
import { ContingencyType } from "../../schema/generated/enums.ts";
import type { NewOrderList } from "../../schema/generated/new-order-list.ts";
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
