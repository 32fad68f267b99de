import type {
  AccountStatus,
  KeyAlgorithm,
  KeyStatus,
  SelfTradePrevention,
  Side,
  TradingState,
} from "../../schema/generated/enums.ts";
import { readHex, readText, readUint53, writeText, writeUint53 } from "../../schema/wire.ts";
import { accountNameWords, accountShift, AccountWord } from "./accounts.ts";
import { assert } from "./assert.ts";
import type { EngineCapture, InstrumentCapture } from "./capture.ts";
import { keyIDWords, keyShift, KeyWord, publicKeyWords } from "./keys.ts";
import type { EngineLimits } from "./limits.ts";
import { wordsOf } from "./reference-order.ts";
import type { ReferenceOrder } from "./reference-order.ts";
import {
  FeesField,
  LimitsField,
  readAccountLimits,
  readFeeSchedule,
  readScheduledState,
  ScheduledField,
  writeAccountLimits,
  writeFeeSchedule,
  writeScheduledState,
} from "./reference-rules.ts";
import type {
  ReferenceAccountLimits,
  ReferenceFeeSchedule,
  ReferenceScheduledState,
} from "./reference-rules.ts";

/**
 * The first section of the canonical form (SEMANTICS §6): what gateways read alone. Little-endian, all records multiples of 8 bytes:
 *
 *   0   magic "OBSTATE1"         8 bytes
 *   8   bytes of this section    u64
 *   16  the six limits, now      u64 each
 *   72  semanticsVersion, schemaVersion: what is active   u32 each
 *   80  counts of accounts, keys, account limits, fee schedules, instruments, scheduled states   u32 each
 *   104 accounts by accountID, keys by the bytes of keyID, account limits by accountID and the bytes of the symbol, fee schedules by
 *       feeTier and the bytes of the symbol, instruments by securityID, scheduled states by effectiveTime and securityID
 */
export interface Reference {
  readonly limits: EngineLimits;
  /** Log time in ms. */
  readonly now: number;
  /** What is active. */
  readonly semanticsVersion: number;
  readonly schemaVersion: number;
  readonly accounts: readonly ReferenceAccount[];
  readonly keys: readonly ReferenceKey[];
  readonly accountLimits: readonly ReferenceAccountLimits[];
  readonly feeSchedules: readonly ReferenceFeeSchedule[];
  readonly instruments: readonly ReferenceInstrument[];
  readonly scheduledStates: readonly ReferenceScheduledState[];
}

export interface ReferenceAccount {
  readonly accountID: number;
  readonly accountStatus: AccountStatus;
  readonly name: string;
  /** 0 = none. */
  readonly feeTier: number;
}

export interface ReferenceKey {
  readonly keyID: string;
  readonly accountID: number;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keyStatus: KeyStatus;
  /** Set of Scopes. */
  readonly scopes: number;
  /** 64 bytes in lower-case hex. */
  readonly publicKey: string;
}

export interface ReferenceInstrument {
  readonly securityID: number;
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly minOrderQty: number;
  readonly maxOrderQty: number;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly tradingState: TradingState;
  /** Basis points; 0 = any price. */
  readonly priceBandBps: number;
  readonly takerBandBps: number;
  /** Before the first trade; 0 = none. */
  readonly referencePrice: number;
  /** Of its last event. */
  readonly rptSeq: number;
  /** Of its last trade, 0 before the first. */
  readonly lastPx: number;
  /** What was published last of what its auction would come to; zeros: nothing, or there is none. */
  readonly indicativePrice: number;
  readonly indicativeQty: number;
  readonly imbalanceQty: number;
  readonly imbalanceSide: Side;
}

const magic = "OBSTATE1";
const limitNames = [
  "orderCountMax",
  "instrumentCountMax",
  "accountCountMax",
  "keyCountMax",
  "idWindowEntryMax",
  "idWindowMs",
] as const satisfies readonly (keyof EngineLimits)[];
const sectionBytesAt = 8;
const limitsAt = 16;
const nowAt = limitsAt + limitNames.length * 8;
const versionsAt = nowAt + 8;
const countsAt = versionsAt + 8;
const recordsAt = countsAt + 24;

