/** A series' value by name and labels as they stand in the text: `orderbook_engine_seqnum{partition="0"}`. */
export type Series = ReadonlyMap<string, number>;

/** What a process tells at its private listener. Rejects when it does not answer. */
export async function scrape(operationsUrl: string): Promise<Series> {
  const answer = await fetch(`${operationsUrl}/metrics`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operationsUrl}/metrics: ${answer.status}`);
  const series = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#") || line.includes("_bucket{")) continue;
    const at = line.lastIndexOf(" ");
    series.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return series;
}

/** The values of one metric, by one of its labels; "" where it has none. */
export function valuesOf(series: Series, metric: string, ...labels: string[]): [string, number][] {
  const found: [string, number][] = [];
  for (const [name, value] of series) {
    if (name !== metric && !name.startsWith(`${metric}{`)) continue;
    const values = labels.map(
      (label) => new RegExp(`[{,]${label}="([^"]*)"`).exec(name)?.[1] ?? "",
    );
    found.push([values.join(" "), value]);
  }
  return found;
}

export function sumOf(series: Series, metric: string): number {
  return valuesOf(series, metric).reduce((sum, [, value]) => sum + value, 0);
}
