/** A record on its way to the writer's thread. */
export interface PendingRecord {
  readonly table: number;
  readonly offset: number;
  readonly appendTime: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

/** u32 table, u32 key bytes + 1 (0 = no key), u32 value bytes, f64 offset, f64 append time; then key, value. */
const headerBytes = 28;

/** Packs records into one buffer that can be handed to another thread without a copy. */
export function packBatch(records: readonly PendingRecord[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(records.reduce((sum, record) => sum + packedBytes(record), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const record of records) {
    const { key, value } = record;
    view.setUint32(at, record.table, true);
    view.setUint32(at + 4, key === null ? 0 : key.length + 1, true);
    view.setUint32(at + 8, value.length, true);
    view.setFloat64(at + 12, record.offset, true);
    view.setFloat64(at + 20, record.appendTime, true);
    if (key !== null) bytes.set(key, at + headerBytes);
    bytes.set(value, at + packedBytes(record) - value.length);
    at += packedBytes(record);
  }
  return bytes;
}

/** The records of a packed batch; keys and values are views into it. */
export function unpackBatch(bytes: Uint8Array): PendingRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: PendingRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const keyEnd = at + headerBytes + Math.max(0, view.getUint32(at + 4, true) - 1);
    const end = keyEnd + view.getUint32(at + 8, true);
    const hasKey = view.getUint32(at + 4, true) !== 0;
    records.push({
      table: view.getUint32(at, true),
      offset: view.getFloat64(at + 12, true),
      appendTime: view.getFloat64(at + 20, true),
      key: hasKey ? bytes.subarray(at + headerBytes, keyEnd) : null,
      value: bytes.subarray(keyEnd, end),
    });
    at = end;
  }
  return records;
}

function packedBytes({ key, value }: PendingRecord): number {
  return headerBytes + (key?.length ?? 0) + value.length;
}
