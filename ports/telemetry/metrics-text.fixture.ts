export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedMetrics {
  /** Family → type, as the TYPE lines say. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly ParsedSample[];
  /** The one sample of these labels; throws when there is none, or more. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Reads Prometheus' text format, strictly: each family is described once, before its samples; no series stands twice. */
export function parseMetrics(text: string): ParsedMetrics {
  const types = new Map<string, string>();
  const samples: ParsedSample[] = [];
  const seen = new Set<string>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# HELP ")) continue;
    const type = /^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) {
      if (types.has(type[1] ?? "")) throw new Error(`Described twice: ${line}`);
      types.set(type[1] ?? "", type[2] ?? "");
      continue;
    }
    const sample = parseSample(line);
    if (familyOf(sample.name, types) === null) throw new Error(`Not described: ${line}`);
    const labels = Object.entries(sample.labels).map((label) => label.join("="));
    const series = `${sample.name} ${labels.toSorted().join(",")}`;
    if (seen.has(series)) throw new Error(`A series stands twice: ${line}`);
    seen.add(series);
    samples.push(sample);
  }
  return { types, samples, value: (name, labels = {}) => valueOf(samples, name, labels) };
}

function parseSample(line: string): ParsedSample {
  const match = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null) throw new Error(`No sample: ${line}`);
  const [, name = "", labelText = "", valueText = ""] = match;
  const labels: Record<string, string> = {};
  for (const [, label = "", text = ""] of labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)) {
    labels[label] = text;
  }
  const value = valueText === "+Inf" ? Infinity : Number(valueText);
  if (valueText !== "NaN" && Number.isNaN(value)) throw new Error(`No number: ${line}`);
  return { name, labels, value };
}

export function familyOf(name: string, types: ReadonlyMap<string, string>): string | null {
  if (types.has(name)) return name;
  const family = name.replace(/_(bucket|sum|count)$/, "");
  return /^(histogram|summary)$/.test(types.get(family) ?? "") ? family : null;
}

function valueOf(
  samples: readonly ParsedSample[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} samples of ${name}${JSON.stringify(labels)}`);
  }
  return only.value;
}
