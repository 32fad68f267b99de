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

/** A new element with what it holds. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  { className, text }: { readonly className?: string; readonly text?: string } = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
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

/** A time of RFC 3339 as the logs of the services have it too: "2026-11-25 18:04:05.678 UTC". */
export function instantText(instant: string): string {
  return new Date(instant).toISOString().replace("T", " ").replace("Z", " UTC");
}

/** How long ago something was, in one unit: "42 s", "5 min", "3 h", "12 d". */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
