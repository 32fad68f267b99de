/** docs/SEMANTICS.md section 5f: the uncross, by trying every price. */
import { CancelReason, OrdStatus, Side, TimeInForce } from "../../schema/generated/enums.ts";
import { cancelOther, cancelResting, least, takeOff } from "./naive-book.ts";
import { auctionFeesOf } from "./naive-fees.ts";
import { referencePriceOf } from "./naive-limits.ts";
import { nextRptSeq } from "./naive-state.ts";
import type { CommandRun, NaiveInstrument, NaiveOrder, NaiveState } from "./naive-state.ts";
import { runTriggered } from "./naive-taking.ts";
import { markReached, noteTrade } from "./naive-triggers.ts";

/** What trades at a price, and what is left of one side at it or better. */
interface Outcome {
  readonly price: number;
  readonly qty: bigint;
  readonly imbalance: bigint;
  readonly imbalanceSide: Side;
}

/** The instrument is Open from here on. */
export function open(state: NaiveState, run: CommandRun, instrument: NaiveInstrument): void {
  const outcome = auctionOutcome(instrument);
  if (outcome !== null) uncross(state, run, instrument, outcome.price);
  for (const order of [...instrument.bids, ...instrument.asks]) {
    if (order.timeInForce !== TimeInForce.AtTheOpening) continue;
    cancelResting(state, run, instrument, order, CancelReason.NotFilledAtOpening);
  }
  markReached(instrument);
  runTriggered(state, run, instrument);
}

/** Where the book would uncross now; null where no bid meets an ask. */
export function auctionOutcome(instrument: NaiveInstrument): Outcome | null {
  const { bids, asks, tickSize } = instrument;
  const [low, high] = [asks[0]?.price ?? Infinity, bids[0]?.price ?? 0];
  const limits = new Set([...bids, ...asks].map(({ price }) => price));
  let best: Outcome | null = null;
  for (let price = low; price <= high; price++) {
    if (price % tickSize !== 0 && !limits.has(price)) continue;
    const outcome = outcomeAt(instrument, price);
    if (best === null || isBetter(instrument, outcome, best)) best = outcome;
  }
  return best;
}

function outcomeAt({ bids, asks }: NaiveInstrument, price: number): Outcome {
  const bought = leavesOf(bids.filter((order) => order.price >= price));
  const sold = leavesOf(asks.filter((order) => order.price <= price));
  return {
    price,
    qty: least(bought, sold),
    imbalance: bought > sold ? bought - sold : sold - bought,
    imbalanceSide: bought === sold ? Side.None : bought > sold ? Side.Buy : Side.Sell,
  };
}

function leavesOf(orders: readonly NaiveOrder[]): bigint {
  return orders.reduce((sum, order) => sum + order.leavesQty, 0n);
}

/** Of two outcomes, the other one at the lower price. */
function isBetter(instrument: NaiveInstrument, outcome: Outcome, than: Outcome): boolean {
  if (outcome.qty !== than.qty) return outcome.qty > than.qty;
  if (outcome.imbalance !== than.imbalance) return outcome.imbalance < than.imbalance;
  const around = referencePriceOf(instrument);
  return around !== 0 && Math.abs(outcome.price - around) < Math.abs(than.price - around);
}

function uncross(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  price: number,
): void {
  for (;;) {
    const [buy] = instrument.bids;
    const [sell] = instrument.asks;
    if (buy === undefined || sell === undefined) return;
    if (buy.price < price || sell.price > price) return;
    const lastQty = least(buy.leavesQty, sell.leavesQty);
    for (const order of [buy, sell]) {
      order.leavesQty -= lastQty;
      order.cumQty += lastQty;
      order.shownQty = order.leavesQty;
      if (order.displayQty > 0n) order.shownQty = least(order.displayQty, order.leavesQty);
      if (order.leavesQty === 0n) takeOff(state, instrument, order);
    }
    noteTrade(instrument, price);
    emitTrade(state, run, instrument, { buy, sell, lastQty });
    for (const order of [buy, sell]) cancelOther(state, run, instrument, order);
  }
}

function emitTrade(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  { buy, sell, lastQty }: { buy: NaiveOrder; sell: NaiveOrder; lastQty: bigint },
): void {
  const statusOf = ({ leavesQty }: NaiveOrder): OrdStatus =>
    leavesQty === 0n ? OrdStatus.Filled : OrdStatus.PartiallyFilled;
  const { lastPx } = instrument;
  run.events.push({
    kind: "Trade",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    makerAccountID: buy.accountID,
    makerOrderID: buy.orderID,
    makerFirstSeqNum: buy.firstSeqNum,
    takerOrderID: sell.orderID,
    takerFirstSeqNum: sell.firstSeqNum,
    lastQty: Number(lastQty),
    makerLeavesQty: Number(buy.leavesQty),
    takerLeavesQty: Number(sell.leavesQty),
    takerAccountID: sell.accountID,
    lastPx,
    aggressorSide: Side.None,
    makerOrdStatus: statusOf(buy),
    takerOrdStatus: statusOf(sell),
    ...auctionFeesOf(state, instrument, { buy, sell }, lastQty * BigInt(lastPx)),
  });
}

const qtyMax = 2n ** 53n - 1n;

/** At the end of a command: what each auction would come to, where that is another than was said last. */
export function indicate(state: NaiveState, run: CommandRun): void {
  for (const instrument of state.instruments) {
    const { published, securityID } = instrument;
    if (published === null) continue;
    const outcome = auctionOutcome(instrument);
    const said = {
      indicativePrice: outcome?.price ?? 0,
      indicativeQty: Number(least(outcome?.qty ?? 0n, qtyMax)),
      imbalanceQty: Number(least(outcome?.imbalance ?? 0n, qtyMax)),
      imbalanceSide: outcome?.imbalanceSide ?? Side.None,
    };
    if (JSON.stringify(said) === JSON.stringify(published)) continue;
    instrument.published = said;
    const rptSeq = nextRptSeq(instrument);
    run.events.push({ kind: "AuctionIndication", rptSeq, securityID, ...said });
  }
}
