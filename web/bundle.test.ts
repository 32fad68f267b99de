import { expect, test } from "bun:test";

import { bundleWeb } from "./bundle.ts";

const assets = await bundleWeb();

function text(path: string): string {
  return new TextDecoder().decode(assets.get(path)?.body);
}

test("every file that the page names is in the bundle, and the page needs no other host", () => {
  const named = [...text("/").matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] ?? "");
  const ours = named.filter((path) => path.startsWith("/"));
  expect(ours.length).toBeGreaterThanOrEqual(3);
  expect(ours.filter((path) => !assets.has(path))).toEqual([]);
  expect(named.filter((path) => !path.startsWith("/"))).toEqual(["https://www.tradingview.com/"]);
});

test("the page holds no script, no style and no handler of its own, so a strict policy can be set", () => {
  const page = text("/");
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/);
});

test("what is named after its content may be kept for ever, the page may not", () => {
  const kept = [...assets].filter(([, { immutable }]) => immutable).map(([path]) => path);
  expect(kept.every((path) => /-[a-z0-9]{8}\.\w+$/.test(path))).toBe(true);
  expect(assets.get("/")?.immutable).toBe(false);
  expect(assets.get("/")?.contentType).toBe("text/html; charset=utf-8");
});

test("the page loads less than 150 KB over the wire", () => {
  const bytes = [...assets.values()].map(({ body }) => Bun.gzipSync(body).length);
  expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(150 * 1024);
});
