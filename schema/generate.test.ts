import { expect, test } from "bun:test";
import { join } from "node:path";

test("the generated codecs are in step with messages.xml", () => {
  const generate = Bun.spawnSync(
    [process.execPath, join(import.meta.dirname, "generate.ts"), "--check"],
    { stderr: "pipe" },
  );
  expect(generate.stderr.toString()).toBe("");
  expect(generate.exitCode).toBe(0);
});
