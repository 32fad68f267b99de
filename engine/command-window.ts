import type { RecordBatch } from "../ports/log/record-batch.ts";
import { sealHolds } from "../ports/log/seal.ts";
import { checkCommandFrame, crcBytes } from "../schema/frame.ts";
import type { FrameError } from "../schema/frame.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { CommandBuffer } from "./core/command-buffer.ts";
import { preparedMax } from "./core/prepare.ts";

/**
 * Bytes of a slot: more than nearly all records have, a multiple of 8, and an odd number of cache lines, so that the same fields of all
 * slots do not fall on the same few places of the nearest memory.
 */
export const slotBytes = 1088;

/** What is read of a record of `orders`. */
export interface CommandRecord {
  readonly offset: number;
  readonly appendTime: number;
  readonly value: Uint8Array;
}

/**
 * Records of `orders` that come next, each copied once to where the core reads it, with what its bytes are found to be by all that this build
 * knows. Nothing of it depends on any state, so that it may be filled long before its records are applied: whether a record's version is
 * active in the partition, is asked then.
 *
 * Invariant: records at the places below `count`, in the order of the log; only the last may be longer than a slot, and then stands in a
 * buffer of its own.
 */
export class CommandWindow {
  count = 0;
  /** Where a reader stands that goes from one to the next. */
  place = 0;
  /** Of the loaded record: */
  offset = -1;
  appendTime = 0;
  length = 0;
  checked: "Ok" | FrameError = "Undecodable";
  /** Of the schema, that it says it is written in; 0 of bytes that are no whole record. */
  version = 0;
  /** It starts at byte `at` of `commands`. */
  commands: CommandBuffer;
  at = 0;
  readonly capacity: number;
  readonly slots: CommandBuffer;
  #long: CommandBuffer | null = null;
  readonly #offsets: Float64Array;
  readonly #appendTimes: Float64Array;
  readonly #lengths: Int32Array;
  readonly #versions: Uint16Array;
  readonly #checks: ("Ok" | FrameError)[] = [];
  readonly #headers: boolean[] = [];
  /** A view from the start of each slot on: to make one costs more than to apply a command. */
  readonly #views: readonly DataView[];

  /** Room for `capacity` records, preparedMax at most. */
  constructor(capacity: number = preparedMax) {
    this.capacity = capacity;
    this.slots = new CommandBuffer(capacity * slotBytes);
    this.commands = this.slots;
    this.#offsets = new Float64Array(capacity);
    this.#appendTimes = new Float64Array(capacity);
    this.#lengths = new Int32Array(capacity);
    this.#versions = new Uint16Array(capacity);
    this.#views = Array.from(
      { length: capacity },
      (_, place) => new DataView(this.slots.bytes.buffer, place * slotBytes, slotBytes),
    );
  }

  /** How many of the records stand in slots. */
  get slotCount(): number {
    return this.#long === null ? this.count : this.count - 1;
  }

  clear(): void {
    this.count = 0;
    this.place = 0;
    this.#long = null;
  }

  /** Takes the records of a batch from `index` on in place of what it holds: as many as it has room for, one at least. */
  fill(batch: RecordBatch, index: number): void {
    this.clear();
    const end = Math.min(batch.count, index + this.capacity);
    for (let next = index; next < end && this.#long === null; next++) {
      batch.load(next);
      this.add(batch);
      this.#headers[next - index] = batch.headers !== undefined;
    }
  }

  /** Whether the record at a place, of a batch, has headers. */
  hasHeaders(place: number): boolean {
    return this.#headers[place] === true;
  }

  /** Takes one record more; the caller knows that there is room. */
  add({ offset, appendTime, value }: CommandRecord): void {
    const place = this.count++;
    const { length } = value;
    this.#offsets[place] = offset;
    this.#appendTimes[place] = appendTime;
    this.#lengths[place] = length;
    if (length > slotBytes) this.#long = CommandBuffer.of(value);
    else this.slots.bytes.set(value, place * slotBytes);
    const view = this.#long === null ? this.#views[place] : this.#long.view;
    const isSealed = view !== undefined && length >= headerBytes + crcBytes && sealHolds(value);
    this.#checks[place] = isSealed ? checkCommandFrame(view, length) : "Undecodable";
    this.#versions[place] = isSealed ? view.getUint16(6, true) : 0;
  }

  /** Moves on to the next place, if the record of that offset is there. */
  moveTo(offset: number): boolean {
    const next = this.place + 1;
    if (next >= this.count || this.#offsets[next] !== offset) return false;
    this.place = next;
    return true;
  }

  /** Brings a record to the fields above, until the next one is loaded. */
  load(place: number): void {
    this.offset = this.#offsets[place] ?? -1;
    this.appendTime = this.#appendTimes[place] ?? 0;
    this.length = this.#lengths[place] ?? 0;
    this.checked = this.#checks[place] ?? "Undecodable";
    this.version = this.#versions[place] ?? 0;
    const long = place === this.count - 1 ? this.#long : null;
    this.commands = long ?? this.slots;
    this.at = long === null ? place * slotBytes : 0;
  }

  /** The bytes of the loaded record, valid until this is filled again. */
  get value(): Uint8Array {
    return this.commands.bytes.subarray(this.at, this.at + this.length);
  }
}