/** Byte offsets inside the records of this section. */
export const AccountField = {
  accountID: 0,
  accountStatus: 4,
  feeTier: 6,
  name: 8,
  bytes: 48,
} as const;
export const KeyField = {
  keyID: 0,
  accountID: 36,
  traits: 40,
  publicKey: 48,
  bytes: 112,
} as const;
export const InstrumentField = {
  securityID: 0,
  tickSize: 4,
  symbol: 8,
  baseCurrency: 24,
  quoteCurrency: 32,
  lotSize: 40,
  minOrderQty: 48,
  maxOrderQty: 56,
  rptSeq: 64,
  priceExponent: 72,
  qtyExponent: 73,
  selfTradePrevention: 74,
  tradingState: 75,
  lastPx: 76,
  priceBandBps: 80,
  takerBandBps: 84,
  referencePrice: 88,
  indicativePrice: 92,
  indicativeQty: 96,
  imbalanceQty: 104,
  imbalanceSide: 112,
  bytes: 120,
} as const;

/** Where the records of a section stand. */
export interface ReferenceShape {
  readonly accountCount: number;
  readonly accountsAt: number;
  readonly keyCount: number;
  readonly keysAt: number;
  readonly limitsCount: number;
  readonly limitsAt: number;
  readonly feesCount: number;
  readonly feesAt: number;
  readonly instrumentCount: number;
  readonly instrumentsAt: number;
  readonly scheduledCount: number;
  readonly scheduledAt: number;
  readonly end: number;
}

export const shapeOf = (counts: {
  accountCount: number;
  keyCount: number;
  limitsCount: number;
  feesCount: number;
  instrumentCount: number;
  scheduledCount: number;
}): ReferenceShape => {
  const keysAt = recordsAt + counts.accountCount * AccountField.bytes;
  const capsAt = keysAt + counts.keyCount * KeyField.bytes;
  const feesAt = capsAt + counts.limitsCount * LimitsField.bytes;
  const instrumentsAt = feesAt + counts.feesCount * FeesField.bytes;
  const scheduledAt = instrumentsAt + counts.instrumentCount * InstrumentField.bytes;
  const end = scheduledAt + counts.scheduledCount * ScheduledField.bytes;
  const places = { accountsAt: recordsAt, keysAt, limitsAt: capsAt, feesAt, instrumentsAt };
  return { ...counts, ...places, scheduledAt, end };
};

/** The section's shape; throws where the bytes do not hold one. */
export const readShape = (view: DataView): ReferenceShape => {
  assert(view.byteLength >= recordsAt, "a snapshot has its head");
  assert(readText(view, 0, magic.length) === magic, "a snapshot starts with its magic");
  const shape = shapeOf({
    accountCount: view.getUint32(countsAt, true),
    keyCount: view.getUint32(countsAt + 4, true),
    limitsCount: view.getUint32(countsAt + 8, true),
    feesCount: view.getUint32(countsAt + 12, true),
    instrumentCount: view.getUint32(countsAt + 16, true),
    scheduledCount: view.getUint32(countsAt + 20, true),
  });
  assert(readUint53(view, sectionBytesAt) === shape.end, "the counts give the section's length");
  assert(shape.end <= view.byteLength, "a snapshot holds its whole reference section");
  return shape;
};

/** Reads the section out of its bytes, or out of those of a whole snapshot. Throws where they are none. */
export const readReference = (bytes: Uint8Array): Reference => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = readShape(view);
  return {
    limits: readLimits(view),
    now: readUint53(view, nowAt),
    semanticsVersion: view.getUint32(versionsAt, true),
    schemaVersion: view.getUint32(versionsAt + 4, true),
    accounts: Array.from({ length: shape.accountCount }, (_, index) =>
      readAccount(view, shape.accountsAt + index * AccountField.bytes),
    ),
    keys: Array.from({ length: shape.keyCount }, (_, index) =>
      readKey(view, shape.keysAt + index * KeyField.bytes),
    ),
    accountLimits: Array.from({ length: shape.limitsCount }, (_, index) =>
      readAccountLimits(view, shape.limitsAt + index * LimitsField.bytes),
    ),
    feeSchedules: Array.from({ length: shape.feesCount }, (_, index) =>
      readFeeSchedule(view, shape.feesAt + index * FeesField.bytes),
    ),
    instruments: Array.from({ length: shape.instrumentCount }, (_, index) =>
      readInstrument(view, shape.instrumentsAt + index * InstrumentField.bytes),
    ),
    scheduledStates: Array.from({ length: shape.scheduledCount }, (_, index) =>
      readScheduledState(view, shape.scheduledAt + index * ScheduledField.bytes),
    ),
  };
};

