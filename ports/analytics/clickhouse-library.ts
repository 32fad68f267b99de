import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import { AnalyticsError } from "./analytics.ts";

const packages: Readonly<Record<string, string>> = {
  "darwin-arm64": "@chdb/lib-darwin-arm64",
  "darwin-x64": "@chdb/lib-darwin-x64",
  "linux-arm64": "@chdb/lib-linux-arm64-gnu",
  "linux-x64": "@chdb/lib-linux-x64-gnu",
};

/** Path of libchdb.so as the optional dependency `chdb` brings it. Throws AnalyticsError `Missing` where there is none. */
export function clickhouseLibrary(platform = `${process.platform}-${process.arch}`): string {
  const name = packages[platform];
  if (name === undefined) {
    throw new AnalyticsError("Missing", `the package chdb has no ClickHouse for ${platform}`);
  }
  const library = resolveLibrary(name);
  if (library === null) {
    throw new AnalyticsError("Missing", `the optional package chdb (${name}) is not installed`);
  }
  return library;
}

/** Null where the package or its file is not there. */
function resolveLibrary(name: string): string | null {
  try {
    const chdb = dirname(Bun.resolveSync("chdb/package.json", import.meta.dir));
    const library = join(dirname(Bun.resolveSync(`${name}/package.json`, chdb)), "libchdb.so");
    return existsSync(library) ? library : null;
  } catch (error) {
    // Bun gives failed look-ups a class that it does not export.
    if ((error as Error).name === "ResolveMessage") return null;
    throw error;
  }
}
