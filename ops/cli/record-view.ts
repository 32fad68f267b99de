import type { LogRecord } from "../../ports/log/log.ts";
import { readBodyEvents, readBodyHeader } from "../../schema/body.ts";
import { codeName, isTimeField } from "../../schema/code-names.ts";
import { decodeFrame } from "../../schema/frame.ts";
import { decodeNewerOrder } from "../../schema/newer-order.ts";
import { readItems } from "../../schema/order-list.ts";

const hexBytesMax = 256;

/** A record as JSON for people: codes by their names, times as text, what is nested unfolded. Bytes that are no record are shown as hex. */
export function recordView(
  topic: string,
  partition: number,
  record: LogRecord,
): Record<string, unknown> {
  const { offset, appendTime, key, value, headers } = record;
  return {
    topic,
    partition,
    offset,
    appendTime: timeText(appendTime),
    ...(key === null ? {} : { key: Buffer.from(key).toString("latin1") }),
    ...(headers === undefined ? {} : { headers }),
    ...bytesView(value),
  };
}

function bytesView(bytes: Uint8Array): Record<string, unknown> {
  const decoded = decodeFrame(bytes);
  if (decoded.ok) return messageView(decoded.message);
  const order = decodeNewerOrder(bytes);
  if (order !== null) return { ...messageView(order), newerVersion: true };
  return { error: decoded.error, bytes: hexOf(bytes) };
}

function messageView(message: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).map(([field, value]) => [field, fieldView(field, value)]),
  );
}

function fieldView(field: string, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    if (field === "body") return bodyView(value);
    if (field === "items") return readItems(value)?.map(messageView) ?? hexOf(value);
    return field === "command" ? bytesView(value) : hexOf(value);
  }
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "number") return value;
  if (isTimeField(field)) return value === 0 ? null : timeText(value);
  return codeName(field, value) ?? value;
}

/** Of a chunk that is a whole body, the body; of a part of one its length. */
function bodyView(bytes: Uint8Array): unknown {
  const header = readBodyHeader(bytes);
  const events = readBodyEvents(bytes);
  if (header === null || events === null) return { bytes: bytes.length };
  return { ...messageView(header), events: events.map(messageView) };
}

function hexOf(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, hexBytesMax)).toString("hex");
  return bytes.length > hexBytesMax ? `${shown}… (${bytes.length} bytes)` : shown;
}

function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