const readLimits = (view: DataView): EngineLimits => {
  const entries = limitNames.map((name, index) => [name, readUint53(view, limitsAt + index * 8)]);
  return Object.fromEntries(entries) as EngineLimits;
};

const readAccount = (view: DataView, at: number): ReferenceAccount => ({
  accountID: view.getUint32(at + AccountField.accountID, true),
  accountStatus: view.getUint16(at + AccountField.accountStatus, true) as AccountStatus,
  name: readText(view, at + AccountField.name, accountNameWords * 4),
  feeTier: view.getUint16(at + AccountField.feeTier, true),
});

const readKey = (view: DataView, at: number): ReferenceKey => ({
  keyID: readText(view, at + KeyField.keyID, keyIDWords * 4),
  accountID: view.getUint32(at + KeyField.accountID, true),
  keyAlgorithm: view.getUint8(at + KeyField.traits) as KeyAlgorithm,
  keyStatus: view.getUint8(at + KeyField.traits + 1) as KeyStatus,
  scopes: view.getUint8(at + KeyField.traits + 2),
  publicKey: readHex(view, at + KeyField.publicKey, publicKeyWords * 4),
});

const readInstrument = (view: DataView, at: number): ReferenceInstrument => {
  const field = InstrumentField;
  return {
    securityID: view.getUint32(at + field.securityID, true),
    symbol: readText(view, at + field.symbol, 16),
    baseCurrency: readText(view, at + field.baseCurrency, 8),
    quoteCurrency: readText(view, at + field.quoteCurrency, 8),
    priceExponent: view.getInt8(at + field.priceExponent),
    qtyExponent: view.getInt8(at + field.qtyExponent),
    tickSize: view.getInt32(at + field.tickSize, true),
    lotSize: readUint53(view, at + field.lotSize),
    minOrderQty: readUint53(view, at + field.minOrderQty),
    maxOrderQty: readUint53(view, at + field.maxOrderQty),
    selfTradePrevention: view.getUint8(at + field.selfTradePrevention) as SelfTradePrevention,
    tradingState: view.getUint8(at + field.tradingState) as TradingState,
    lastPx: view.getInt32(at + field.lastPx, true),
    priceBandBps: view.getUint32(at + field.priceBandBps, true),
    takerBandBps: view.getUint32(at + field.takerBandBps, true),
    referencePrice: view.getInt32(at + field.referencePrice, true),
    rptSeq: readUint53(view, at + field.rptSeq),
    indicativePrice: view.getInt32(at + field.indicativePrice, true),
    indicativeQty: readUint53(view, at + field.indicativeQty),
    imbalanceQty: readUint53(view, at + field.imbalanceQty),
    imbalanceSide: view.getUint32(at + field.imbalanceSide, true) as Side,
  };
};

