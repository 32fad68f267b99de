import { bodyHeaderBytes } from "../schema/body.ts";
import { AccountDefinedLayout } from "../schema/generated/account-defined.ts";
import type { AccountDefined } from "../schema/generated/account-defined.ts";
import { AccountLimitsChangedLayout } from "../schema/generated/account-limits-changed.ts";
import type { AccountLimitsChanged } from "../schema/generated/account-limits-changed.ts";
import type { TradingState } from "../schema/generated/enums.ts";
import { FeeScheduleChangedLayout } from "../schema/generated/fee-schedule-changed.ts";
import type { FeeScheduleChanged } from "../schema/generated/fee-schedule-changed.ts";
import { KeyDefinedLayout } from "../schema/generated/key-defined.ts";
import type { KeyDefined } from "../schema/generated/key-defined.ts";
import type { Event } from "../schema/generated/records.ts";
import { SecurityDefinedLayout } from "../schema/generated/security-defined.ts";
import type { SecurityDefined } from "../schema/generated/security-defined.ts";
import { SecurityStatusChangedLayout } from "../schema/generated/security-status-changed.ts";
import type { SecurityStatusChanged } from "../schema/generated/security-status-changed.ts";
import { SecurityStatusScheduledLayout } from "../schema/generated/security-status-scheduled.ts";
import type { SecurityStatusScheduled } from "../schema/generated/security-status-scheduled.ts";
import { SemanticsActivatedLayout } from "../schema/generated/semantics-activated.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { symbolHash } from "../schema/hash.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import { viewOf } from "../schema/wire.ts";

type Defined<E> = Omit<E, "kind" | "rptSeq">;

/** An instrument as it is defined now. */
export interface ListedInstrument extends Omit<Defined<SecurityDefined>, "created"> {
  readonly partition: number;
  readonly symbolHash: number;
  /** Changes of the trading state that wait, by their time. */
  readonly scheduledStates: readonly ScheduledState[];
}

export interface ScheduledState {
  readonly tradingState: TradingState;
  /** Log time in ms. */
  readonly effectiveTime: number;
}

/** What defines an instrument, and what only this fold knows of it. */
type Definition = Omit<ListedInstrument, "partition" | "symbolHash" | "scheduledStates">;

export type Fees = Defined<FeeScheduleChanged>;

export type Limits = Defined<AccountLimitsChanged>;

export type Account = Defined<AccountDefined>;

/** A key as it is registered now; another definition is another object. */
export type Key = Defined<KeyDefined>;

/** By which a partition's next command is decided, and up to which version of the schema it is read. */
export interface ActiveSemantics {
  readonly semanticsVersion: number;
  readonly schemaVersion: number;
}

/** What a snapshot's reference section says. */
export interface ReferenceSection extends ActiveSemantics {
  readonly accounts: readonly Account[];
  readonly keys: readonly Key[];
  readonly accountLimits: readonly Limits[];
  readonly feeSchedules: readonly Fees[];
  readonly instruments: readonly Definition[];
  readonly scheduledStates: readonly (ScheduledState & { readonly securityID: number })[];
}

/**
 * Instruments, accounts, keys and trading states as the folded events say. Accounts are those of partition 0: every partition has
 * the same ones, each at its own time. Keys stand on partition 0 alone.
 */
export class Reference {
  readonly #bySymbol = new Map<string, ListedInstrument>();
  readonly #byHash = new Map<number, ListedInstrument>();
  readonly #bySecurity = new Map<string, ListedInstrument>();
  readonly #accounts = new Map<number, Account>();
  /** By account, then symbol: those for every instrument are partition 0's, as the accounts are. */
  readonly #limits = new Map<string, Limits>();
  /** By tier, then symbol, as the caps are. */
  readonly #fees = new Map<string, Fees>();
  readonly #keys = new Map<string, Key>();
  /** By partition; what is not here is the first that there was. */
  readonly #semantics = new Map<number, ActiveSemantics>();
  readonly #firstSemantics: ActiveSemantics;

