import type { Pointer } from "bun:ffi";

import type { RecordHeaders } from "../log.ts";
import type { Library } from "./library.ts";
import { addressOf, PointerArray, textAt } from "./native.ts";

/** rd_kafka_vtype_t. */
const Tag = { topic: 2, partition: 3, value: 4, key: 5, opaque: 6, flags: 7, header: 9 } as const;
/** rd_kafka_vu_t: the tag at 0, what it says at 8, the length of bytes behind their address. */
const argumentBytes = 72;

export interface ProduceArguments {
  readonly topic: Pointer;
  readonly partition: number;
  readonly flags: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  /** Comes back with the delivery report; below 2^53. */
  readonly opaque: number;
  readonly headers: RecordHeaders;
}

/** As rd_kafka_produce, for the rare record with headers: returns 0 or librdkafka's code. */
export function produceWithHeaders(
  { kafka }: Library,
  client: Pointer,
  message: ProduceArguments,
): number {
  const list = new ArgumentList(6 + Object.keys(message.headers).length);
  list.number(Tag.topic, message.topic);
  list.number(Tag.partition, message.partition);
  list.number(Tag.flags, message.flags);
  list.number(Tag.opaque, message.opaque);
  list.bytes(Tag.value, message.value);
  list.bytes(Tag.key, message.key ?? noBytes);
  for (const [name, text] of Object.entries(message.headers)) list.header(name, text);
  const error = kafka.rd_kafka_produceva(client, list.memory, list.length);
  if (error === null) return 0;
  const code = kafka.rd_kafka_error_code(error);
  kafka.rd_kafka_error_destroy(error);
  return code;
}

const noBytes = new Uint8Array(0);

/** An array of rd_kafka_vu_t. It holds on to what it points at. */
class ArgumentList {
  readonly memory: Uint8Array;
  length = 0;
  readonly #view: DataView;
  readonly #kept: Uint8Array[] = [];

  constructor(lengthMax: number) {
    this.memory = new Uint8Array(lengthMax * argumentBytes);
    this.#view = new DataView(this.memory.buffer);
  }

  number(tag: number, value: number): void {
    this.#setNumber(this.#open(tag), value);
  }

  bytes(tag: number, bytes: Uint8Array): void {
    const at = this.#open(tag);
    // No address means no key at all; an empty value still has one.
    if (bytes.length > 0 || tag === Tag.value) this.#setNumber(at, this.#keep(bytes));
    this.#setNumber(at + 8, bytes.length);
  }

  header(name: string, text: string): void {
    const at = this.#open(Tag.header);
    const bytes = Buffer.from(text);
    this.#setNumber(at, this.#keep(Buffer.from(`${name}\0`)));
    this.#setNumber(at + 8, this.#keep(bytes));
    this.#setNumber(at + 16, bytes.length);
  }

  /** Where the argument's union begins. */
  #open(tag: number): number {
    const at = this.length++ * argumentBytes;
    this.#view.setInt32(at, tag, true);
    return at + 8;
  }

  #setNumber(at: number, value: number): void {
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  #keep(bytes: Uint8Array): Pointer {
    const memory = bytes.length > 0 ? bytes : new Uint8Array(1);
    this.#kept.push(memory);
    return addressOf(memory);
  }
}

/** More than that is nothing that this project wrote; the rest is left out. */
const bounds = { count: 16, valueBytes: 1024 };

/** Reads the headers of consumed messages. */
export class HeaderReader {
  readonly #library: Library;
  readonly #list = new PointerArray(1);
  /** Name, value, length of the value. */
  readonly #parts = new PointerArray(3);

  constructor(library: Library) {
    this.#library = library;
  }

  /** Undefined where the message has none. */
  read(message: Pointer): RecordHeaders | undefined {
    const { kafka } = this.#library;
    if (kafka.rd_kafka_message_headers(message, this.#list.address) !== 0) return undefined;
    const list = this.#list.get(0);
    const found: [string, string][] = [];
    for (let index = 0; index < bounds.count; index++) {
      const header = this.#readOne(list, index);
      if (header === null) break;
      if (header[1] !== null) found.push([header[0], header[1]]);
    }
    return found.length === 0 ? undefined : Object.fromEntries(found);
  }

  /** Null after the last. */
  #readOne(list: Pointer, index: number): [name: string, text: string | null] | null {
    const { kafka, libc } = this.#library;
    const { address } = this.#parts;
    const at = (part: number): Pointer => (address + part * 8) as Pointer;
    if (kafka.rd_kafka_header_get_all(list, index, at(0), at(1), at(2)) !== 0) return null;
    const name = textAt(this.#parts.get(0));
    const source = this.#parts.get(1);
    const length = this.#parts.get(2) as number;
    if (source === 0 || length > bounds.valueBytes) return [name, null];
    const bytes = new Uint8Array(length);
    if (length > 0) libc.memcpy(addressOf(bytes), source, length);
    return [name, new TextDecoder().decode(bytes)];
  }
}
