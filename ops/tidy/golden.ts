import type { Finding } from "./sources.ts";

const goldenPath = /(^|\/)([\w-]+\.)?golden\//;

/** Golden files that HEAD has and the working tree has changed or lost; null where there is no git to ask. */
export function changedGoldenFiles(root: string): Finding[] | null {
  const git = Bun.spawnSync(["git", "diff", "--name-status", "--no-renames", "HEAD"], {
    cwd: root,
    stdout: "pipe",
    stderr: "ignore",
  });
  return git.exitCode === 0 ? changedGolden(git.stdout.toString()) : null;
}

/** Reads `git diff --name-status`: a golden file may be added, nothing else. */
export function changedGolden(nameStatus: string): Finding[] {
  return nameStatus
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([status, path]) => status !== "A" && path !== undefined && goldenPath.test(path))
    .map(([, path]) => ({
      path: path ?? "",
      line: 1,
      message: "a golden file never changes: add one of a newer version",
    }));
}
