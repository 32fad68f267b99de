import { IdTable, mixBits } from "./id-table.ts";
import { chunkMask, chunkShift, RecordPool } from "./record-pool.ts";

/** Public keys by keyID. Kept for gateways, which read them from events and snapshots; matching never looks at them. */
export const keyShift = 5;

/** Words of a record: keyID (9 words), accountID, what packKeyTraits gives, and from word 16 on the public key. */
export const KeyWord = { keyID: 0, accountID: 9, traits: 10, publicKey: 16 } as const;
export const keyIDWords = 9;
export const publicKeyWords = 16;

export class Keys {
  readonly pool = new RecordPool(keyShift);
  readonly #table = new IdTable(this.pool, keyIDWords);
  readonly #key = new Int32Array(keyIDWords);

  get count(): number {
    return this.#table.count;
  }

  /** Whether the keyID that stands in a message at `keyIDAt` is defined. */
  has(source: DataView, keyIDAt: number): boolean {
    return this.#table.find(this.#readKeyID(source, keyIDAt), this.#key, 0) !== 0;
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
    let slot = this.#table.find(hash, this.#key, 0);
    const known = slot !== 0;
    if (!known) slot = this.pool.allocate();
    const words = this.pool.words[slot >>> chunkShift]!;
    const at = (slot & chunkMask) << keyShift;
    words.set(this.#key, at);
    words[at + KeyWord.accountID] = accountID;
    words[at + KeyWord.traits] = traits;
    for (let index = 0; index < publicKeyWords; index++) {
      words[at + KeyWord.publicKey + index] = source.getInt32(publicKeyAt + index * 4, true);
    }
    if (!known) this.#table.insert(hash, slot);
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
}

export function packKeyTraits(keyAlgorithm: number, keyStatus: number, scopes: number): number {
  return keyAlgorithm | (keyStatus << 8) | (scopes << 16);
}
