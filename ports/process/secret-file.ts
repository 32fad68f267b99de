import { readFileSync, statSync } from "node:fs";

export type SecretRead =
  { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly problem: string };

const secretCharsMin = 12;
/** Where containers find their secrets: the orchestrator guards that folder, whatever the modes in it say. */
const guardedFolder = "/run/secrets/";
/** Passwords that stores come with, and those that people put where they mean to change them. */
const wellKnown = new Set([
  "adminadmin",
  "administrator",
  "changeme",
  "changemeplease",
  "clickhouse",
  "default",
  "minioadmin",
  "orderbook",
  "password",
  "password123",
  "password1234",
  "postgres",
  "postgresql",
  "redis",
  "secret",
]);

/** A secret out of a file that only its owner may read. A trailing line break is not part of it. */
export function readSecretFile(path: string): SecretRead {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(path, "utf8");
    ({ mode } = statSync(path));
  } catch (error) {
    return { ok: false, problem: `names ${path}, which cannot be read: ${codeOf(error)}` };
  }
  const problem = fault(text.replace(/\r?\n$/, ""), path.startsWith(guardedFolder) ? 0 : mode);
  if (problem !== null) return { ok: false, problem: `names ${path}, ${problem}` };
  return { ok: true, secret: text.replace(/\r?\n$/, "") };
}

/** What is wrong with a secret, or null. */
function fault(secret: string, mode: number): string | null {
  if ((mode & 0o077) !== 0) return "which others may read: give it mode 0400";
  if (secret === "") return "which is empty";
  if (wellKnown.has(secret.toLowerCase())) return "which holds a well-known password";
  if (secret.length < secretCharsMin)
    return `whose secret has fewer than ${secretCharsMin} characters`;
  return null;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
