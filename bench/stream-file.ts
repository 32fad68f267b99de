import type { OrderStream, StreamMessageType } from "../ops/order-stream.ts";

const headerBytes = 16;
const recordBytes = 40;
const magic = 0x4d4542575f303031n;
/** The pace-maker reads from the first message's reserved field how much of a stream is warm-up. */
const warmUpAt = headerBytes + 32;

type MessageType = (typeof StreamMessageType)[keyof typeof StreamMessageType];

/** Writes a stream message by message, with sequences from 1. */
export class StreamWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #count = 0;

  constructor(messageCount: number) {
    this.#bytes = new Uint8Array(headerBytes + messageCount * recordBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#view.setBigUint64(0, magic, true);
    this.#view.setUint32(8, 1, true);
    this.#view.setUint32(12, messageCount, true);
  }

  /** `side`: 0 = buy, 1 = sell. */
  add(
    type: MessageType,
    order: number,
    side: number,
    price: number,
    quantity: number,
    isIoc = false,
  ): void {
    const at = headerBytes + this.#count * recordBytes;
    this.#count++;
    this.#bytes[at] = type;
    this.#bytes[at + 1] = side;
    this.#bytes[at + 2] = isIoc ? 1 : 0;
    this.#view.setUint32(at + 4, quantity, true);
    this.#view.setBigUint64(at + 8, BigInt(this.#count), true);
    this.#view.setBigUint64(at + 16, BigInt(order), true);
    this.#view.setBigInt64(at + 24, BigInt(price), true);
  }

  /** Throws where fewer messages were added than were announced. */
  finish(): Uint8Array<ArrayBufferLike> {
    if (headerBytes + this.#count * recordBytes === this.#bytes.length) return this.#bytes;
    throw new Error(`A stream ends after ${this.#count} messages`);
  }
}

/** Notes in the bytes of an order stream how many of its messages are warm-up. */
export function noteWarmUp(bytes: Uint8Array, warmUpCount: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(warmUpAt, warmUpCount, true);
}

/** As many as the stream leaves time for, of what a compiler wants. */
export function usualWarmUp({ messageCount }: Pick<OrderStream, "messageCount">): number {
  return Math.min(350_000, Math.floor(messageCount / 3));
}
