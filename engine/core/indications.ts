import { AuctionIndicationLayout as Layout } from "../../schema/generated/auction-indication.ts";
import { TradingState } from "../../schema/generated/enums.ts";
import { findAuctionPrice } from "./auction-price.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import type { PartitionState } from "./state.ts";

/** The instruments whose state is Auction, by securityID: nearly always there is none. */
export class Auctions {
  count = 0;
  #listed: readonly Instrument[] = [];

  at(index: number): Instrument {
    return this.#listed[index]!;
  }

  /** The instrument's state has become this one; nothing of an auction that is over stays. */
  follow(instrument: Instrument): void {
    const others = this.#listed.filter((each) => each !== instrument);
    const isAuction = instrument.tradingState === TradingState.Auction;
    if (!isAuction) instrument.indication.clear();
    const listed = isAuction ? [...others, instrument] : others;
    this.#listed = listed.sort((left, right) => left.securityID - right.securityID);
    this.count = listed.length;
  }
}

/** At the end of a command: what each opening would come to, where that has changed. Cost: that of findAuctionPrice for each book that has. */
export const indicate = (state: PartitionState, out: EventBuffer): void => {
  const { auctions, outcome } = state;
  for (let index = 0; index < auctions.count; index++) {
    const instrument = auctions.at(index);
    const { indication } = instrument;
    if (indication.rptSeq === instrument.rptSeq) continue;
    findAuctionPrice(state, instrument, outcome);
    if (!indication.isOf(outcome)) {
      indication.take(outcome);
      writeIndication(instrument, out);
    }
    indication.rptSeq = instrument.rptSeq;
  }
};

const writeIndication = (instrument: Instrument, out: EventBuffer): void => {
  const { indication } = instrument;
  out.open(Layout.templateId, Layout.blockLength, Layout.version);
  out.count(Layout.rptSeq, ++instrument.rptSeq);
  out.word(Layout.securityID, instrument.securityID);
  out.word(Layout.indicativePrice, indication.indicativePrice);
  out.count(Layout.indicativeQty, indication.indicativeQty);
  out.count(Layout.imbalanceQty, indication.imbalanceQty);
  out.pair(Layout.imbalanceSide, indication.imbalanceSide, 0);
};
