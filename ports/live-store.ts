/**
 * The address of a real store for a live suite, out of the environment (`bun run test --live` sets it from what `bun run services up` wrote).
 * Null where there is none: the suite then skips, saying so; with REQUIRE_LIVE=1 that is a failure.
 */
export function liveStore(variable: string, store: string): string | null {
  const address = process.env[variable];
  if (address !== undefined && address !== "") return address;
  if (process.env["REQUIRE_LIVE"] === "1") {
    throw new Error(`${store} is required here, and ${variable} is not set`);
  }
  return null;
}
