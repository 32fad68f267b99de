import { mixBits } from "./id-table.ts";
import { RecordMemory, RecordPool } from "./record-pool.ts";
import { TagTable } from "./tag-table.ts";

/**
 * Public keys by keyID. Kept for gateways, which read them from events and snapshots; matching never looks at them. The table goes by
 * a hash of the keyID; keys of one hash are linked. A key is never removed.
 */
export const keyShift = 5;
const capacityMin = 16;

/** Words of a record: keyID (9 words), accountID, what packKeyTraits gives, the next key of its hash, from word 16 on the public key. */
export const KeyWord = { keyID: 0, accountID: 9, traits: 10, next: 11, publicKey: 16 } as const;
export const keyIDWords = 9;
export const publicKeyWords = 16;

export class Keys {
  readonly pool = new RecordPool(new RecordMemory(keyShift, capacityMin));
  readonly #table = new TagTable();
  readonly #key = new Int32Array(keyIDWords);

  get count(): number {
    return this.pool.top - 1;
  }

  /** Whether the keyID that stands in a message at `keyIDAt` is defined. */
  has(source: DataView, keyIDAt: number): boolean {
    return this.#find(this.#readKeyID(source, keyIDAt)) !== 0;
  }

  /** Defines a key, or replaces it whole. keyID and public key as they stand in a message; `traits` as packKeyTraits gives them. */
  define(
    source: DataView,
    keyIDAt: number,
    accountID: number,
    traits: number,
    publicKeyAt: number,
  ): void {
    const hash = this.#readKeyID(source, keyIDAt);
    const slot = this.#find(hash) || this.#add(hash);
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << keyShift;
    words[at + KeyWord.accountID] = accountID;
    words[at + KeyWord.traits] = traits;
    for (let index = 0; index < publicKeyWords; index++) {
      words[at + KeyWord.publicKey + index] = source.getInt32(publicKeyAt + index * 4, true);
    }
  }

  /** Leaves the keyID's words in the scratch key; returns their hash. */
  #readKeyID(source: DataView, keyIDAt: number): number {
    let hash = 0;
    for (let index = 0; index < keyIDWords; index++) {
      const word = source.getInt32(keyIDAt + index * 4, true);
      this.#key[index] = word;
      hash = mixBits(hash ^ word);
    }
    return hash;
  }

  /** The slot of the scratch key's record, or 0. */
  #find(hash: number): number {
    for (let slot = this.#table.get(hash); slot !== 0;) {
      const words = this.pool.memory.wordsOf(slot);
      const at = slot << keyShift;
      if (this.#key.every((word, index) => words[at + index] === word)) return slot;
      slot = words[at + KeyWord.next]!;
    }
    return 0;
  }

  #add(hash: number): number {
    const slot = this.pool.allocate();
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << keyShift;
    words.set(this.#key, at);
    words[at + KeyWord.next] = this.#table.get(hash);
    this.#table.set(hash, slot);
    return slot;
  }
}

export const packKeyTraits = (keyAlgorithm: number, keyStatus: number, scopes: number): number =>
  keyAlgorithm | (keyStatus << 8) | (scopes << 16);
