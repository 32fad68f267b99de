import { z } from "zod";

import { invalidRequest } from "./problem.ts";

/** Last row of a page, as the columns that the list is sorted by. */
export type CursorKey = readonly (number | string)[];

const cursorText = z.tuple([z.string(), z.array(z.union([z.int().min(0), z.string().max(64)]))]);

/**
 * Opaque to clients: base64url of the filter's digest and the place of the last row. A cursor goes on with the filter that it was made for
 * and with no other; what it says is only a place, so nothing has to be kept secret in it.
 */
export function encodeCursor(filter: readonly unknown[], key: CursorKey): string {
  return Buffer.from(JSON.stringify([digest(filter), key])).toString("base64url");
}

/** Null without a cursor. Throws Problem InvalidRequest when it is none of ours, or of another filter. */
export function decodeCursor<Key extends CursorKey>(
  text: string | undefined,
  filter: readonly unknown[],
  keySchema: z.ZodType<Key>,
): Key | null {
  if (text === undefined) return null;
  const [digestText, key] = readCursor(text);
  const parsed = keySchema.safeParse(key);
  if (digestText !== digest(filter) || !parsed.success) {
    throw invalidCursor("A cursor of another list");
  }
  return parsed.data;
}

function readCursor(text: string): z.infer<typeof cursorText> {
  try {
    return cursorText.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch {
    throw invalidCursor("Not a cursor");
  }
}

function invalidCursor(detail: string): Error {
  return invalidRequest([{ pointer: "/cursor", detail }]);
}

function digest(filter: readonly unknown[]): string {
  const text = JSON.stringify(filter.map((part) => part ?? null));
  return new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 16);
}
