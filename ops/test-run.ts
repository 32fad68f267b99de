/** What a run of `bun test` came to. */
export interface TestRun {
  readonly exitCode: number;
  /** `N passed, N failed, N skipped`: the plain last line of every command that runs tests. */
  readonly summary: string;
}

const keptLength = 8192;

/** Runs `bun test` with these arguments, shows its report as it comes, and counts by it. */
export async function runTests(options: {
  root: string;
  args: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
}): Promise<TestRun> {
  const child = Bun.spawn([process.execPath, "test", "--no-orphans", ...options.args], {
    cwd: options.root,
    env: options.env ?? process.env,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "pipe",
  });
  const decoder = new TextDecoder();
  let report = "";
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk);
    report = (report + decoder.decode(chunk, { stream: true })).slice(-keptLength);
  }
  const exitCode = await child.exited;
  const failed = Math.max(count(report, "fail"), exitCode === 0 ? 0 : 1);
  const skipped = count(report, "skip") + count(report, "todo");
  return {
    exitCode,
    summary: `${count(report, "pass")} passed, ${failed} failed, ${skipped} skipped`,
  };
}

/** The number in the report's line ` 12 pass`; the last such line is the summary's. */
function count(report: string, word: string): number {
  const matches = [...report.matchAll(new RegExp(`^ (\\d+) ${word}$`, "gm"))];
  return Number(matches.at(-1)?.[1] ?? 0);
}
