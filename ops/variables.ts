import { variables as engine } from "../engine/config.ts";
import { variables as gateway } from "../gateway/config.ts";
import type { Variable } from "../ports/process/environment.ts";
import { variables as projector } from "../projector/config.ts";
import { variables as query } from "../query/config.ts";

/** A row of the table in docs/OPERATING.md. */
export interface VariableRow {
  readonly name: string;
  readonly services: string;
  readonly fallback: string;
  readonly meaning: string;
}

const services: Readonly<Record<string, readonly Variable[]>> = {
  gateway,
  engine,
  projector,
  query,
};

/** Every variable that a service reads, as its configuration declares it. */
export function variableRows(): VariableRow[] {
  const names = new Set(Object.values(services).flatMap((list) => list.map(({ name }) => name)));
  return [...names].map(rowOf);
}

/** The table, for docs/OPERATING.md: `bun ops/variables.ts`. */
export function variablesTable(): string {
  const head =
    "| variable | read by | where it is not given | meaning |\n| --- | --- | --- | --- |";
  const rows = variableRows().map(
    ({ name, services: readBy, fallback, meaning }) =>
      `| \`${name}\` | ${readBy} | ${fallback} | ${meaning} |`,
  );
  return [head, ...rows].join("\n");
}

function rowOf(name: string): VariableRow {
  const readers = Object.entries(services).flatMap(([service, list]) =>
    list.filter((variable) => variable.name === name).map((variable) => ({ service, variable })),
  );
  const readBy = readers.map(({ service }) => service);
  const fallbacks = readers.map(
    ({ service, variable }) => [service, fallbackOf(variable)] as const,
  );
  const isSame = new Set(fallbacks.map(([, fallback]) => fallback)).size === 1;
  return {
    name,
    services: readBy.length === Object.keys(services).length ? "all" : readBy.join(", "),
    fallback: isSame
      ? (fallbacks[0]?.[1] ?? "")
      : fallbacks.map(([service, fallback]) => `${service} ${fallback}`).join(", "),
    meaning: readers[0]?.variable.meaning ?? "",
  };
}

function fallbackOf({ fallback }: Variable): string {
  if (fallback === null) return "must be given";
  return fallback === "" ? "nothing" : `\`${fallback}\``;
}

if (import.meta.main) console.log(variablesTable());
