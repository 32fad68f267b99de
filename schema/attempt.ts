import { crc32 } from "./crc32.ts";
import { crcBytes } from "./frame.ts";
import { NewOrderSingleLayout as New } from "./generated/new-order-single.ts";
import { headerBytes } from "./generated/records.ts";
import { replayAttempt } from "./topics.ts";
import { writeUint53 } from "./wire.ts";

/**
 * The record of a NewOrderSingle, of this version or a newer one, as another attempt of the same request: requestHash covers neither
 * attempt nor times.
 */
export function asAttempt(value: Uint8Array, attempt: number): Uint8Array {
  return changed(value, (view) => {
    view.setUint16(headerBytes + New.attempt, attempt, true);
  });
}

/** The record of a NewOrderSingle as an operator's replay of it, with times of its own in ms. */
export function asReplay(
  value: Uint8Array,
  { sendingTime, validUntil }: { readonly sendingTime: number; readonly validUntil: number },
): Uint8Array {
  return changed(value, (view) => {
    writeUint53(view, headerBytes + New.sendingTime, sendingTime);
    writeUint53(view, headerBytes + New.validUntil, validUntil);
    view.setUint16(headerBytes + New.attempt, replayAttempt, true);
  });
}

function changed(value: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const bytes = value.slice();
  const view = new DataView(bytes.buffer);
  change(view);
  const end = bytes.length - crcBytes;
  view.setUint32(end, crc32(bytes, 0, end), true);
  return bytes;
}
