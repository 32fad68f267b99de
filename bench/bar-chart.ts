export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Least and most of the runs that `value` is the median of. */
  readonly least: number;
  readonly most: number;
  readonly color: string;
}

export interface BarChart {
  readonly title: string;
  readonly subtitle: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const width = 860;
const left = 300;
const right = 150;
const top = 76;
const rowHeight = 40;
const barHeight = 22;

/** Horizontal bars from zero, with a line from the least to the most, as an SVG file. */
export function barChart({ title, subtitle, unit, bars }: BarChart): string {
  const most = Math.max(...bars.map((bar) => Math.max(bar.value, bar.most)));
  const scale = (value: number): number => (value / most) * (width - left - right);
  const height = top + bars.length * rowHeight + 20;
  const rows = bars.map((bar, index) => row(bar, top + index * rowHeight, scale, unit));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="24" y="34" font-size="19" font-weight="600" fill="#111827">${escaped(title)}</text>`,
    `<text x="24" y="56" font-size="12.5" fill="#4b5563">${escaped(subtitle)}</text>`,
    ...rows,
    "</svg>\n",
  ].join("\n");
}

function row(bar: Bar, y: number, scale: (value: number) => number, unit: string): string {
  const { name, value, least, most, color } = bar;
  const middle = y + barHeight / 2;
  const label = `${Math.round(value).toLocaleString("en")} ${unit}`;
  const end = left + Math.max(scale(value), scale(most)) + 8;
  return [
    `<text x="${left - 12}" y="${middle + 4.5}" font-size="13" text-anchor="end" fill="#111827">${escaped(name)}</text>`,
    `<rect x="${left}" y="${y}" width="${scale(value).toFixed(1)}" height="${barHeight}" rx="3" fill="${color}"/>`,
    `<path d="M${(left + scale(least)).toFixed(1)} ${middle}H${(left + scale(most)).toFixed(1)}" stroke="#111827" stroke-width="1.5"/>`,
    `<text x="${end.toFixed(1)}" y="${middle + 4.5}" font-size="13" fill="#111827">${label}</text>`,
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
