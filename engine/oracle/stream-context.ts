import type { NaiveDeferred, NaiveIdEntry, NaiveInstrument } from "./naive-state.ts";
import type { NaiveSemantics, NaiveState, Resting } from "./naive-state.ts";
import type { EarlyOrder } from "./stream-deferral.ts";
import { Flaw } from "./stream-intent.ts";
import type { Intent } from "./stream-intent.ts";
import type { InstrumentShape, StreamShape } from "./stream-shape.ts";

/** Fields that all commands share. */
export interface CommandFields {
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly requestHash: string;
  readonly accountID: number;
  readonly attempt: number;
}

const oldIDsMax = 32;
const earlyOrdersMax = 32;

/** What the makers of commands ask about the stream so far and the state that it has reached. */
export class StreamContext {
  readonly shape: StreamShape;
  readonly #state: Readonly<NaiveState>;
  readonly #oldOrderIDs: string[] = [];
  readonly #early = new Map<string, EarlyOrder>();
  #serial = 0;
  /** Since the record before: a list takes several. */
  #idsGiven = 0;
  #liveAt = -1;
  #live: Resting[] = [];
  appendTime = 1_700_000_000_000;

  constructor(shape: StreamShape, state: Readonly<NaiveState>) {
    this.shape = shape;
    this.#state = state;
  }

  get now(): number {
    return this.#state.now;
  }

  get activeSemantics(): NaiveSemantics {
    return this.#state.active;
  }

  /** Whether a command may say what a version of the schema brought: where that is not read yet it is lost, so that few do. */
  mayRead(intent: Intent, version: number): boolean {
    return this.#state.active.schemaVersion >= version || intent.target % 16 === 5;
  }

  /** Milliseconds in which expiry times are counted, so that some pass during the stream. */
  get waitUnit(): number {
    return Math.max(1, this.shape.waitMax);
  }

  instrumentShape(intent: Intent): InstrumentShape {
    const { instruments } = this.shape;
    const shape = instruments[intent.instrument % instruments.length];
    if (shape === undefined) throw new RangeError("A shape has at least one instrument");
    return shape;
  }

  /** As it stands now; undefined before its definition. */
  instrument(intent: Intent): NaiveInstrument | undefined {
    const { symbol } = this.instrumentShape(intent);
    return this.#state.instruments.find((instrument) => instrument.symbol === symbol);
  }

  /** The resting order that the intent points at, of any account. */
  live(intent: Intent): Resting | undefined {
    if (this.#liveAt !== this.#serial) {
      this.#live = [...this.#state.resting.values()];
      this.#liveAt = this.#serial;
    }
    return this.#live[intent.target % Math.max(1, this.#live.length)];
  }

  /** The deferred order that the intent points at, of any account. */
  deferred(intent: Intent): NaiveDeferred | undefined {
    const deferred = [...this.#state.deferred.values()];
    return deferred[intent.target % Math.max(1, deferred.length)];
  }

  /** Connections of the account whose timers are armed. */
  connectionsOf(accountID: number): number[] {
    return this.#state.timers.flatMap((timer) =>
      timer.accountID === accountID && timer.connectionID !== 0 ? [timer.connectionID] : [],
    );
  }

  entryOf(id: string): NaiveIdEntry | undefined {
    return this.#state.idWindow.get(id);
  }

  rememberEarly(early: EarlyOrder): void {
    this.#early.set(early.order.orderID, early);
    const [oldest] = this.#early.keys();
    if (this.#early.size > earlyOrdersMax && oldest !== undefined) this.#early.delete(oldest);
  }

  /** One of the last orders that came early: most often one that is deferred still. */
  earlyOrder(intent: Intent): EarlyOrder | undefined {
    const deferred = this.deferred(intent);
    const waiting = deferred === undefined ? undefined : this.#early.get(deferred.orderID);
    if (waiting !== undefined && intent.lots % 4 !== 0) return waiting;
    const early = [...this.#early.values()];
    return early[intent.target % Math.max(1, early.length)];
  }

  commandFields(intent: Intent): CommandFields {
    const isUnknown = (intent.flaws & Flaw.unknownAccount) !== 0;
    const isLate = (intent.flaws & Flaw.tooLate) !== 0;
    return {
      sendingTime: Math.max(0, this.appendTime - intent.latency),
      validUntil: isLate ? Math.max(1, this.now - (intent.target % 3) + 1) : 0,
      requestHash: hash(intent.target),
      accountID: isUnknown
        ? 77 - 77 * (intent.target % 2)
        : 1 + (intent.account % this.shape.accountCount),
      attempt: intent.target % 4,
    };
  }

  /** A new id, or one out of a small pool of ids that come back; `first` are its first 32 bits. */
  newID(intent: Intent, first: number): string {
    const next = 1_000_000 + this.#serial + this.#idsGiven * 2 ** 32;
    const rest = intent.id === 0 ? next : intent.id;
    this.#idsGiven += 1;
    const id = uuid(first, rest);
    this.#oldOrderIDs[this.#serial % oldIDsMax] = id;
    return id;
  }

  /** An id that was used before, or one that never was. */
  oldOrderID(intent: Intent): string {
    return this.#oldOrderIDs[intent.target % (oldIDsMax + 1)] ?? uuid(intent.target, 0);
  }

  /** To be called once a record, so that new ids differ. */
  advance(intent: Intent): void {
    this.#serial += 1;
    this.#idsGiven = 0;
    this.appendTime = Math.max(0, this.appendTime + intent.wait);
    if (intent.action !== "attempt" || intent.manner !== 13) return;
    // Right around the last moment of a deferred order.
    const validUntil = this.deferred(intent)?.validUntil;
    if (validUntil !== undefined) this.appendTime = validUntil + (intent.target % 3);
  }
}

function uuid(first: number, rest: number): string {
  const head = (first >>> 0).toString(16).padStart(8, "0");
  const tail = rest.toString(16).padStart(24, "0");
  return `${head}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8, 12)}-${tail.slice(12)}`;
}

function hash(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0").repeat(2);
}
