import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dir);
const manifest = (await Bun.file(join(root, "package.json")).json()) as {
  trustedDependencies: string[];
};

/** Installs a package whose install script leaves a file behind; true when it ran. */
async function installScriptRuns(trustedDependencies: readonly string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "orderbook-supply-"));
  try {
    const ran = join(folder, "ran");
    const scripts = {
      preinstall: `touch ${ran}`,
      install: `touch ${ran}`,
      postinstall: `touch ${ran}`,
    };
    const scripted = { name: "scripted", version: "1.0.0", scripts };
    await Bun.write(join(folder, "scripted", "package.json"), JSON.stringify(scripted));
    const consumer = {
      name: "consumer",
      dependencies: { scripted: "file:./scripted" },
      trustedDependencies,
    };
    await Bun.write(join(folder, "package.json"), JSON.stringify(consumer));
    const { exitCode } = Bun.spawnSync([process.execPath, "install"], {
      cwd: folder,
      stderr: "pipe",
    });
    expect(exitCode).toBe(0);
    return existsSync(ran);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("under this project's trust no package's install script runs", async () => {
  expect(manifest.trustedDependencies).toEqual([]);
  expect(await installScriptRuns(manifest.trustedDependencies)).toBe(false);
});

test("and this test would notice one that does", async () => {
  expect(await installScriptRuns(["scripted"])).toBe(true);
});

test("install does nothing when node_modules is in step", () => {
  const stamp = join(root, "node_modules", ".orderbook-install");
  if (!existsSync(stamp)) return;
  const run = Bun.spawnSync([process.execPath, join(import.meta.dir, "install.ts")], {
    stdout: "pipe",
    stderr: "pipe",
  });
  expect(run.stdout.toString() + run.stderr.toString()).toBe("");
  expect(run.exitCode).toBe(0);
});

test("the pure core, bundled, names no clock, no randomness and no I/O", async () => {
  const { outputs } = await Bun.build({
    entrypoints: [join(root, "engine", "core", "engine.ts")],
    target: "browser",
    minify: false,
  });
  const text = (await outputs[0]?.text()) ?? "";
  expect(text.length).toBeGreaterThan(1000);
  expect(text).not.toMatch(
    /\b(Date\.now|new Date|Math\.random|performance\.|crypto\.|fetch\(|require\(|process\.|Bun\.|setTimeout|import\()/,
  );
  expect(text).not.toMatch(/^import .* from/m);
});
