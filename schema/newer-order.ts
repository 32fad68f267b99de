import { crc32 } from "./crc32.ts";
import { crcBytes } from "./frame.ts";
import {
  ExecInst,
  isOrdTypeIn,
  isSelfTradePrevention,
  isSide,
  isTimeInForceIn,
  OrdType,
  TimeInForce,
} from "./generated/enums.ts";
import {
  decodeNewOrderSingle,
  NewOrderSingleLayout as New,
  type NewOrderSingle,
} from "./generated/new-order-single.ts";
import { headerBytes, schemaId, schemaVersion } from "./generated/records.ts";
import { validWide } from "./wide.ts";
import { validText, validUint53, viewOf } from "./wire.ts";

/**
 * A NewOrderSingle that was written in a newer version of its template (SEMANTICS §3a): its sender, times, id and symbol can be read, so
 * that it can wait for a partition that reads all of it. `newest` is the version of the schema up to which it is not newer: what is active
 * in the partition, where one asks for it.
 */
export const newerOrderBytes = headerBytes + New.blockLength;

const accountIDMax = 0x7fffffff;
const symbolBytes = 16;
const clOrdIDBytes = 36;

/** Whether the bytes of a record are one; allocates nothing. */
export function isNewerOrder(
  bytes: Uint8Array,
  view: DataView,
  newest: number = schemaVersion,
): boolean {
  const { length } = bytes;
  if (length < newerOrderBytes + crcBytes) return false;
  const end = length - crcBytes;
  const blockLength = view.getUint16(0, true);
  const isNewer =
    view.getUint16(2, true) === New.templateId &&
    view.getUint16(4, true) === schemaId &&
    view.getUint16(6, true) > newest &&
    blockLength >= New.blockLength &&
    headerBytes + blockLength <= end;
  if (!isNewer || view.getUint32(end, true) !== crc32(bytes, 0, end)) return false;
  return (
    validUint53(view, headerBytes + New.sendingTime) &&
    validUint53(view, headerBytes + New.validUntil) &&
    view.getUint32(headerBytes + New.accountID, true) <= accountIDMax &&
    validText(view, headerBytes + New.symbol, symbolBytes)
  );
}

/** Writes what can be read of a newer order as one of the first version, without CRC, at the start of `out` (newerOrderBytes). */
export function copyNewerOrder(
  newer: DataView,
  out: DataView,
  newest: number = schemaVersion,
): void {
  for (let at = 0; at < newerOrderBytes; at += 4) out.setInt32(at, newer.getInt32(at, true), true);
  out.setUint16(0, New.blockLength, true);
  out.setUint16(6, New.version, true);
  const block = headerBytes;
  if (!isSide(out.getUint8(block + New.side))) out.setUint8(block + New.side, 0);
  if (!isOrdTypeIn(out.getUint8(block + New.ordType), newest)) {
    out.setUint8(block + New.ordType, OrdType.Market);
  }
  if (!isTimeInForceIn(out.getUint8(block + New.timeInForce), newest)) {
    out.setUint8(block + New.timeInForce, TimeInForce.GTC);
  }
  const mode = block + New.selfTradePrevention;
  if (!isSelfTradePrevention(out.getUint8(mode))) out.setUint8(mode, 0);
  const execInst = out.getUint8(block + New.execInst);
  if (execInst > ExecInst.postOnly) out.setUint8(block + New.execInst, 0);
  clearUnless(validUint53(out, block + New.orderQty), out, block + New.orderQty, 8);
  clearUnless(validWide(out, block + New.cashOrderQty), out, block + New.cashOrderQty, 16);
  clearUnless(validUint53(out, block + New.expireTime), out, block + New.expireTime, 8);
  const hasClOrdID = validText(out, block + New.clOrdID, clOrdIDBytes);
  clearUnless(hasClOrdID, out, block + New.clOrdID, clOrdIDBytes);
}

/** What can be read of a newer order, or null where the bytes are none. */
export function decodeNewerOrder(
  bytes: Uint8Array,
  newest: number = schemaVersion,
): NewOrderSingle | null {
  const view = viewOf(bytes);
  if (!isNewerOrder(bytes, view, newest)) return null;
  const out = new DataView(new ArrayBuffer(newerOrderBytes));
  copyNewerOrder(view, out, newest);
  return decodeNewOrderSingle(out, headerBytes);
}

function clearUnless(valid: boolean, view: DataView, at: number, length: number): void {
  if (valid) return;
  for (let index = 0; index < length; index += 4) view.setInt32(at + index, 0, true);
}