/** Writes the section at the start of the view, which must have `shape.end` bytes of zeros. */
export const writeReference = (
  view: DataView,
  shape: ReferenceShape,
  order: ReferenceOrder,
  capture: EngineCapture,
): void => {
  writeText(view, 0, magic.length, magic);
  writeUint53(view, sectionBytesAt, shape.end);
  limitNames.forEach((name, index) =>
    writeUint53(view, limitsAt + index * 8, capture.limits[name]),
  );
  writeUint53(view, nowAt, capture.now);
  view.setUint32(versionsAt, capture.semanticsVersion, true);
  view.setUint32(versionsAt + 4, capture.schemaVersion, true);
  view.setUint32(countsAt, shape.accountCount, true);
  view.setUint32(countsAt + 4, shape.keyCount, true);
  view.setUint32(countsAt + 8, shape.limitsCount, true);
  view.setUint32(countsAt + 12, shape.feesCount, true);
  view.setUint32(countsAt + 16, shape.instrumentCount, true);
  view.setUint32(countsAt + 20, shape.scheduledCount, true);
  const accountWords = wordsOf(capture.accounts);
  order.accounts.forEach((slot, index) =>
    writeAccount(view, shape.accountsAt + index * AccountField.bytes, accountWords, slot),
  );
  const keyWords = wordsOf(capture.keys);
  order.keys.forEach((slot, index) =>
    writeKey(view, shape.keysAt + index * KeyField.bytes, keyWords, slot),
  );
  capture.accountLimits.forEach((limits, index) =>
    writeAccountLimits(view, shape.limitsAt + index * LimitsField.bytes, limits),
  );
  capture.feeSchedules.forEach((schedule, index) =>
    writeFeeSchedule(view, shape.feesAt + index * FeesField.bytes, schedule),
  );
  capture.instruments.forEach((instrument, index) =>
    writeInstrument(view, shape.instrumentsAt + index * InstrumentField.bytes, instrument),
  );
  capture.scheduledStates.forEach((change, index) =>
    writeScheduledState(view, shape.scheduledAt + index * ScheduledField.bytes, change),
  );
};

const writeAccount = (view: DataView, at: number, words: Int32Array, slot: number): void => {
  const word = (index: number) => words[(slot << accountShift) + index]!;
  view.setInt32(at + AccountField.accountID, word(AccountWord.accountID), true);
  view.setUint16(at + AccountField.accountStatus, word(AccountWord.status), true);
  view.setUint16(at + AccountField.feeTier, word(AccountWord.feeTier), true);
  for (let index = 0; index < accountNameWords; index++) {
    view.setInt32(at + AccountField.name + index * 4, word(AccountWord.name + index), true);
  }
};

const writeKey = (view: DataView, at: number, words: Int32Array, slot: number): void => {
  const word = (index: number) => words[(slot << keyShift) + index]!;
  for (let index = 0; index < keyIDWords; index++) {
    view.setInt32(at + KeyField.keyID + index * 4, word(KeyWord.keyID + index), true);
  }
  view.setInt32(at + KeyField.accountID, word(KeyWord.accountID), true);
  view.setInt32(at + KeyField.traits, word(KeyWord.traits), true);
  for (let index = 0; index < publicKeyWords; index++) {
    view.setInt32(at + KeyField.publicKey + index * 4, word(KeyWord.publicKey + index), true);
  }
};

const writeInstrument = (view: DataView, at: number, instrument: InstrumentCapture): void => {
  const field = InstrumentField;
  view.setUint32(at + field.securityID, instrument.securityID, true);
  view.setInt32(at + field.tickSize, instrument.tickSize, true);
  writeText(view, at + field.symbol, 16, instrument.symbol);
  writeText(view, at + field.baseCurrency, 8, instrument.baseCurrency);
  writeText(view, at + field.quoteCurrency, 8, instrument.quoteCurrency);
  writeUint53(view, at + field.lotSize, instrument.lotSize);
  writeUint53(view, at + field.minOrderQty, instrument.minOrderQty);
  writeUint53(view, at + field.maxOrderQty, instrument.maxOrderQty);
  writeUint53(view, at + field.rptSeq, instrument.rptSeq);
  view.setInt8(at + field.priceExponent, instrument.priceExponent);
  view.setInt8(at + field.qtyExponent, instrument.qtyExponent);
  view.setUint8(at + field.selfTradePrevention, instrument.selfTradePrevention);
  view.setUint8(at + field.tradingState, instrument.tradingState);
  view.setInt32(at + field.lastPx, instrument.lastPx, true);
  view.setUint32(at + field.priceBandBps, instrument.priceBandBps, true);
  view.setUint32(at + field.takerBandBps, instrument.takerBandBps, true);
  view.setInt32(at + field.referencePrice, instrument.referencePrice, true);
  view.setInt32(at + field.indicativePrice, instrument.indicativePrice, true);
  writeUint53(view, at + field.indicativeQty, instrument.indicativeQty);
  writeUint53(view, at + field.imbalanceQty, instrument.imbalanceQty);
  view.setUint32(at + field.imbalanceSide, instrument.imbalanceSide, true);
};
