import { join } from "node:path";

/** A file of the page as the gateway serves it. `immutable`: its name changes with its content. */
export interface WebAsset {
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly immutable: boolean;
}

const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

const pages: ReadonlyMap<string, string> = new Map([
  ["page.html", "/"],
  ["operator.html", "/operator"],
]);

/**
 * The trading page and the operator's, bundled in memory: URL path → file, "/" and "/operator" the pages themselves. Takes some 100 ms.
 * No script or style stands inside a page, so a strict content security policy holds. Throws an AggregateError when a source does not parse.
 */
export async function bundleWeb(): Promise<ReadonlyMap<string, WebAsset>> {
  const { outputs } = await Bun.build({
    entrypoints: [...pages.keys()].map((name) => join(import.meta.dir, name)),
    target: "browser",
    minify: true,
    publicPath: "/",
    // Without this the chart library comes in its development build, twice as large.
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    naming: { chunk: "assets/[name]-[hash].[ext]", asset: "assets/[name]-[hash].[ext]" },
  });
  const assets = new Map<string, WebAsset>();
  for (const output of outputs) {
    const name = output.path.replace(/^\.?\//, "");
    const extension = name.slice(name.lastIndexOf(".") + 1);
    const page = pages.get(name);
    assets.set(page ?? `/${name}`, {
      contentType: contentTypes[extension] ?? "application/octet-stream",
      body: new Uint8Array(await output.arrayBuffer()),
      immutable: page === undefined,
    });
  }
  return assets;
}
