/**
 * Order streams of the public matching-engine benchmark flash1-dev/matching-engine-benchmark: a header of 16 bytes (magic, version,
 * count), then 40 bytes a message, little-endian. Columns instead of objects, so that a benchmark can walk millions of messages
 * without allocating.
 */
export interface OrderStream {
  readonly messageCount: number;
  /** A value of StreamMessageType each. */
  readonly types: Uint8Array;
  /** 0 = buy, 1 = sell. */
  readonly sides: Uint8Array;
  /** 1 = what does not trade at once is canceled. */
  readonly iocs: Uint8Array;
  readonly quantities: Uint32Array;
  readonly sequences: BigUint64Array;
  readonly orderIDs: BigUint64Array;
  /** Ticks; signed. */
  readonly prices: BigInt64Array;
}

export const StreamMessageType = { New: 0, Cancel: 1, Modify: 2 } as const;

/** One message out of the columns. */
export interface StreamMessage {
  readonly type: number;
  readonly side: number;
  readonly isIoc: boolean;
  readonly quantity: number;
  readonly sequence: bigint;
  readonly orderID: bigint;
  readonly price: bigint;
}

export type OrderStreamProblem =
  | "NotZstandard"
  | "ShorterThanItsHeader"
  | "UnknownFormat"
  | "CountDiffersFromLength"
  | "UnknownMessageType"
  | "UnknownSide";

/** The bytes are no order stream. */
export class OrderStreamError extends Error {
  readonly code: OrderStreamProblem;

  constructor(code: OrderStreamProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OrderStreamError";
    this.code = code;
  }
}

const headerBytes = 16;
const recordBytes = 40;
const magic = 0x4d4542575f303031n;
const zstandardMagic = 0xfd2fb528;

/** The stream in the bytes of a `.bin` or `.bin.zst` file. Throws OrderStreamError where they hold none. */
export function readOrderStream(fileBytes: Uint8Array): OrderStream {
  const bytes = decompressed(fileBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messageCount = checkHeader(view);
  const stream = emptyStream(messageCount);
  for (let index = 0; index < messageCount; index++) {
    const at = headerBytes + index * recordBytes;
    stream.types[index] = view.getUint8(at);
    stream.sides[index] = view.getUint8(at + 1);
    stream.iocs[index] = view.getUint8(at + 2) === 0 ? 0 : 1;
    stream.quantities[index] = view.getUint32(at + 4, true);
    stream.sequences[index] = view.getBigUint64(at + 8, true);
    stream.orderIDs[index] = view.getBigUint64(at + 16, true);
    stream.prices[index] = view.getBigInt64(at + 24, true);
  }
  checkMessages(stream);
  return stream;
}

export function* messagesOf(stream: OrderStream): Generator<StreamMessage, void, undefined> {
  for (let index = 0; index < stream.messageCount; index++) {
    yield {
      type: stream.types[index] ?? 0,
      side: stream.sides[index] ?? 0,
      isIoc: stream.iocs[index] === 1,
      quantity: stream.quantities[index] ?? 0,
      sequence: stream.sequences[index] ?? 0n,
      orderID: stream.orderIDs[index] ?? 0n,
      price: stream.prices[index] ?? 0n,
    };
  }
}

function emptyStream(messageCount: number): OrderStream {
  return {
    messageCount,
    types: new Uint8Array(messageCount),
    sides: new Uint8Array(messageCount),
    iocs: new Uint8Array(messageCount),
    quantities: new Uint32Array(messageCount),
    sequences: new BigUint64Array(messageCount),
    orderIDs: new BigUint64Array(messageCount),
    prices: new BigInt64Array(messageCount),
  };
}

function decompressed(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== zstandardMagic) return bytes;
  try {
    return Bun.zstdDecompressSync(bytes);
  } catch (cause) {
    throw new OrderStreamError("NotZstandard", "The file is no whole Zstandard frame", { cause });
  }
}

function checkHeader(view: DataView): number {
  if (view.byteLength < headerBytes) {
    throw new OrderStreamError(
      "ShorterThanItsHeader",
      `A header has ${headerBytes} bytes, the file ${view.byteLength}`,
    );
  }
  if (view.getBigUint64(0, true) !== magic || view.getUint32(8, true) !== 1) {
    throw new OrderStreamError(
      "UnknownFormat",
      "The file does not start as an order stream of version 1",
    );
  }
  const messageCount = view.getUint32(12, true);
  if (view.byteLength !== headerBytes + messageCount * recordBytes) {
    throw new OrderStreamError(
      "CountDiffersFromLength",
      `The header says ${messageCount} messages of ${recordBytes} bytes, behind it stand ${view.byteLength - headerBytes} bytes`,
    );
  }
  return messageCount;
}

function checkMessages({ types, sides }: OrderStream): void {
  const oddType = types.findIndex((type) => type > StreamMessageType.Modify);
  if (oddType !== -1) {
    throw new OrderStreamError(
      "UnknownMessageType",
      `Message ${oddType} is of type ${types[oddType]}`,
    );
  }
  const oddSide = sides.findIndex(
    (side, index) => side > 1 && types[index] !== StreamMessageType.Cancel,
  );
  if (oddSide !== -1) {
    throw new OrderStreamError("UnknownSide", `Message ${oddSide} is on side ${sides[oddSide]}`);
  }
}
