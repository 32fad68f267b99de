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

/**
 * The trading page, bundled in memory: URL path → file, "/" the page itself. Takes some 100 ms. No script or style stands
 * inside the page, so a strict content security policy holds. Throws an AggregateError when a source does not parse.
 */
export async function bundleWeb(): Promise<ReadonlyMap<string, WebAsset>> {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, "page.html")],
    target: "browser",
    minify: true,
    publicPath: "/",
    // Without this the chart library comes in its development build, twice as large.
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    naming: { chunk: "assets/[name]-[hash].[ext]", asset: "assets/[name]-[hash].[ext]" },
  });
  const assets = new Map<string, WebAsset>();
  for (const output of outputs) {
    const path = `/${output.path.replace(/^\.?\//, "")}`;
    const extension = path.slice(path.lastIndexOf(".") + 1);
    const isPage = extension === "html";
    assets.set(isPage ? "/" : path, {
      contentType: contentTypes[extension] ?? "application/octet-stream",
      body: new Uint8Array(await output.arrayBuffer()),
      immutable: !isPage,
    });
  }
  return assets;
}
