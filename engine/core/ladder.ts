import { Side } from "../../schema/generated/enums.ts";
import type { LevelPages } from "./level-pages.ts";

/**
 * One book's prices, 1 to 2^31 - 1, as a tree of bitmaps: 11 bits of the price choose a branch, 10 a page, 10 a level in it. Bids and
 * asks share the tree: since every bid is below every ask, the best of each splits it.
 *
 * Invariants: a level's bit is set exactly while it has orders; pages and branches exist exactly while a bit in them is set; bestBid
 * and bestAsk are the highest bid and lowest ask (0 = none), with their levels beside them.
 * Cost: a few words for the next best price whatever the gap; no recentring, no range that is out of reach.
 * Known limit: a lone order far from all others takes a page of 8 KiB for itself.
 */
const branchCount = 2048;

export class Ladder {
  bestBid = 0;
  bestBidLevel = 0;
  bestAsk = 0;
  bestAskLevel = 0;
  readonly #pages: LevelPages;
  readonly #branches = new Int32Array(branchCount);

  constructor(pages: LevelPages) {
    this.#pages = pages;
  }

  /** The level of a price (LevelPages addresses its two words), made where there is none yet. The caller must give it an order. */
  reach(price: number): number {
    const branchIndex = price >>> 20;
    let branch = this.#branches[branchIndex]!;
    if (branch === 0) {
      branch = this.#pages.allocate();
      this.#branches[branchIndex] = branch;
    }
    const pageIndex = (price >>> 10) & 1023;
    let page = this.#pages.childAt(branch, pageIndex);
    if (page === 0) {
      page = this.#pages.allocate();
      this.#pages.setChild(branch, pageIndex, page);
      this.#pages.setBit(branch, pageIndex);
    }
    return (page << 10) | (price & 1023);
  }

  /** The level of a price, or 0 where it has none. */
  find(price: number): number {
    const branch = this.#branches[price >>> 20]!;
    if (branch === 0) return 0;
    const page = this.#pages.childAt(branch, (price >>> 10) & 1023);
    return page === 0 ? 0 : (page << 10) | (price & 1023);
  }

  /** A level has got its first order. */
  open(side: number, price: number, level: number): void {
    this.#pages.setBit(level >>> 10, level & 1023);
    if (side === Side.Buy) {
      if (price <= this.bestBid) return;
      this.bestBid = price;
      this.bestBidLevel = level;
    } else if (this.bestAsk === 0 || price < this.bestAsk) {
      this.bestAsk = price;
      this.bestAskLevel = level;
    }
  }

  /** A level has lost its last order. */
  close(price: number, level: number): void {
    if (this.#pages.clearBit(level >>> 10, level & 1023)) this.#dropPage(price, level >>> 10);
    if (price === this.bestBid) {
      this.bestBid = this.nextBelow(price);
      this.bestBidLevel = this.bestBid === 0 ? 0 : this.find(this.bestBid);
    } else if (price === this.bestAsk) {
      this.bestAsk = this.nextAbove(price);
      this.bestAskLevel = this.bestAsk === 0 ? 0 : this.find(this.bestAsk);
    }
  }

  /** The lowest price with orders above this one, 0 = none. */
  nextAbove(price: number): number {
    const pages = this.#pages;
    const branchIndex = price >>> 20;
    const branch = this.#branches[branchIndex]!;
    if (branch !== 0) {
      const pageIndex = (price >>> 10) & 1023;
      const page = pages.childAt(branch, pageIndex);
      const level = page === 0 ? -1 : pages.above(page, price & 1023);
      if (level >= 0) return (price & ~1023) | level;
      const next = pages.above(branch, pageIndex);
      if (next >= 0) return this.#lowestOf(branchIndex, branch, next);
    }
    for (let index = branchIndex + 1; index < branchCount; index++) {
      const next = this.#branches[index]!;
      if (next !== 0) return this.#lowestOf(index, next, pages.above(next, -1));
    }
    return 0;
  }

  /** The highest price with orders below this one, 0 = none. */
  nextBelow(price: number): number {
    const pages = this.#pages;
    const branchIndex = price >>> 20;
    const branch = this.#branches[branchIndex]!;
    if (branch !== 0) {
      const pageIndex = (price >>> 10) & 1023;
      const page = pages.childAt(branch, pageIndex);
      const level = page === 0 ? -1 : pages.below(page, price & 1023);
      if (level >= 0) return (price & ~1023) | level;
      const next = pages.below(branch, pageIndex);
      if (next >= 0) return this.#highestOf(branchIndex, branch, next);
    }
    for (let index = branchIndex - 1; index >= 0; index--) {
      const next = this.#branches[index]!;
      if (next !== 0) return this.#highestOf(index, next, pages.below(next, 1024));
    }
    return 0;
  }

  #lowestOf(branchIndex: number, branch: number, pageIndex: number): number {
    const page = this.#pages.childAt(branch, pageIndex);
    return (branchIndex << 20) | (pageIndex << 10) | this.#pages.above(page, -1);
  }

  #highestOf(branchIndex: number, branch: number, pageIndex: number): number {
    const page = this.#pages.childAt(branch, pageIndex);
    return (branchIndex << 20) | (pageIndex << 10) | this.#pages.below(page, 1024);
  }

  #dropPage(price: number, page: number): void {
    const branch = this.#branches[price >>> 20]!;
    const pageIndex = (price >>> 10) & 1023;
    this.#pages.release(page);
    this.#pages.setChild(branch, pageIndex, 0);
    if (!this.#pages.clearBit(branch, pageIndex)) return;
    this.#pages.release(branch);
    this.#branches[price >>> 20] = 0;
  }
}
