import { SelfTradePreventionName, Side, TradingStateName } from "../schema/generated/enums.ts";
import type {
  AuctionView,
  Book as BookAnswer,
  BookLevel,
  BookLevelOrders,
  Instrument,
  PublicTrade,
} from "../schema/http/reads.ts";
import { formatDecimal } from "../schema/units.ts";
import type { Book, InstrumentTerms } from "./book.ts";
import { timeText } from "./code-name.ts";
import type { Ladder, Level } from "./ladder.ts";
import { sideText } from "./orders.ts";
import type { TradePrint } from "./trade-ring.ts";

/** A book as the API shows it: best price first, `depth` levels a side at most. */
export function viewBook(
  book: Book,
  view: { level: "1" | "2" | "3"; depth: number; position: string },
): BookAnswer {
  const { terms, seqNum, rptSeq, bids, asks } = book;
  const { position } = view;
  const fields = { symbol: terms.symbol, seqNum, rptSeq, ...viewState(book), position };
  switch (view.level) {
    case "1":
      return { ...fields, level: 1, bids: levels(bids, terms, 1), asks: levels(asks, terms, 1) };
    case "2": {
      const { depth } = view;
      return {
        ...fields,
        level: 2,
        bids: levels(bids, terms, depth),
        asks: levels(asks, terms, depth),
      };
    }
    case "3": {
      const { depth } = view;
      return {
        ...fields,
        level: 3,
        bids: queues(bids, terms, depth),
        asks: queues(asks, terms, depth),
      };
    }
  }
}

/** The trading state, and in an auction what its opening would come to. */
export function viewState({ terms, indication }: Book): {
  tradingState: BookAnswer["tradingState"];
  auction?: AuctionView;
} {
  const tradingState = TradingStateName[terms.tradingState];
  if (indication === null) return { tradingState };
  const { indicativePrice, indicativeQty, imbalanceQty, imbalanceSide } = indication;
  const { priceExponent, qtyExponent } = terms;
  return {
    tradingState,
    auction: {
      ...(indicativePrice === 0
        ? {}
        : { indicativePrice: formatDecimal(indicativePrice, priceExponent) }),
      indicativeQty: formatDecimal(indicativeQty, qtyExponent),
      imbalanceQty: formatDecimal(imbalanceQty, qtyExponent),
      ...(imbalanceSide === Side.None ? {} : { imbalanceSide: sideText(imbalanceSide) }),
    },
  };
}

export function viewInstrument({ terms, partition, termsSeqNum }: Book): Instrument {
  const { priceExponent, qtyExponent, selfTradePrevention } = terms;
  const preventionName = SelfTradePreventionName[selfTradePrevention];
  if (preventionName === "Default") throw new Error(`${terms.symbol} resolves no self-trade`);
  return {
    symbol: terms.symbol,
    partition,
    securityID: terms.securityID,
    baseCurrency: terms.baseCurrency,
    quoteCurrency: terms.quoteCurrency,
    priceExponent,
    qtyExponent,
    tickSize: formatDecimal(terms.tickSize, priceExponent),
    lotSize: formatDecimal(terms.lotSize, qtyExponent),
    minOrderQty: formatDecimal(terms.minOrderQty, qtyExponent),
    maxOrderQty: formatDecimal(terms.maxOrderQty, qtyExponent),
    priceBandBps: terms.priceBandBps ?? 0,
    takerBandBps: terms.takerBandBps ?? 0,
    referencePrice: formatDecimal(terms.referencePrice ?? 0, priceExponent),
    selfTradePrevention: preventionName,
    tradingState: TradingStateName[terms.tradingState],
    seqNum: termsSeqNum,
  };
}

export function viewTrade(trade: TradePrint, terms: InstrumentTerms): PublicTrade {
  return {
    rptSeq: trade.rptSeq,
    seqNum: trade.seqNum,
    lastPx: formatDecimal(trade.lastPx, terms.priceExponent),
    lastQty: formatDecimal(trade.lastQty, terms.qtyExponent),
    ...(trade.aggressorSide === Side.None ? {} : { aggressorSide: sideText(trade.aggressorSide) }),
    transactTime: timeText(trade.transactTime),
  };
}

function levels(ladder: Ladder, terms: InstrumentTerms, depth: number): BookLevel[] {
  return Array.from(ladder.levels(depth), ({ price, orderQty, orderCount }) => ({
    price: formatDecimal(price, terms.priceExponent),
    orderQty: formatDecimal(orderQty, terms.qtyExponent),
    orderCount,
  }));
}

function queues(ladder: Ladder, terms: InstrumentTerms, depth: number): BookLevelOrders[] {
  return Array.from(ladder.levels(depth), (level) => ({
    price: formatDecimal(level.price, terms.priceExponent),
    orders: queue(level, terms.qtyExponent),
  }));
}

function queue(level: Level, qtyExponent: number): BookLevelOrders["orders"] {
  const orders = [];
  for (let order = level.first; order !== null; order = order.after) {
    orders.push({
      mdEntryID: order.mdEntryID,
      leavesQty: formatDecimal(order.leavesQty, qtyExponent),
    });
  }
  return orders;
}
