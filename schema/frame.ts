import { crc32 } from "./crc32.ts";
import {
  blockLengthOf,
  dataBytesMaxOf,
  decodeBlock,
  encodedBytes,
  encodeMessage,
  headerBytes,
  schemaId,
  schemaVersion,
  validBlock,
  type AnyMessage,
  type Command,
} from "./generated/records.ts";
import { viewOf } from "./wire.ts";

/**
 * A record of a log: messageHeader, block, (length and bytes of a variable part), and the CRC-32 of all that. A record that was cut,
 * lengthened or changed in a bit fails its CRC or its length.
 */
export const crcBytes = 4;

/** Why bytes are not a message: `UnknownTemplate` is a whole record of a template or version that is not known. */
export type FrameError = "Undecodable" | "UnknownTemplate";

export type Decoded<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly error: FrameError };

/** Templates of commands end here (messages.xml). */
const commandTemplateMax = 63;

/** The bytes of a record. */
export function frame(message: AnyMessage): Uint8Array {
  const bytes = new Uint8Array(encodedBytes(message) + crcBytes);
  const view = new DataView(bytes.buffer);
  const end = encodeMessage(message, view, 0);
  view.setUint32(end, crc32(bytes, 0, end), true);
  return bytes;
}

/** Writes the CRC behind a message that was encoded at the start of `bytes` and ends at `end`. */
export function sealFrame(bytes: Uint8Array, view: DataView, end: number): void {
  view.setUint32(end, crc32(bytes, 0, end), true);
}

/** Length, header, CRC and fields of a record; what is newer than `newest`, a version of the schema, is unknown. Allocates nothing. */
export function checkFrame(
  bytes: Uint8Array,
  view: DataView,
  newest: number = schemaVersion,
): "Ok" | FrameError {
  const { length } = bytes;
  if (length < headerBytes + crcBytes) return "Undecodable";
  const end = length - crcBytes;
  if (view.getUint32(end, true) !== crc32(bytes, 0, end)) return "Undecodable";
  return checkSealed(view, length, newest);
}

/** As checkFrame, of a record at the start of `view` whose CRC is known to hold. */
export function checkSealed(
  view: DataView,
  length: number,
  newest: number = schemaVersion,
): "Ok" | FrameError {
  const end = length - crcBytes;
  if (end < headerBytes) return "Undecodable";
  if (view.getUint16(4, true) !== schemaId) return "UnknownTemplate";
  if (view.getUint16(6, true) > newest) return "UnknownTemplate";
  return checkMessage(view, 0, end) === end ? "Ok" : whyNot(view, 0);
}

/** As checkSealed, for a record of `orders`: any other template is unknown there. */
export function checkCommandFrame(view: DataView, length: number): "Ok" | FrameError {
  const checked = checkSealed(view, length);
  if (checked === "Ok" && view.getUint16(2, true) > commandTemplateMax) return "UnknownTemplate";
  return checked;
}

/** The message of a record. */
export function decodeFrame(
  bytes: Uint8Array,
  newest: number = schemaVersion,
): Decoded<AnyMessage> {
  const view = viewOf(bytes);
  const checked = checkFrame(bytes, view, newest);
  if (checked !== "Ok") return { ok: false, error: checked };
  return { ok: true, message: decodeBlock(view.getUint16(2, true), view, headerBytes) };
}

/** The command of a record of `orders`. */
export function decodeCommandFrame(
  bytes: Uint8Array,
  newest: number = schemaVersion,
): Decoded<Command> {
  const decoded = decodeFrame(bytes, newest);
  if (!decoded.ok) return decoded;
  return isCommand(decoded.message)
    ? { ok: true, message: decoded.message }
    : { ok: false, error: "UnknownTemplate" };
}

/**
 * The offset after the message at `at`, or -1 where there is none of a known template and version and valid fields before
 * `end`. Allocates nothing.
 */
export function checkMessage(view: DataView, at: number, end: number): number {
  if (at + headerBytes > end) return -1;
  const templateId = view.getUint16(at + 2, true);
  const blockLength = blockLengthOf(templateId, view.getUint16(at + 6, true));
  const block = at + headerBytes;
  if (blockLength === 0) return -1;
  if (view.getUint16(at, true) !== blockLength || view.getUint16(at + 4, true) !== schemaId)
    return -1;
  if (block + blockLength > end || !validBlock(templateId, view, block)) return -1;
  const dataBytesMax = dataBytesMaxOf(templateId);
  if (dataBytesMax === 0) return block + blockLength;
  if (block + blockLength + 4 > end) return -1;
  const dataBytes = view.getUint32(block + blockLength, true);
  const after = block + blockLength + 4 + dataBytes;
  return dataBytes <= dataBytesMax && after <= end ? after : -1;
}

function whyNot(view: DataView, at: number): FrameError {
  const blockLength = blockLengthOf(view.getUint16(at + 2, true), view.getUint16(at + 6, true));
  return blockLength > 0 ? "Undecodable" : "UnknownTemplate";
}

function isCommand(message: AnyMessage): message is Command {
  return commandKinds.has(message.kind);
}

const commandKinds: ReadonlySet<AnyMessage["kind"]> = new Set<Command["kind"]>([
  "NewOrderSingle",
  "OrderCancelRequest",
  "OrderCancelReplaceRequest",
  "OrderMassCancelRequest",
  "SecurityDefinition",
  "SecurityStatus",
  "AccountDefinition",
  "KeyDefinition",
  "AccountLimits",
  "NewOrderList",
  "FeeSchedule",
  "CancelOnDisconnect",
  "ActivateSemantics",
  "TimeTick",
]);
