import { Side } from "../../schema/generated/enums.ts";
import type { LevelPages } from "./level-pages.ts";

/**
 * One book's prices, 1 to 2^31 - 1, as a tree of bitmaps: 11 bits of the price choose a branch, 10 a page, 10 a level in it. Bids and
 * asks share the tree: since every bid is below every ask, the best of each splits it.
 *
 * Invariants: a level's bit is set exactly while it has orders; pages and branches exist exactly while a bit in them is set; bestBid
 * and bestAsk are the highest bid and lowest ask (0 = none), with their levels beside them.
 * Cost: a few words for the next best price whatever the gap, at most 64 where a branch has run out; no range is out of reach.
 * Known limit: a lone order far from all others takes a page of 8 KiB for itself.
 */
const branchCount = 2048;
const branchWords = branchCount / 32;

export class Ladder {
  bestBid = 0;
  bestBidLevel = 0;
  bestAsk = 0;
  bestAskLevel = 0;
  readonly #pages: LevelPages;
  readonly #branches = new Int32Array(branchCount);
  /** Which branches there are, 32 to a word. */
  readonly #branchBits = new Int32Array(branchWords);
  /** The page that was looked up last, and the upper bits of its prices: most prices are near each other. */
  #nearPage = 0;
  #nearPrices = -1;

  constructor(pages: LevelPages) {
    this.#pages = pages;
  }

  /** The level of a price (LevelPages addresses its two words), made where there is none yet. The caller must give it an order. */
  reach(price: number): number {
    const page = this.pageOf(price) || this.makePage(price);
    return (page << 10) | (price & 1023);
  }

  /** The level of a price, or 0 where it has none. */
  find(price: number): number {
    const page = this.pageOf(price);
    return page === 0 ? 0 : (page << 10) | (price & 1023);
  }

  /** The page of a price, or 0 where it has none. */
  pageOf(price: number): number {
    return price >>> 10 === this.#nearPrices ? this.#nearPage : this.lookUpPage(price);
  }

  private lookUpPage(price: number): number {
    const branch = this.#branches[price >>> 20]!;
    const page = branch === 0 ? 0 : this.#pages.childAt(branch, (price >>> 10) & 1023);
    this.#nearPrices = page === 0 ? -1 : price >>> 10;
    this.#nearPage = page;
    return page;
  }

  private makePage(price: number): number {
    const branchIndex = price >>> 20;
    let branch = this.#branches[branchIndex]!;
    if (branch === 0) {
      branch = this.#pages.allocate();
      this.#branches[branchIndex] = branch;
      this.#branchBits[branchIndex >>> 5]! |= 1 << (branchIndex & 31);
    }
    const pageIndex = (price >>> 10) & 1023;
    const page = this.#pages.allocate();
    this.#pages.setChild(branch, pageIndex, page);
    this.#pages.setBit(branch, pageIndex);
    return page;
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
    const page = this.pageOf(price);
    const level = page === 0 ? -1 : this.#pages.above(page, price & 1023);
    return level >= 0 ? (price & ~1023) | level : this.nextPageAbove(price);
  }

  private nextPageAbove(price: number): number {
    const branchIndex = price >>> 20;
    const branch = this.#branches[branchIndex]!;
    if (branch !== 0) {
      const next = this.#pages.above(branch, (price >>> 10) & 1023);
      if (next >= 0) return this.#lowestOf(branchIndex, branch, next);
    }
    return this.#lowestFrom(branchIndex + 1);
  }

  /** The highest price with orders below this one, 0 = none. */
  nextBelow(price: number): number {
    const page = this.pageOf(price);
    const level = page === 0 ? -1 : this.#pages.below(page, price & 1023);
    return level >= 0 ? (price & ~1023) | level : this.nextPageBelow(price);
  }

  private nextPageBelow(price: number): number {
    const branchIndex = price >>> 20;
    const branch = this.#branches[branchIndex]!;
    if (branch !== 0) {
      const next = this.#pages.below(branch, (price >>> 10) & 1023);
      if (next >= 0) return this.#highestOf(branchIndex, branch, next);
    }
    return this.#highestFrom(branchIndex - 1);
  }

  /** The lowest price of the branches from this one up. */
  #lowestFrom(branchIndex: number): number {
    if (branchIndex >= branchCount) return 0;
    let word = branchIndex >>> 5;
    let bits = this.#branchBits[word]! & (-1 << (branchIndex & 31));
    while (bits === 0) {
      if (++word === branchWords) return 0;
      bits = this.#branchBits[word]!;
    }
    const index = (word << 5) | (31 - Math.clz32(bits & -bits));
    const branch = this.#branches[index]!;
    return this.#lowestOf(index, branch, this.#pages.above(branch, -1));
  }

  /** The highest price of the branches from this one down. */
  #highestFrom(branchIndex: number): number {
    if (branchIndex < 0) return 0;
    let word = branchIndex >>> 5;
    let bits = this.#branchBits[word]! & (-1 >>> (31 - (branchIndex & 31)));
    while (bits === 0) {
      if (--word < 0) return 0;
      bits = this.#branchBits[word]!;
    }
    const index = (word << 5) | (31 - Math.clz32(bits));
    const branch = this.#branches[index]!;
    return this.#highestOf(index, branch, this.#pages.below(branch, 1024));
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
    this.#nearPrices = -1;
    this.#pages.release(page);
    this.#pages.setChild(branch, pageIndex, 0);
    if (!this.#pages.clearBit(branch, pageIndex)) return;
    this.#pages.release(branch);
    this.#branches[price >>> 20] = 0;
    this.#branchBits[price >>> 25]! &= ~(1 << ((price >>> 20) & 31));
  }
}
