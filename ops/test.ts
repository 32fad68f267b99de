import { dirname } from "node:path";

import { runTests } from "./test-run.ts";

/**
 * Runs every test that needs no service, and names what it leaves out. Arguments go on to `bun test`; a path or a pattern runs
 * that part alone. The last line is plain: `N passed, N failed, N skipped`.
 */
const root = dirname(import.meta.dir);

/** Technology in a live suite's file name → what has to run for it. */
const services: Readonly<Record<string, string>> = {
  kafka: "a Kafka broker",
  redis: "a Redis server",
  postgres: "a PostgreSQL server",
  clickhouse: "a ClickHouse server",
  minio: "a MinIO server",
};

const args = ["--parallel", "--only-failures", "--timeout=30000", ...process.argv.slice(2)];
const { exitCode, summary } = await runTests({ root, args });
for (const line of leftOut()) console.log(line);
console.log(summary);
process.exit(exitCode);

function leftOut(): string[] {
  const paths = [...new Bun.Glob("**/*.{live,long}.test.ts").scanSync({ cwd: root })]
    .filter((path) => !path.startsWith("node_modules/"))
    .toSorted();
  if (paths.length === 0) return [];
  return ["Left out of this run:", ...paths.map((path) => `  ${path} (${whyLeftOut(path)})`)];
}

function whyLeftOut(path: string): string {
  if (path.endsWith(".long.test.ts")) {
    return `takes minutes: bun test --path-ignore-patterns= ./${path}`;
  }
  const technology = Object.keys(services).find((name) => path.includes(name)) ?? "";
  return `needs ${services[technology] ?? "a service"}: bun run services up, bun run live`;
}