  /** `firstSemantics` are those that every partition begins with. */
  constructor({ semanticsVersion, schemaVersion }: ActiveSemantics) {
    this.#firstSemantics = { semanticsVersion, schemaVersion };
  }

  semanticsOf(partition: number): ActiveSemantics {
    return this.#semantics.get(partition) ?? this.#firstSemantics;
  }

  instrument(symbol: string): ListedInstrument | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** By the first 32 bits of an orderID. */
  instrumentOfHash(hash: number): ListedInstrument | undefined {
    return this.#byHash.get(hash);
  }

  /** By what events call it. */
  security(partition: number, securityID: number): ListedInstrument | undefined {
    return this.#bySecurity.get(`${partition}:${securityID}`);
  }

  key(keyID: string): Key | undefined {
    return this.#keys.get(keyID);
  }

  get instruments(): readonly ListedInstrument[] {
    return [...this.#bySymbol.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  }

  get accounts(): readonly Account[] {
    return [...this.#accounts.values()].sort((a, b) => a.accountID - b.accountID);
  }

  get limits(): readonly Limits[] {
    return [...this.#limits.values()].sort(
      (a, b) => a.accountID - b.accountID || (a.symbol < b.symbol ? -1 : 1),
    );
  }

  get fees(): readonly Fees[] {
    return [...this.#fees.values()].sort(
      (a, b) => a.feeTier - b.feeTier || (a.symbol < b.symbol ? -1 : 1),
    );
  }

  get keys(): readonly Key[] {
    return [...this.#keys.values()].sort((a, b) => (a.keyID < b.keyID ? -1 : 1));
  }

  /** Takes a partition's reference section, before the bodies that follow the snapshot. */
  load(partition: number, section: ReferenceSection): void {
    this.#activate(partition, section);
    for (const instrument of section.instruments) {
      const { securityID } = instrument;
      const own = section.scheduledStates.filter((each) => each.securityID === securityID);
      this.#list(partition, instrument, own.map(scheduledState));
    }
    for (const limits of section.accountLimits) this.#limit(partition, limits);
    for (const fees of section.feeSchedules) this.#charge(partition, fees);
    if (partition !== 0) return;
    for (const account of section.accounts) this.#accounts.set(account.accountID, account);
    for (const key of section.keys) this.#keys.set(key.keyID, key);
  }

  /** Takes what a body changes here; bodies of a partition come in order. */
  apply(body: FoldedBody, partition: number): void {
    if (!holdsReference(body.bytes)) return;
    for (const event of body.events) this.#applyEvent(event, partition);
  }

  #applyEvent(event: Event, partition: number): void {
    if (event.kind === "SecurityDefined") this.#define(partition, event);
    if (event.kind === "SecurityStatusChanged") this.#changeState(partition, event);
    if (event.kind === "SecurityStatusScheduled") this.#schedule(partition, event);
    if (event.kind === "AccountLimitsChanged") this.#limit(partition, event);
    if (event.kind === "FeeScheduleChanged") this.#charge(partition, event);
    if (event.kind === "SemanticsActivated") this.#activate(partition, event);
    if (partition !== 0) return;
    if (event.kind === "AccountDefined") this.#accounts.set(event.accountID, event);
    if (event.kind === "KeyDefined") this.#keys.set(event.keyID, event);
  }

  #activate(partition: number, { semanticsVersion, schemaVersion }: ActiveSemantics): void {
    this.#semantics.set(partition, { semanticsVersion, schemaVersion });
  }

  #limit(partition: number, limits: Limits): void {
    const { accountID, symbol, openOrderCountMax, openNotionalMax } = limits;
    if (symbol === "" && partition !== 0) return;
    const kept = { accountID, symbol, openOrderCountMax, openNotionalMax };
    this.#limits.set(`${accountID}/${symbol}`, kept);
  }

  #charge(partition: number, fees: Fees): void {
    const { feeTier, symbol, makerFeePpm, takerFeePpm } = fees;
    if (symbol === "" && partition !== 0) return;
    this.#fees.set(`${feeTier}/${symbol}`, { feeTier, symbol, makerFeePpm, takerFeePpm });
  }

