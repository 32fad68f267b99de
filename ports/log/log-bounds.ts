import { recordBytesMax } from "../../schema/topics.ts";
import type { AppendBatch } from "./append-batch.ts";
import { LogError } from "./log.ts";
import type { AppendRecord, RecordHeaders } from "./log.ts";

const keyBytesMax = 1024;
/** Characters of a record's headers, names and values together. */
export const headerCharsMax = 1024;

/** Throws RecordTooLarge for what not every log would take. */
export function checkRecord({ key, value, headers }: AppendRecord): void {
  checkRecordBytes(key, value);
  if (headers !== undefined) checkHeaders(headers);
}

/** As checkRecord, for each record of a batch. */
export function checkBatch({ count, lengths, headers }: AppendBatch): void {
  for (let index = 0; index < count; index++) {
    const length = lengths[index] ?? 0;
    if (length > recordBytesMax) throw tooLong(length);
  }
  for (const each of headers.values()) checkHeaders(each);
}

function checkHeaders(headers: RecordHeaders): void {
  const chars = Object.entries(headers).reduce((sum, header) => sum + header.join("").length, 0);
  if (chars <= headerCharsMax) return;
  const most = `${headerCharsMax} at most`;
  throw new LogError("RecordTooLarge", `Headers have ${chars} characters, ${most}`);
}

function checkRecordBytes(key: Uint8Array | null, value: Uint8Array): void {
  if (value.length > recordBytesMax) throw tooLong(value.length);
  if (key !== null && key.length > keyBytesMax) {
    throw new LogError("RecordTooLarge", `A key has ${key.length} bytes, ${keyBytesMax} at most`);
  }
}

function tooLong(length: number): LogError {
  const message = `A record has ${length} bytes, ${recordBytesMax} at most`;
  return new LogError("RecordTooLarge", message);
}

/** Throws OffsetOutOfRange unless reading may begin there; the end itself is a fair place to wait. */
export function checkOffset(fromOffset: number, startOffset: number, endOffset: number): void {
  const fits =
    Number.isSafeInteger(fromOffset) && fromOffset >= startOffset && fromOffset <= endOffset;
  if (fits) return;
  const range = `${startOffset} to ${endOffset}`;
  throw new LogError("OffsetOutOfRange", `Offset ${fromOffset} is not within ${range}`);
}
