import type { RecordHeaders } from "./log.ts";
import { viewOf } from "../../schema/wire.ts";

/** A record on its way to the writer's thread. */
export interface PendingRecord {
  readonly table: number;
  readonly offset: number;
  readonly appendTime: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers?: RecordHeaders;
}

/**
 * u32 table, u32 key bytes + 1 (0 = no key), u32 value bytes, f64 offset, f64 append time, u32 bytes of headers (0 = none); then headers
 * as JSON, key, value.
 */
const headBytes = 32;

/** Packs records into one buffer that can be handed to another thread without a copy. */
export function packBatch(records: readonly PendingRecord[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(records.reduce((sum, record) => sum + packedBytes(record), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const record of records) {
    const { key, value } = record;
    const headers = headersJson(record);
    const end = at + packedBytes(record);
    view.setUint32(at, record.table, true);
    view.setUint32(at + 4, key === null ? 0 : key.length + 1, true);
    view.setUint32(at + 8, value.length, true);
    view.setFloat64(at + 12, record.offset, true);
    view.setFloat64(at + 20, record.appendTime, true);
    view.setUint32(at + 28, headers.length, true);
    bytes.set(headers, at + headBytes);
    if (key !== null) bytes.set(key, at + headBytes + headers.length);
    bytes.set(value, end - value.length);
    at = end;
  }
  return bytes;
}

/** The records of a packed batch; keys and values are views into it. */
export function unpackBatch(bytes: Uint8Array): PendingRecord[] {
  const view = viewOf(bytes);
  const records: PendingRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const headersEnd = at + headBytes + view.getUint32(at + 28, true);
    const keyEnd = headersEnd + Math.max(0, view.getUint32(at + 4, true) - 1);
    const end = keyEnd + view.getUint32(at + 8, true);
    const hasKey = view.getUint32(at + 4, true) !== 0;
    const record = {
      table: view.getUint32(at, true),
      offset: view.getFloat64(at + 12, true),
      appendTime: view.getFloat64(at + 20, true),
      key: hasKey ? bytes.subarray(headersEnd, keyEnd) : null,
      value: bytes.subarray(keyEnd, end),
    };
    const headers = bytes.subarray(at + headBytes, headersEnd);
    records.push(headers.length === 0 ? record : { ...record, headers: parseHeaders(headers) });
    at = end;
  }
  return records;
}

const noBytes = new Uint8Array(0);

function headersJson({ headers }: PendingRecord): Uint8Array {
  return headers === undefined ? noBytes : Buffer.from(JSON.stringify(headers));
}

function parseHeaders(json: Uint8Array): RecordHeaders {
  return JSON.parse(Buffer.from(json).toString()) as RecordHeaders;
}

function packedBytes(record: PendingRecord): number {
  const { key, value, headers } = record;
  const bytes = headBytes + (key?.length ?? 0) + value.length;
  return headers === undefined ? bytes : bytes + headersJson(record).length;
}
