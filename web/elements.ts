/** The element of the page with this id and of this class. Throws when the page has none: page and code do not fit. */
export function element<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}`);
  return found;
}

/** Writes only what differs: the browser then lays out nothing that has not changed. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** A table row of plain cells. `className` says what a cell holds. */
export function tableRow(
  cells: readonly { text: string; className?: string }[],
): HTMLTableRowElement {
  const row = document.createElement("tr");
  for (const { text, className } of cells) {
    const cell = row.insertCell();
    cell.textContent = text;
    if (className !== undefined) cell.className = className;
  }
  return row;
}

/** The local time of day of an RFC 3339 time, with seconds. */
export function timeOfDay(instant: string): string {
  return new Date(instant).toLocaleTimeString([], { hour12: false });
}
