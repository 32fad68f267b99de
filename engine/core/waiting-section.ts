import {
  isOrdType,
  isSide,
  isTimeInForce,
  type OrdType,
  type Side,
  type TimeInForce,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import {
  readHash64,
  readText,
  readUint53,
  validText,
  validUint53,
  writeHash64,
  writeUint53,
} from "../../schema/wire.ts";
import { assert } from "./assert.ts";
import type { EngineCapture } from "./capture.ts";
import { EntryDouble, EntryWord } from "./id-entry.ts";
import { isSymbol } from "./instruments.ts";
import type { PendingQuarantine } from "./quarantines.ts";
import type { PartitionState } from "./state.ts";

/**
 * The fifth section of the canonical form: what waits outside the books. Nearly always it is two zeros.
 *
 *   count of deferred orders        u64
 *   records of DeferredField, by firstSeqNum, which names the id window entry that says the rest
 *   count of pending Quarantines    u64
 *   commandOffset u64, commandHash 8 bytes each, by both
 */
const DeferredField = {
  firstSeqNum: 0,
  validUntil: 8,
  orderQty: 16,
  price: 24,
  side: 28,
  ordType: 29,
  timeInForce: 30,
  symbol: 32,
  clOrdID: 48,
  reserved: 84,
  connectionID: 88,
  bytes: 96,
} as const;
const quarantineBytes = 16;
const symbolBytes = 16;
const clOrdIDBytes = 36;

/** A deferred order as a snapshot tells it: what its refusal will say. */
export interface SnapshotDeferred {
  readonly orderID: string;
  readonly accountID: number;
  readonly firstSeqNum: number;
  readonly validUntil: number;
  readonly orderQty: number;
  readonly price: number;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  readonly symbol: string;
  readonly clOrdID: string;
  /** 0 = none that has a dead-man timer. */
  readonly connectionID: number;
}

export interface WaitingShape {
  readonly at: number;
  readonly deferredCount: number;
  readonly quarantinesAt: number;
  readonly quarantineCount: number;
  readonly end: number;
}

export const shapeOfWaiting = (
  at: number,
  deferredCount: number,
  quarantineCount: number,
): WaitingShape => {
  const quarantinesAt = at + 8 + deferredCount * DeferredField.bytes;
  const end = quarantinesAt + 8 + quarantineCount * quarantineBytes;
  return { at, deferredCount, quarantinesAt, quarantineCount, end };
};

/** The section's shape; throws where the bytes do not end with exactly one. */
export const readWaitingShape = (view: DataView, at: number): WaitingShape => {
  const { quarantinesAt } = shapeOfWaiting(at, readCount(view, at), 0);
  const shape = shapeOfWaiting(at, readCount(view, at), readCount(view, quarantinesAt));
  assert(shape.end === view.byteLength, "a snapshot ends with what waits");
  return shape;
};

const readCount = (view: DataView, at: number): number => {
  assert(at + 8 <= view.byteLength && validUint53(view, at), "a snapshot counts what waits");
  return readUint53(view, at);
};

export const writeWaiting = (view: DataView, shape: WaitingShape, capture: EngineCapture): void => {
  const field = DeferredField;
  writeUint53(view, shape.at, shape.deferredCount);
  capture.deferred.forEach(({ firstSeqNum, validUntil, connectionID, said }, index) => {
    const at = shape.at + 8 + index * field.bytes;
    const from = new DataView(said);
    writeUint53(view, at + field.firstSeqNum, firstSeqNum);
    writeUint53(view, at + field.validUntil, validUntil);
    move(from, New.orderQty, view, at + field.orderQty, 8);
    move(from, New.price, view, at + field.price, 4);
    move(from, New.side, view, at + field.side, 2);
    move(from, New.timeInForce, view, at + field.timeInForce, 1);
    move(from, New.symbol, view, at + field.symbol, symbolBytes);
    move(from, New.clOrdID, view, at + field.clOrdID, clOrdIDBytes);
    writeUint53(view, at + field.connectionID, connectionID);
  });
  writeUint53(view, shape.quarantinesAt, shape.quarantineCount);
  capture.quarantines.forEach(({ commandOffset, commandHash }, index) => {
    const at = shape.quarantinesAt + 8 + index * quarantineBytes;
    writeUint53(view, at, commandOffset);
    writeHash64(view, at + 8, commandHash);
  });
};

/** As plain objects; `entries` are the id window's. */
export const readWaiting = (
  view: DataView,
  shape: WaitingShape,
  entries: readonly { readonly id: string; readonly accountID: number; readonly seqNum: number }[],
): { deferred: SnapshotDeferred[]; quarantines: PendingQuarantine[] } => {
  const field = DeferredField;
  const waiting = shape.deferredCount === 0 ? [] : entries;
  const bySeqNum = new Map(waiting.map((entry) => [entry.seqNum, entry]));
  const deferred = Array.from({ length: shape.deferredCount }, (_, index) => {
    const at = shape.at + 8 + index * field.bytes;
    const firstSeqNum = readUint53(view, at + field.firstSeqNum);
    const entry = bySeqNum.get(firstSeqNum);
    assert(entry !== undefined, "a deferred order has its entry");
    return {
      orderID: entry.id,
      accountID: entry.accountID,
      firstSeqNum,
      validUntil: readUint53(view, at + field.validUntil),
      orderQty: readUint53(view, at + field.orderQty),
      price: view.getInt32(at + field.price, true),
      side: view.getUint8(at + field.side) as Side,
      ordType: view.getUint8(at + field.ordType) as OrdType,
      timeInForce: view.getUint8(at + field.timeInForce) as TimeInForce,
      symbol: readText(view, at + field.symbol, symbolBytes),
      clOrdID: readText(view, at + field.clOrdID, clOrdIDBytes),
      connectionID: readUint53(view, at + field.connectionID),
    };
  });
  return { deferred, quarantines: readQuarantines(view, shape) };
};

const readQuarantines = (view: DataView, shape: WaitingShape): PendingQuarantine[] => {
  return Array.from({ length: shape.quarantineCount }, (_, index) => {
    const at = shape.quarantinesAt + 8 + index * quarantineBytes;
    assert(validUint53(view, at), "a command set aside has a place");
    return { commandOffset: readUint53(view, at), commandHash: readHash64(view, at + 8) };
  });
};

/**
 * Throws where no sequence of commands and Quarantines can have led there. The id window must have been restored; `entries` are those of
 * it that are deferred, by seqNum.
 */
export const restoreWaiting = (
  state: PartitionState,
  view: DataView,
  shape: WaitingShape,
  entries: ReadonlyMap<number, number>,
): void => {
  // They may have been deferred under semantics that allowed more of them.
  const countMax = Math.max(...state.versions.map(({ rules }) => rules.deferredCountMax));
  assert(shape.deferredCount <= countMax, "deferred orders are within their limit");
  assert(entries.size === shape.deferredCount, "every deferred entry has its order");
  let last = 0;
  for (let index = 0; index < shape.deferredCount; index++) {
    const at = shape.at + 8 + index * DeferredField.bytes;
    const firstSeqNum = readUint53(view, at + DeferredField.firstSeqNum);
    assert(firstSeqNum > last, "deferred orders stand by firstSeqNum");
    restoreDeferred(state, view, at, entries.get(firstSeqNum));
    last = firstSeqNum;
  }
  const quarantines = readQuarantines(view, shape);
  for (const { commandOffset, commandHash } of quarantines) {
    state.quarantines.add(commandOffset, commandHash);
  }
  const { pending } = state.quarantines;
  const isInOrder = pending.every((each, index) => {
    const written = quarantines[index];
    return (
      each.commandOffset === written?.commandOffset && each.commandHash === written.commandHash
    );
  });
  assert(isInOrder && pending.length === quarantines.length, "Quarantines stand by their place");
};

const restoreDeferred = (
  state: PartitionState,
  view: DataView,
  at: number,
  entry: number | undefined,
): void => {
  assert(entry !== undefined, "a deferred order has its entry");
  assert(isDeferredWritten(view, at), "a deferred order's fields hold values of their types");
  const field = DeferredField;
  const validUntil = readUint53(view, at + field.validUntil);
  const words = state.window.wordsOf(entry);
  const entryTime = state.window.doubleOf(entry, EntryDouble.entryTime);
  const isKept = validUntil >= state.now && validUntil < entryTime + state.limits.idWindowMs;
  assert(isKept, "a deferred order waits within the id window");
  const said = new DataView(new ArrayBuffer(New.blockLength));
  writeUint53(said, New.validUntil, validUntil);
  const entryAt = state.window.wordAt(entry);
  for (let part = 0; part < 4; part++) {
    said.setInt32(New.orderID + part * 4, words[entryAt + EntryWord.id + part]!, true);
  }
  const accountID = state.accounts.accountIDOf(words[entryAt + EntryWord.account]!);
  said.setInt32(New.accountID, accountID, true);
  move(view, at + field.orderQty, said, New.orderQty, 8);
  move(view, at + field.price, said, New.price, 4);
  move(view, at + field.side, said, New.side, 2);
  move(view, at + field.timeInForce, said, New.timeInForce, 1);
  move(view, at + field.symbol, said, New.symbol, symbolBytes);
  move(view, at + field.clOrdID, said, New.clOrdID, clOrdIDBytes);
  const firstSeqNum = readUint53(view, at + field.firstSeqNum);
  const connectionID = readUint53(view, at + field.connectionID);
  state.deferred.add({ entry, firstSeqNum, validUntil, connectionID, said });
};

const isDeferredWritten = (view: DataView, at: number): boolean => {
  const field = DeferredField;
  return (
    validUint53(view, at + field.firstSeqNum) &&
    validUint53(view, at + field.validUntil) &&
    validUint53(view, at + field.orderQty) &&
    isSide(view.getUint8(at + field.side)) &&
    isOrdType(view.getUint8(at + field.ordType)) &&
    isTimeInForce(view.getUint8(at + field.timeInForce)) &&
    view.getUint8(at + field.timeInForce + 1) === 0 &&
    validText(view, at + field.symbol, symbolBytes) &&
    isSymbol(readText(view, at + field.symbol, symbolBytes)) &&
    validText(view, at + field.clOrdID, clOrdIDBytes) &&
    view.getInt32(at + field.reserved, true) === 0 &&
    validUint53(view, at + field.connectionID)
  );
};

const move = (from: DataView, fromAt: number, to: DataView, at: number, length: number): void => {
  for (let index = 0; index < length; index++) {
    to.setUint8(at + index, from.getUint8(fromAt + index));
  }
};
