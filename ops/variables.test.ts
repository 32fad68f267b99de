import { describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";

import { variableRows } from "./variables.ts";

const root = dirname(import.meta.dir);
const document = await Bun.file(join(root, "docs/OPERATING.md")).text();

/** Cells of the rows that begin with a variable. */
function documented(): string[][] {
  return document
    .split("\n")
    .filter((line) => /^\| `[A-Z][A-Z0-9_]+`/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe("docs/OPERATING.md", () => {
  test("has one row for each variable that a service reads, and no other (`bun ops/variables.ts` writes them)", () => {
    expect(documented()).toEqual(
      variableRows().map(({ name, services, fallback, meaning }) => [
        `\`${name}\``,
        services,
        fallback,
        meaning,
      ]),
    );
  });
});

describe("a service", () => {
  for (const service of ["gateway", "engine", "projector", "query"]) {
    test(`${service} that lacks its configuration ends at once, and names each variable on stderr`, async () => {
      const child = Bun.spawn([process.execPath, join(root, service, "main.ts")], {
        env: { PATH: process.env["PATH"] ?? "", KAFKA_PARTITION_COUNT: "none" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const text = await new Response(child.stderr).text();
      expect(await child.exited).toBe(2);
      expect(text).toContain(`${service} does not start:`);
      expect(text).toContain("KAFKA_BROKERS is missing");
      expect(text).toContain('KAFKA_PARTITION_COUNT is "none"');
      const required = variableRows()
        .filter(
          ({ services, fallback }) => services.includes(service) && fallback === "must be given",
        )
        .map(({ name }) => name);
      for (const name of required) expect(text).toContain(`${name} is missing`);
      expect(text).not.toContain("    at ");
    });
  }
});
