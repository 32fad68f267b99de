import { Side } from "../../schema/generated/enums.ts";
import type { Wide } from "../../schema/wide.ts";
import type { AuctionOutcome } from "./auction-price.ts";

/** What was published last of what an auction would come to; zeros: nothing, or there is no auction. */
export interface PublishedIndication {
  readonly indicativePrice: number;
  readonly indicativeQty: number;
  readonly imbalanceQty: number;
  readonly imbalanceSide: number;
}

/** An instrument's, filled anew for each. */
export class Indication implements PublishedIndication {
  indicativePrice = 0;
  indicativeQty = 0;
  imbalanceQty = 0;
  imbalanceSide: number = Side.None;
  /** Of the instrument's event up to which it holds; not part of the state. */
  rptSeq = 0;

  clear(): void {
    this.set({ indicativePrice: 0, indicativeQty: 0, imbalanceQty: 0, imbalanceSide: Side.None });
  }

  set(published: PublishedIndication): void {
    this.indicativePrice = published.indicativePrice;
    this.indicativeQty = published.indicativeQty;
    this.imbalanceQty = published.imbalanceQty;
    this.imbalanceSide = published.imbalanceSide;
    this.rptSeq = 0;
  }

  /** Whether it says what the outcome says. */
  isOf({ price, qty, imbalance, imbalanceSide }: AuctionOutcome): boolean {
    return (
      this.indicativePrice === price &&
      this.indicativeQty === qtyOf(qty) &&
      this.imbalanceQty === qtyOf(imbalance) &&
      this.imbalanceSide === imbalanceSide
    );
  }

  take({ price, qty, imbalance, imbalanceSide }: AuctionOutcome): void {
    this.indicativePrice = price;
    this.indicativeQty = qtyOf(qty);
    this.imbalanceQty = qtyOf(imbalance);
    this.imbalanceSide = imbalanceSide;
  }
}

const limb = 2 ** 48;

/** As a quantity says it: at most 2^53 - 1. */
const qtyOf = ({ lo, hi }: Wide): number => (hi < 32 ? hi * limb + lo : Number.MAX_SAFE_INTEGER);
