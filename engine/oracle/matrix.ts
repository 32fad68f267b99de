/**
 * Order state change matrices as FIX draws them, in a text file each: a title, some lines that say what is special here, and a table whose
 * columns are FIX's. What is received stands in the file; what is sent is what oracle and core make of it.
 */
export interface Matrix {
  /** All lines before the table. */
  readonly head: readonly string[];
  /** What is received, in order, with its comment. */
  readonly received: readonly { readonly message: string; readonly comment: string }[];
}

export interface MatrixRow {
  readonly received: string;
  readonly sent: string;
  readonly execType: string;
  readonly ordStatus: string;
  readonly orderQty: string;
  readonly cumQty: string;
  readonly leavesQty: string;
  readonly lastQty: string;
  readonly comment: string;
}

const columns = {
  received: "Message received (ClOrdID, OrigClOrdID)",
  sent: "Message sent",
  execType: "ExecType",
  ordStatus: "OrdStatus",
  orderQty: "OrderQty",
  cumQty: "CumQty",
  leavesQty: "LeavesQty",
  lastQty: "LastQty",
  comment: "Comment",
} as const satisfies Record<keyof MatrixRow, string>;

const names = Object.keys(columns) as (keyof MatrixRow)[];

/** Throws where the file has no table. */
export function readMatrix(text: string): Matrix {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  if (start === -1) throw new Error("A matrix has a table");
  const rows = lines.slice(start + 2).filter((line) => line.startsWith("|"));
  const received = rows.flatMap((line) => {
    const cells = line.split("|").slice(1, -1);
    const message = cells[0]?.trim() ?? "";
    return message === "" ? [] : [{ message, comment: cells.at(-1)?.trim() ?? "" }];
  });
  return { head: lines.slice(0, start), received };
}

/** The file of a matrix whose table has these rows. */
export function writeMatrix({ head }: Matrix, rows: readonly MatrixRow[]): string {
  const table: readonly MatrixRow[] = [columns, ...rows];
  const widths = names.map((name) => Math.max(...table.map((row) => row[name].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  const [titles = "", ...lines] = table.map((row) => line(names.map((name) => row[name])));
  const rule = line(widths.map((width) => "-".repeat(width)));
  return `${[...head, titles, rule, ...lines].join("\n")}\n`;
}
