import { spreadOf } from "./contest.ts";
import type { ContestRow } from "./contest.ts";
import { dotChart } from "./dot-chart.ts";
import type { Dot } from "./dot-chart.ts";

export interface ChartedStream {
  readonly stream: string;
  readonly rows: readonly ContestRow[];
}

const otherColor = "#d97706";
const colors = [
  { start: "core", color: "#2563eb" },
  { start: "pace-maker", color: "#6b7280" },
];

/** Nanoseconds a message by stream and contestant; less is better. */
export function coreChart(streams: readonly ChartedStream[], machine: string): string {
  return dotChart({
    title: "Nanoseconds a message: medians of alternated rounds (left is better)",
    subtitle: `${machine}; lines from the fastest round to the slowest`,
    unit: "ns",
    groups: streams.map(({ stream, rows }) => ({ name: stream, dots: rows.map(dotOf) })),
  });
}

function dotOf({ what, rounds }: ContestRow): Dot {
  const { median: value, least, most } = spreadOf(rounds.map((passes) => passes.median));
  const color = colors.find(({ start }) => what.startsWith(start))?.color ?? otherColor;
  return { name: what, value, least, most, color };
}
