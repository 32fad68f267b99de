/** Slots one behind the other; it grows and is filled anew, so that in steady state nothing is allocated. */
const capacityMin = 16;

export class SlotList {
  count = 0;
  #slots = new Int32Array(capacityMin);

  at(index: number): number {
    return this.#slots[index]!;
  }

  put(index: number, slot: number): void {
    this.#slots[index] = slot;
  }

  push(slot: number): void {
    if (this.count === this.#slots.length) this.#grow();
    this.#slots[this.count++] = slot;
  }

  /** Puts a slot before `index`; what stands from there on moves up. */
  insert(index: number, slot: number): void {
    this.push(slot);
    this.#slots.copyWithin(index + 1, index, this.count - 1);
    this.#slots[index] = slot;
  }

  clear(): void {
    this.count = 0;
  }

  #grow(): void {
    const grown = new Int32Array(this.#slots.length * 2);
    grown.set(this.#slots);
    this.#slots = grown;
  }
}
