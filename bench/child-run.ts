import { join } from "node:path";

/** Runs a script of this folder as a process of its own, with options as JSON; resolves with the JSON that it prints. Rejects when it fails. */
export async function runChild<Result>(script: string, options: object): Promise<Result> {
  const child = startChild(script, options);
  const [text, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (exitCode !== 0) throw new Error(`bench/${script} failed (${exitCode})`);
  return JSON.parse(text) as Result;
}

/** As runChild, for a script that serves until it is killed. What it complains about goes to this process's own output. */
export function startChild(
  script: string,
  options: object,
): Bun.Subprocess<"ignore", "pipe", "inherit"> {
  return Bun.spawn([process.execPath, join(import.meta.dir, script), JSON.stringify(options)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
}

/** In the child: the options that it was given. */
export function childOptions<Options>(): Options {
  return JSON.parse(process.argv[2] ?? "{}") as Options;
}

/** In the child: hands the result over and ends. */
export function finish(result: object): never {
  process.stdout.write(JSON.stringify(result));
  process.exit(0);
}
