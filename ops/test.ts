import { dirname } from "node:path";

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

const child = Bun.spawn(
  [
    process.execPath,
    "test",
    "--parallel",
    "--only-failures",
    "--no-orphans",
    "--timeout=30000",
    ...process.argv.slice(2),
  ],
  { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "pipe" },
);
const report = await passOn(child.stderr);
const exitCode = await child.exited;

for (const line of leftOut()) console.log(line);
const failedCount = Math.max(count(report, "fail"), exitCode === 0 ? 0 : 1);
console.log(
  `${count(report, "pass")} passed, ${failedCount} failed, ${count(report, "skip") + count(report, "todo")} skipped`,
);
process.exit(exitCode);

/** Bun writes its report to stderr: shown as it comes, and kept for the counts. */
async function passOn(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    process.stderr.write(chunk);
    text = (text + decoder.decode(chunk, { stream: true })).slice(-8192);
  }
  return text;
}

/** The number in the summary's line ` 12 pass`; the last such line is the summary's. */
function count(report: string, word: string): number {
  const matches = [...report.matchAll(new RegExp(`^ (\\d+) ${word}$`, "gm"))];
  return Number(matches.at(-1)?.[1] ?? 0);
}

function leftOut(): string[] {
  const lines = [...new Bun.Glob("**/*.{live,long}.test.ts").scanSync({ cwd: root })]
    .filter((path) => !path.startsWith("node_modules/"))
    .toSorted()
    .map((path) =>
      path.endsWith(".long.test.ts")
        ? `  ${path} (takes minutes: bun test --path-ignore-patterns= ./${path})`
        : `  ${path} (needs ${missingService(path)})`,
    );
  return lines.length === 0 ? [] : ["Left out of this run:", ...lines];
}

function missingService(path: string): string {
  const technology = Object.keys(services).find((name) => path.includes(name));
  return technology === undefined ? "a service of its own" : (services[technology] ?? technology);
}
