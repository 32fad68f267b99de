import { dirname } from "node:path";

/** Everything that can be said of the sources without running the venue: types, format, lint, house rules. */
const root = dirname(import.meta.dir);

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly hint: string;
}

interface Outcome {
  readonly step: Step;
  readonly exitCode: number;
  readonly output: string;
  readonly seconds: number;
}

const bun = process.execPath;
const steps: readonly Step[] = [
  {
    name: "types",
    command: [bun, "check", "--no-script", "--all"],
    hint: "every source file against tsconfig.json",
  },
  {
    name: "types of the fenced core",
    command: [bun, "check", "--no-script", "--all", "-p", "engine/core"],
    hint: "engine/core must not even name a clock, a socket or a file",
  },
  { name: "format", command: [bun, "fmt", "--no-script", "--check"], hint: "`bun fmt` mends it" },
  {
    name: "lint",
    command: [bun, "node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"],
    hint: ".oxlintrc.json",
  },
  {
    name: "house rules",
    command: [bun, "test", "--only-failures", "--timeout=30000", "ops/tidy.test.ts"],
    hint: "ops/tidy.test.ts",
  },
];

const startedAt = performance.now();
const outcomes = await Promise.all(steps.map(run));
for (const { step, exitCode, output } of outcomes) {
  if (exitCode !== 0) console.log(`\n── ${step.name} (${step.hint}) ──\n${output.trim()}`);
}
console.log("");
for (const { step, exitCode, seconds } of outcomes) {
  console.log(`${exitCode === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds.toFixed(1)} s)`);
}
const failedCount = outcomes.filter(({ exitCode }) => exitCode !== 0).length;
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  `${outcomes.length - failedCount} checks passed, ${failedCount} failed in ${seconds} s`,
);
process.exit(failedCount === 0 ? 0 : 1);

async function run(step: Step): Promise<Outcome> {
  const runStartedAt = performance.now();
  const child = Bun.spawn([...step.command], { cwd: root, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const seconds = (performance.now() - runStartedAt) / 1000;
  return { step, exitCode, output: `${stdout}\n${stderr}`, seconds };
}
