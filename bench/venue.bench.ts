import { startChildVenue } from "../ops/child-venue.ts";
import type { VenueProfile } from "../ops/child-venue.ts";
import { measureFsync } from "./fsync-cost.ts";
import type { Histogram } from "./histogram.ts";
import { closedLoop, openLoop } from "./load.ts";
import type { LoadOutcome } from "./load.ts";
import { describeMachine, machineLine } from "./machine.ts";
import { OrderFlow } from "./order-flow.ts";
import { round, table, writeResult } from "./report.ts";

export interface VenueBenchOptions {
  /** Of each measurement. */
  readonly seconds: number;
  readonly profile: VenueProfile;
  print(line: string): void;
}

const warmUpSeconds = 8;
const fsyncCount = 500;
const closedLoopConnections = [1, 8, 64, 256] as const;
/** Of what the closed loop reached at best. */
const openLoopLoads = [0.1, 0.25, 0.5, 0.75, 0.9] as const;
/** More than these in flight wait in the client; their latency counts all the same. */
const openLoopConnectionCount = 512;
const seed = 23;
const subjects = {
  one: "Venue in one process, each answer after two fsynced appends,",
  kafka:
    "Venue on Kafka, Redis, Postgres, MinIO and ClickHouse, each answer after two acknowledged appends,",
} as const;

/**
 * Orders a second and order-to-answer latency of the whole venue as a newcomer starts it, over HTTP from this process: every answer
 * comes after two durable appends (the order, then its outcome). Beside it what one bare fsynced append costs on the same disk, measured
 * right before and after.
 */
export async function benchVenue({ seconds, profile, print }: VenueBenchOptions): Promise<void> {
  const machine = describeMachine();
  print(machineLine(machine));
  print(
    `${subjects[profile]} and load on this one machine; per two orders: one rests, one takes it\n`,
  );
  const venue = await startChildVenue({ demo: false, profile });
  try {
    const flow = new OrderFlow(venue.file, seed);
    const load = { url: venue.file.url, seconds, nextRequest: () => flow.next() };
    await closedLoop({ ...load, seconds: warmUpSeconds, connectionCount: 64 });
    const rows = [fsyncRow("bare fsync before", measureFsync(venue.dataDir, fsyncCount))];
    let best = 0;
    for (const connectionCount of closedLoopConnections) {
      const outcome = await closedLoop({ ...load, connectionCount });
      rows.push(row(`closed loop, ${connectionCount} in flight`, outcome));
      best = Math.max(best, outcome.answerCount / outcome.seconds);
    }
    for (const share of openLoopLoads) {
      const ratePerSecond = Math.round(best * share);
      const connectionCount = openLoopConnectionCount;
      const outcome = await openLoop({ ...load, connectionCount, ratePerSecond, seed });
      rows.push(row(`open loop, ${ratePerSecond}/s (${Math.round(share * 100)} %)`, outcome));
    }
    rows.push(fsyncRow("bare fsync after", measureFsync(venue.dataDir, fsyncCount)));
    print(table(rows));
    print(
      `\n${writeResult(profile === "one" ? "venue" : "venue-kafka", { machine, seconds, seed, rows })}`,
    );
  } finally {
    await venue.close();
  }
}

type VenueRow = Readonly<Record<string, string | number>>;

function row(what: string, { latency, answerCount, seconds, statuses }: LoadOutcome): VenueRow {
  const refused = [...statuses].filter(([status]) => status !== 201);
  return {
    what,
    "answers/s": Math.round(answerCount / seconds),
    ...milliseconds(latency),
    "not 201": refused.map(([status, count]) => `${status}: ${count}`).join(", "),
  };
}

function fsyncRow(what: string, latency: Histogram): VenueRow {
  return { what, "answers/s": "", ...milliseconds(latency), "not 201": "" };
}

function milliseconds(latency: Histogram): Record<string, number> {
  const at = (fraction: number): number => round(latency.percentile(fraction) / 1e6, 2);
  return {
    "p50 ms": at(0.5),
    "p90 ms": at(0.9),
    "p99 ms": at(0.99),
    "p99.9 ms": at(0.999),
    "max ms": round(latency.max / 1e6, 2),
    count: latency.count,
  };
}
