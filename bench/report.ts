import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Rows of one shape as text columns, numbers to the right. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => row[name] ?? ""));
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((line) => String(line[column]).length)),
  );
  const pad = (cell: string | number, column: number): string => {
    const width = widths[column] ?? 0;
    return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
  };
  return [names, ...cells].map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

/** Writes `results/<date>-<name>.json` and returns its name. A later run of the same day writes it anew. */
export function writeResult(name: string, result: unknown): string {
  const folder = join(import.meta.dir, "results");
  mkdirSync(folder, { recursive: true });
  const file = `${new Date().toISOString().slice(0, 10)}-${name}.json`;
  // What a process said may name files by this machine's paths.
  const text = JSON.stringify(result, null, 2).replaceAll(`${dirname(import.meta.dir)}/`, "");
  writeFileSync(join(folder, file), `${text}\n`);
  return `bench/results/${file}`;
}

/** Writes `results/<date>-<name>.svg` and returns its name. */
export function writeChart(name: string, svg: string): string {
  const file = `${new Date().toISOString().slice(0, 10)}-${name}.svg`;
  writeFileSync(join(import.meta.dir, "results", file), svg);
  return `bench/results/${file}`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
