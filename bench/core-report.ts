import type { CoreLatency, PauseCause } from "./core-latency.ts";
import type { Replay } from "./core-replay.ts";
import { round } from "./report.ts";

type Row = Record<string, string | number>;

/** What is asked of the core at half of saturation, as times the service time; and of a replay, as a share of the core's rate. */
const bars = { p50: 2, p999: 50, replay: 0.3 };

/** Latencies in microseconds. */
export function latencyTable({ loads, serviceNs }: CoreLatency): Row[] {
  return loads.map(({ share, ratePerSecond, p50, p99, p999, max, bareP999 }) => ({
    "of saturation": `${share * 100} %`,
    "commands/s": ratePerSecond,
    "p50 us": round(p50 / 1000, 2),
    "p99 us": round(p99 / 1000, 2),
    "p99.9 us": round(p999 / 1000, 2),
    "max us": round(max / 1000),
    "p50 x service": round(p50 / serviceNs, 2),
    "p99.9 x service": round(p999 / serviceNs, 1),
    "p99.9 of bare arithmetic": round(bareP999 / serviceNs, 1),
    bars: share === 0.5 ? judged(p50 <= bars.p50 * serviceNs && p999 <= bars.p999 * serviceNs) : "",
  }));
}

function judged(isMet: boolean): string {
  return `<= ${bars.p50} and <= ${bars.p999}: ${isMet ? "met" : "missed"}`;
}

/** A line for each load that had pauses of more than a millisecond, one for the snapshot, one for the machine. */
export function pauseLines({ loads, snapshotPauses, snapshotMs, spin }: CoreLatency): string[] {
  const lines = loads.map(({ share, pauses }) => `at ${share * 100} %: ${causes(pauses)}`);
  return [
    ...lines,
    `at 50 % with a snapshot's copy (${round(snapshotMs, 2)} ms) halfway: ${causes(snapshotPauses)}`,
    `an empty loop beside it: p99.9 ${spin.p999} ns, max ${round(spin.max / 1e6, 2)} ms, ${spin.pauseCount} pauses in 1 s`,
  ];
}

function causes(pauses: readonly PauseCause[]): string {
  if (pauses.length === 0) return "none";
  return pauses
    .map(({ cause, count, longestMs }) => `${count} x ${cause}, ${round(longestMs, 2)} ms at most`)
    .join("; ");
}

export function replayTable({ coreNs, replicaNs, recoveryNs }: Replay): Row[] {
  const row = (what: string, ns: number, bar: string): Row => ({
    what,
    "ns a command": round(ns),
    "of the core's rate": `${Math.round((100 * coreNs) / ns)} %`,
    bar,
  });
  const isMet = coreNs / recoveryNs >= bars.replay;
  return [
    row("core", coreNs, ""),
    row("with frames checked, bodies and hashes made", replicaNs, ""),
    row(
      "restart: both logs read, folded and compared",
      recoveryNs,
      `>= ${bars.replay * 100} %: ${isMet ? "met" : "missed"}`,
    ),
  ];
}
