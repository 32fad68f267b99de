import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Brings node_modules in step with bun.lock, and does nothing when it is. Every package script calls this first, so a fresh
 * clone needs no step of its own; that is why it imports nothing that has to be installed.
 */
const root = dirname(import.meta.dir);
const stampPath = join(root, "node_modules", ".orderbook-install");

const wanted = fingerprint();
if (installedStamp() !== wanted) install(wanted);

function install(stamp: string): void {
  const startedAt = performance.now();
  console.error(
    "Installing the dependencies that bun.lock names (once; a minute on a slow line) …",
  );
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, "install", "--frozen-lockfile", "--no-progress"],
    { cwd: root, stdout: "pipe", stderr: "pipe" },
  );
  if (exitCode !== 0) {
    console.error(
      `${stdout.toString()}${stderr.toString()}bun install failed (exit code ${exitCode}).`,
    );
    process.exit(1);
  }
  mkdirSync(dirname(stampPath), { recursive: true });
  writeFileSync(stampPath, stamp);
  console.error(`Installed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}

/** What decides the content of node_modules: the manifest, the lock file and the Bun that reads them. */
function fingerprint(): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const name of ["package.json", "bun.lock"]) hasher.update(readFileSync(join(root, name)));
  return hasher.update(`${Bun.version} ${process.platform} ${process.arch}`).digest("hex");
}

function installedStamp(): string | null {
  return existsSync(stampPath) ? readFileSync(stampPath, "utf8") : null;
}
