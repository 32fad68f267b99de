import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readPageFolder } from "../gateway/page-folder.ts";
import { bundleWeb } from "../web/bundle.ts";
import { writePage } from "./page-files.ts";

const folder = mkdtempSync(join(tmpdir(), "orderbook-pages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a gateway serves from the folder what the one process serves from memory", async () => {
  await writePage(folder);
  const served = readPageFolder(folder);
  const bundled = await bundleWeb();
  expect([...served.keys()].toSorted()).toEqual([...bundled.keys()].toSorted());
  for (const [path, { contentType, immutable, body }] of bundled) {
    expect(served.get(path)).toMatchObject({ contentType, immutable });
    expect(Buffer.compare(served.get(path)?.body ?? new Uint8Array(), body)).toBe(0);
  }
});
