import { KeyDefinitionLayout as Layout } from "../../schema/generated/key-definition.ts";
import { IdTable, mixBits } from "./id-table.ts";
import { chunkMask, chunkShift, RecordPool } from "./record-pool.ts";

/** Public keys by keyID. Kept for gateways, which read them from events and snapshots; matching never looks at them. */
export const keyShift = 5;

/** Words of a record of 128 bytes: keyID (9 words), accountID, algorithm | status << 8 | scopes << 16, and from 16 on the public key. */
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

  /** Whether the key that a KeyDefinition names is defined. */
  has(definition: DataView, block: number): boolean {
    return this.#table.find(this.#readKeyID(definition, block), this.#key, 0) !== 0;
  }

  /** Defines a key, or replaces it whole, as a KeyDefinition says. */
  define(definition: DataView, block: number): void {
    const hash = this.#readKeyID(definition, block);
    let slot = this.#table.find(hash, this.#key, 0);
    const known = slot !== 0;
    if (!known) slot = this.pool.allocate();
    const words = this.pool.words[slot >>> chunkShift]!;
    const at = (slot & chunkMask) << keyShift;
    words.set(this.#key, at);
    words[at + KeyWord.accountID] = definition.getInt32(block + Layout.accountID, true);
    words[at + KeyWord.traits] =
      definition.getUint8(block + Layout.keyAlgorithm) |
      (definition.getUint8(block + Layout.keyStatus) << 8) |
      (definition.getUint8(block + Layout.scopes) << 16);
    for (let index = 0; index < publicKeyWords; index++) {
      words[at + KeyWord.publicKey + index] = definition.getInt32(
        block + Layout.publicKey + index * 4,
        true,
      );
    }
    if (!known) this.#table.insert(hash, slot);
  }

  /** Leaves the keyID's words in the scratch key; returns their hash. */
  #readKeyID(definition: DataView, block: number): number {
    let hash = 0;
    for (let index = 0; index < keyIDWords; index++) {
      const word = definition.getInt32(block + Layout.keyID + index * 4, true);
      this.#key[index] = word;
      hash = mixBits(hash ^ word);
    }
    return hash;
  }
}
