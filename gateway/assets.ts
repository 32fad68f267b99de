import { hash } from "node:crypto";

/** A file of the page. `immutable`: its name changes with its content. */
export interface Asset {
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly immutable?: boolean;
}

/** URL path → file; "/" is the page. */
export type Assets = ReadonlyMap<string, Asset>;

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A file as an answer, or null where the path names none. */
export function assetResponse(assets: Assets, path: string, request: Request): Response | null {
  const asset = assets.get(path);
  if (asset === undefined) return null;
  const etag = `"${hash("sha256", asset.body, "hex").slice(0, 32)}"`;
  const headers = {
    "content-type": asset.contentType,
    "content-security-policy": contentSecurityPolicy,
    "referrer-policy": "no-referrer",
    "cache-control": asset.immutable === true ? "public, max-age=31536000, immutable" : "no-cache",
    etag,
  };
  if (request.headers.get("if-none-match") === etag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(asset.body, { headers });
}
