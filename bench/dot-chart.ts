export interface Dot {
  readonly name: string;
  readonly value: number;
  /** Least and most of the runs that `value` is the median of. */
  readonly least: number;
  readonly most: number;
  readonly color: string;
}

export interface DotChart {
  readonly title: string;
  readonly subtitle: string;
  readonly unit: string;
  readonly groups: readonly { readonly name: string; readonly dots: readonly Dot[] }[];
}

const width = 860;
const left = 260;
const right = 110;
const top = 96;
const rowHeight = 24;
const groupHeight = 34;

/** Dots on a logarithmic axis, with a line from the least to the most, in groups, as an SVG file. All values are above 0. */
export function dotChart({ title, subtitle, unit, groups }: DotChart): string {
  const dots = groups.flatMap((group) => group.dots);
  const [from, to] = [
    decade(Math.min(...dots.map(({ least }) => least)), Math.floor),
    decade(Math.max(...dots.map(({ most }) => most)), Math.ceil),
  ];
  const end = Math.max(to, from + 1);
  const x = (value: number): number =>
    left + ((Math.log10(value) - from) / (end - from)) * (width - left - right);
  const bottom = top + groups.length * groupHeight + dots.length * rowHeight;
  let y = top;
  const rows = groups.flatMap((group) => {
    y += groupHeight;
    const head = text(24, y - 10, group.name, 'font-size="14" font-weight="600" fill="#111827"');
    return [head, ...group.dots.map((dot) => row(dot, (y += rowHeight) - rowHeight / 2, x, unit))];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 20}" font-family="system-ui, sans-serif">`,
    `<rect width="${width}" height="${bottom + 20}" fill="#ffffff"/>`,
    text(24, 34, title, 'font-size="18" font-weight="600" fill="#111827"'),
    text(24, 56, subtitle, 'font-size="12.5" fill="#4b5563"'),
    ...Array.from({ length: end - from + 1 }, (_, step) =>
      line(10 ** (from + step), x, bottom, unit),
    ),
    ...rows,
    "</svg>\n",
  ].join("\n");
}

function decade(value: number, cut: (exponent: number) => number): number {
  return cut(Math.log10(value));
}

function line(value: number, x: (value: number) => number, bottom: number, unit: string): string {
  const at = x(value).toFixed(1);
  const label = `${value.toLocaleString("en")} ${unit}`;
  return [
    `<path d="M${at} ${top}V${bottom}" stroke="#e5e7eb"/>`,
    text(Number(at), top - 8, label, 'font-size="11.5" text-anchor="middle" fill="#6b7280"'),
  ].join("\n");
}

function row(dot: Dot, y: number, x: (value: number) => number, unit: string): string {
  const { name, value, least, most, color } = dot;
  const label = `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en")} ${unit}`;
  return [
    text(left - 14, y + 4.5, name, 'font-size="13" text-anchor="end" fill="#374151"'),
    `<path d="M${x(least).toFixed(1)} ${y}H${x(most).toFixed(1)}" stroke="${color}" stroke-width="3" stroke-opacity="0.4"/>`,
    `<circle cx="${x(value).toFixed(1)}" cy="${y}" r="5" fill="${color}"/>`,
    text(x(most) + 12, y + 4.5, label, 'font-size="13" fill="#111827"'),
  ].join("\n");
}

function text(x: number, y: number, content: string, style: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${style}>${escaped}</text>`;
}
