import type { SoakSample } from "./sample.ts";

export interface ChartText {
  readonly title: string;
  readonly subtitle: string;
  /** Until then the rate was looked for. */
  readonly loadSecond: number;
  readonly warmSecond: number;
}

interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  /** A logarithmic axis from this power of ten on, for values that lie decades apart. */
  readonly log?: number;
  readonly lines: readonly Line[];
}

const width = 1000;
const panelHeight = 150;
const gap = 58;
const left = 76;
const right = 190;
const top = 104;
const colours = [
  "#1f6feb",
  "#d1480c",
  "#1a7f37",
  "#8250df",
  "#bf8700",
  "#0a7ea4",
  "#cf222e",
  "#57606a",
];
const mebibyte = 2 ** 20;

/** Draws a run as SVG: panels below each other that share their time. */
export function chart(samples: readonly SoakSample[], text: ChartText): string {
  const panels = panelsOf(samples);
  const height = top + panels.length * (panelHeight + gap);
  const seconds = samples.map(({ second }) => second);
  const plots = panels.map((panel, index) => {
    const y = top + index * (panelHeight + gap);
    return `<g transform="translate(0 ${y})">${plotOf(panel, seconds, text)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#24292f">
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${left}" y="30" font-size="19" font-weight="600">${escaped(text.title)}</text>
<text x="${left}" y="50" font-size="11" fill="#57606a">${escaped(text.subtitle)}</text>
<text x="${left}" y="66" font-size="11" fill="#57606a">Grey: the rate is looked for, as fast as it goes. Memory is judged from the dashed line on.</text>
${plots.join("\n")}
</svg>
`;
}

function panelsOf(samples: readonly SoakSample[]): Panel[] {
  const line = (name: string, value: (sample: SoakSample) => number): Line => ({
    name,
    values: samples.map(value),
  });
  const each = (
    field: "residentBytes" | "heapBytes" | "storeBytes" | "loopDelayMs" | "lag",
    unit: number,
  ): Line[] =>
    Object.keys(samples[0]?.[field] ?? {}).map((name) =>
      line(name, (sample) => (sample[field][name] ?? 0) / unit),
    );
  return [
    {
      title: "Requests answered",
      unit: "a second",
      lines: [line("answers", ({ answersPerSecond }) => answersPerSecond)],
    },
    {
      title: "From due to answered",
      unit: "ms",
      log: 0,
      lines: [
        line("p50", ({ latencyMs }) => latencyMs.p50),
        line("p99", ({ latencyMs }) => latencyMs.p99),
        line("p99.9", ({ latencyMs }) => latencyMs.p999),
      ],
    },
    { title: "Resident memory", unit: "MiB", lines: each("residentBytes", mebibyte) },
    { title: "JavaScript heap", unit: "MiB", lines: each("heapBytes", mebibyte) },
    {
      title: "What the engines hold",
      unit: "",
      lines: [
        line("open orders", ({ openOrders }) => openOrders),
        line("ids remembered", ({ idWindowEntries }) => idWindowEntries),
      ],
    },
    { title: "Records that wait for a stage", unit: "", log: 0, lines: each("lag", 1) },
    {
      title: "Event loop delay, worst of each 5 s",
      unit: "ms",
      log: 0,
      lines: each("loopDelayMs", 1),
    },
    {
      title: "Memory of the stores (theirs, not judged)",
      unit: "MiB",
      lines: each("storeBytes", mebibyte),
    },
  ];
}

function plotOf(
  panel: Panel,
  seconds: readonly number[],
  { warmSecond, loadSecond }: ChartText,
): string {
  const lastSecond = Math.max(1, seconds.at(-1) ?? 1);
  const x = (second: number): number => left + ((width - left - right) * second) / lastSecond;
  const axis = axisOf(panel);
  const y = (value: number): number => panelHeight * (1 - axis.share(value));
  const grid = axis.marks
    .map(
      (mark) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(mark).toFixed(1)}" y2="${y(mark).toFixed(1)}" stroke="#d8dee4"/>` +
        `<text x="${left - 8}" y="${(y(mark) + 4).toFixed(1)}" text-anchor="end" fill="#57606a">${numberText(mark)}</text>`,
    )
    .join("");
  const times = timeMarks(lastSecond)
    .map(
      (second) =>
        `<text x="${x(second).toFixed(1)}" y="${panelHeight + 17}" text-anchor="middle" fill="#57606a">${numberText(second / 60)}</text>`,
    )
    .join("");
  const warm =
    warmSecond < lastSecond
      ? `<line x1="${x(warmSecond).toFixed(1)}" x2="${x(warmSecond).toFixed(1)}" y1="0" y2="${panelHeight}" stroke="#8c959f" stroke-dasharray="4 3"/>`
      : "";
  const sought = `<rect x="${left}" y="0" width="${(x(loadSecond) - left).toFixed(1)}" height="${panelHeight}" fill="#f0f2f4"/>`;
  const lines = panel.lines.map((line, index) => {
    const colour = colours[index % colours.length] ?? "#000000";
    const points = line.values
      .map((value, at) => `${x(seconds[at] ?? 0).toFixed(1)},${y(value).toFixed(1)}`)
      .join(" ");
    const legendY = 10 + index * 17;
    const latest = line.values.at(-1) ?? 0;
    return (
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.4" stroke-linejoin="round"/>` +
      `<rect x="${width - right + 14}" y="${legendY - 8}" width="10" height="10" rx="2" fill="${colour}"/>` +
      `<text x="${width - right + 30}" y="${legendY + 1}">${escaped(line.name)}<tspan fill="#57606a"> ${numberText(latest)}</tspan></text>`
    );
  });
  const unit =
    panel.unit === "" ? "" : `<tspan font-weight="400" fill="#57606a"> ${panel.unit}</tspan>`;
  return `<text x="${left}" y="-12" font-weight="600">${escaped(panel.title)}${unit}</text>${sought}${grid}${warm}${lines.join("")}${times}<text x="${width - right}" y="${panelHeight + 33}" text-anchor="end" fill="#57606a">minutes</text>`;
}

interface Axis {
  /** 0 at the bottom, 1 at the top. */
  share(value: number): number;
  readonly marks: readonly number[];
}

function axisOf({ lines, log }: Panel): Axis {
  const values = lines.flatMap((line) => line.values);
  const largest = values.reduce((max, value) => Math.max(max, value), 1);
  return log === undefined ? linearAxis(largest) : logAxis(log, largest);
}

function linearAxis(largest: number): Axis {
  const step = niceStep(largest / 4);
  const end = Math.ceil(largest / step) * step;
  const marks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  return { share: (value) => value / end, marks };
}

/** What is below the bottom lies on it. */
function logAxis(bottom: number, largest: number): Axis {
  const decades = Math.max(1, Math.ceil(Math.log10(largest))) - bottom;
  const marks = Array.from({ length: decades + 1 }, (_, index) => 10 ** (bottom + index));
  const share = (value: number): number =>
    value <= 10 ** bottom ? 0 : (Math.log10(value) - bottom) / decades;
  return { share, marks };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10;
  return step * power;
}

function timeMarks(lastSecond: number): number[] {
  const step = Math.max(60, niceStep(lastSecond / 60 / 8) * 60);
  return Array.from({ length: Math.floor(lastSecond / step) + 1 }, (_, index) => index * step);
}

function numberText(value: number): string {
  if (value === 0) return "0";
  if (value >= 1e6) return `${trimmed(value / 1e6)} M`;
  if (value >= 1e4) return `${trimmed(value / 1e3)} k`;
  return trimmed(value);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
