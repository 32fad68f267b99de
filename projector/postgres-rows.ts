import { getTableColumns, getTableName, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/pg-core";
import type { PgTable } from "drizzle-orm/pg-core";

/**
 * `replace` puts the new row in place of the one with its key, `insert` takes no second row of a key, `add` adds the numbers of the
 * listed columns to the present row's and replaces the rest.
 */
export type RowOperation =
  | { readonly kind: "replace" }
  | { readonly kind: "insert" }
  | { readonly kind: "add"; readonly columns: readonly string[] };

const rowsMax = 2_000;

/** Statements that write rows of a table, many rows each: the rows travel as one JSON parameter, so that the text is always the same. */
export class RowWriter<Row extends Readonly<Record<string, unknown>>> {
  readonly #columns: readonly (readonly [property: string, name: string])[];
  readonly #before: SQL;
  readonly #after: SQL;

  constructor(table: PgTable, operation: RowOperation) {
    this.#columns = Object.entries(getTableColumns(table)).map(
      ([property, column]) => [property, column.name] as const,
    );
    const name = quote(getTableName(table));
    const names = this.#columns.map(([, column]) => quote(column)).join(", ");
    this.#before = sql.raw(
      `insert into ${name} (${names}) select ${names} from json_populate_recordset(null::${name}, `,
    );
    this.#after = sql.raw(`)${onConflict(table, operation)}`);
  }

  statements(rows: readonly Row[]): SQL[] {
    const statements: SQL[] = [];
    for (let at = 0; at < rows.length; at += rowsMax) {
      const json = this.#json(rows.slice(at, at + rowsMax));
      statements.push(sql`${this.#before}${json}::text::json${this.#after}`);
    }
    return statements;
  }

  /** Wide integers as strings: Postgres reads them into numeric columns. */
  #json(rows: readonly Row[]): string {
    return JSON.stringify(
      rows.map((row) =>
        Object.fromEntries(
          this.#columns.map(([property, name]) => {
            const value = row[property];
            return [name, typeof value === "bigint" ? value.toString() : value];
          }),
        ),
      ),
    );
  }
}

function onConflict(table: PgTable, operation: RowOperation): string {
  if (operation.kind === "insert") return "";
  const { columns, primaryKeys } = getTableConfig(table);
  const key = primaryKeys.flatMap((primaryKey) => primaryKey.columns.map(({ name }) => name));
  const added = new Set(operation.kind === "add" ? operation.columns : []);
  const assignments = columns
    .map(({ name }) => name)
    .filter((name) => !key.includes(name))
    .map((name) => `${quote(name)} = ${newValue(quote(name), added.has(name), table)}`);
  return ` on conflict (${key.map(quote).join(", ")}) do update set ${assignments.join(", ")}`;
}

function newValue(name: string, added: boolean, table: PgTable): string {
  return added ? `${quote(getTableName(table))}.${name} + excluded.${name}` : `excluded.${name}`;
}

function quote(name: string): string {
  return `"${name}"`;
}