  #define(partition: number, event: SecurityDefined): void {
    const known = this.security(partition, event.securityID);
    this.#list(partition, event, known?.scheduledStates ?? []);
  }

  /** A scheduled change is over; one that was said at once drops all that waits. */
  #changeState(partition: number, event: SecurityStatusChanged): void {
    const { tradingState, effectiveTime } = event;
    const instrument = this.#known(partition, event.securityID);
    const waiting = effectiveTime === undefined ? [] : othersAt(instrument, effectiveTime);
    this.#list(partition, { ...instrument, tradingState }, waiting);
  }

  #schedule(partition: number, event: SecurityStatusScheduled): void {
    const instrument = this.#known(partition, event.securityID);
    const others = othersAt(instrument, event.effectiveTime);
    const waiting = [...others, scheduledState(event)];
    waiting.sort((a, b) => a.effectiveTime - b.effectiveTime);
    this.#list(partition, instrument, waiting);
  }

  #known(partition: number, securityID: number): ListedInstrument {
    const instrument = this.security(partition, securityID);
    if (instrument === undefined) {
      throw new Error("A trading state changed on an instrument that was never defined");
    }
    return instrument;
  }

  #list(partition: number, defined: Definition, scheduledStates: readonly ScheduledState[]): void {
    const instrument: ListedInstrument = {
      partition,
      symbolHash: symbolHash(defined.symbol),
      securityID: defined.securityID,
      symbol: defined.symbol,
      baseCurrency: defined.baseCurrency,
      quoteCurrency: defined.quoteCurrency,
      priceExponent: defined.priceExponent,
      qtyExponent: defined.qtyExponent,
      tickSize: defined.tickSize,
      lotSize: defined.lotSize,
      minOrderQty: defined.minOrderQty,
      maxOrderQty: defined.maxOrderQty,
      priceBandBps: defined.priceBandBps ?? 0,
      takerBandBps: defined.takerBandBps ?? 0,
      referencePrice: defined.referencePrice ?? 0,
      selfTradePrevention: defined.selfTradePrevention,
      tradingState: defined.tradingState,
      scheduledStates,
    };
    this.#bySymbol.set(instrument.symbol, instrument);
    this.#byHash.set(instrument.symbolHash, instrument);
    this.#bySecurity.set(`${partition}:${instrument.securityID}`, instrument);
  }
}

function othersAt(instrument: ListedInstrument, effectiveTime: number): ScheduledState[] {
  return instrument.scheduledStates.filter((each) => each.effectiveTime !== effectiveTime);
}

function scheduledState({ tradingState, effectiveTime }: ScheduledState): ScheduledState {
  return { tradingState, effectiveTime };
}

const referenceTemplates: ReadonlySet<number> = new Set([
  SecurityDefinedLayout.templateId,
  SecurityStatusChangedLayout.templateId,
  SecurityStatusScheduledLayout.templateId,
  AccountDefinedLayout.templateId,
  AccountLimitsChangedLayout.templateId,
  FeeScheduleChangedLayout.templateId,
  KeyDefinedLayout.templateId,
  SemanticsActivatedLayout.templateId,
]);

/** Walks the events' headers, so that the bodies of other gateways' orders are never decoded here. */
function holdsReference(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = bodyHeaderBytes; at + headerBytes <= bytes.byteLength;) {
    if (referenceTemplates.has(view.getUint16(at + 2, true))) return true;
    at += headerBytes + view.getUint16(at, true);
  }
  return false;
}
