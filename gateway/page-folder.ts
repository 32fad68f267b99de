import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

import type { Asset, Assets } from "./assets.ts";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * The files of the pages, read once. `index.html` is the page at "/", another `NAME.html` the one at "/NAME"; the other names change with
 * their content.
 */
export function readPageFolder(folder: string | null): Assets {
  const assets = new Map<string, Asset>();
  if (folder === null) return assets;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const isPage = extname(name) === ".html";
    assets.set(isPage ? pagePath(name) : `/${name.replaceAll("\\", "/")}`, {
      contentType,
      body: new Uint8Array(readFileSync(join(folder, name))),
      immutable: !isPage,
    });
  }
  return assets;
}

function pagePath(name: string): string {
  return name === "index.html" ? "/" : `/${name.slice(0, -".html".length)}`;
}
