import { existsSync } from "node:fs";
import { join } from "node:path";

/** A file of the folder of published input beside the checkout (or where ORDERBOOK_SHARED says); null when it is not there. */
export function sharedFile(...parts: readonly string[]): string | null {
  const root = process.env["ORDERBOOK_SHARED"] ?? join(import.meta.dir, "..", "..", "shared");
  const path = join(root, ...parts);
  return existsSync(path) ? path : null;
}
