import { addWide, compareWide, multiplyWide, Wide } from "../../schema/wide.ts";
import type { OpenOrders } from "./account-limits.ts";
import { assert } from "./assert.ts";
import { doubleAt, wordAt } from "./audit-order.ts";
import { ExtraWord } from "./order-extras.ts";
import { hasExtraBit, OrderDouble, OrderWord, securityIDOf, waitsBit } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/** What accounts with limits have open is what their orders come to, counted anew. */
export const auditOpenOrders = (state: PartitionState): void => {
  const { accountLimits, orders } = state;
  const found = new Map<OpenOrders, { count: number; notional: Wide }>();
  for (let slot = 1; slot < orders.pool.top; slot++) {
    const traits = wordAt(orders.hot, slot, OrderWord.traits);
    if (traits === 0) continue;
    const account = accountLimits.of(wordAt(orders.hot, slot, OrderWord.accountID));
    const open = account?.open[securityIDOf(traits)];
    const hasExtra = (traits & hasExtraBit) !== 0;
    const number = hasExtra ? orders.extras.wordOf(slot, ExtraWord.openOrders) : 0;
    assert(number === (open?.number ?? 0), "an order is counted where its account has limits");
    assert(account === null || open !== undefined, "an account with limits has its orders counted");
    if (open !== undefined) addTo(found, open, state, slot);
  }
  for (const account of accountLimits.accounts()) {
    for (const open of account.open) {
      if (open === undefined) continue;
      const { count, notional } = found.get(open) ?? { count: 0, notional: new Wide() };
      const isRight = open.count === count && compareWide(open.notional, notional) === 0;
      assert(isRight, "what an account has open is the sum over its orders");
    }
  }
};

const addTo = (
  found: Map<OpenOrders, { count: number; notional: Wide }>,
  open: OpenOrders,
  { orders }: PartitionState,
  slot: number,
): void => {
  const sum = found.get(open) ?? { count: 0, notional: new Wide() };
  const isWaiting = (wordAt(orders.hot, slot, OrderWord.traits) & waitsBit) !== 0;
  const price = isWaiting
    ? orders.extras.wordOf(slot, ExtraWord.price)
    : wordAt(orders.hot, slot, OrderWord.price);
  const own = new Wide();
  multiplyWide(own, doubleAt(orders.hot, slot, OrderDouble.leavesQty), price);
  addWide(sum.notional, own);
  sum.count++;
  found.set(open, sum);
};
