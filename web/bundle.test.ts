import { describe, expect, test } from "bun:test";

import { bundleWeb } from "./bundle.ts";

const assets = await bundleWeb();

function text(path: string): string {
  return new TextDecoder().decode(assets.get(path)?.body);
}

function named(page: string): string[] {
  return [...text(page).matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] ?? "");
}

/** A page and every file of ours that it loads. */
function loaded(page: string): string[] {
  return [page, ...named(page).filter((path) => path.startsWith("/assets/"))];
}

describe.each(["/", "/operator"])("the page at %s", (page) => {
  test("names only files of the bundle, and needs no other host", () => {
    const ours = named(page).filter((path) => path.startsWith("/"));
    expect(loaded(page).length).toBeGreaterThanOrEqual(4);
    expect(ours.filter((path) => !assets.has(path))).toEqual([]);
    const credit = page === "/" ? ["https://www.tradingview.com/"] : [];
    expect(named(page).filter((path) => !path.startsWith("/"))).toEqual(credit);
  });

  test("holds no script, no style and no handler of its own, so a strict policy can be set", () => {
    expect(text(page)).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(text(page)).not.toMatch(/<style|\sstyle=|\son\w+=/);
  });

  test("loads little over the wire", () => {
    const bytes = loaded(page).map((path) => Bun.gzipSync(assets.get(path)?.body ?? "").length);
    const kilobytesMax = page === "/" ? 150 : 30;
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(kilobytesMax * 1024);
  });
});

test("what is named after its content may be kept for ever, the pages may not", () => {
  const kept = [...assets].filter(([, { immutable }]) => immutable).map(([path]) => path);
  expect(kept.every((path) => /-[a-z0-9]{8}\.\w+$/.test(path))).toBe(true);
  const pages = [...assets].filter(([, { immutable }]) => !immutable);
  expect(pages.map(([path, { contentType }]) => [path, contentType])).toEqual([
    ["/", "text/html; charset=utf-8"],
    ["/operator", "text/html; charset=utf-8"],
  ]);
});
