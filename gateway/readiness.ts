import type { Readiness } from "../schema/http/operations.ts";
import type { Edge } from "./edge.ts";

export type Phase = "starting" | "open" | "closing";

/** The owner of a partition ticks each second; silence this long means that nobody owns it. */
const silenceMaxMs = 10_000;

export function readinessOf(
  { outcomes, reads, clock }: Pick<Edge, "outcomes" | "reads" | "clock">,
  phase: Phase,
): Readiness {
  const now = clock.monotonic();
  const standings = outcomes.standings;
  const stalled = standings.some(
    ({ failure, foldedAt }) => failure !== null || now - foldedAt > silenceMaxMs,
  );
  return {
    status: phase === "open" ? (stalled ? "stalled" : "ready") : phase,
    reads: reads.serving,
    partitions: standings.map(({ partition, seqNum, failure }) => ({
      partition,
      seqNum,
      ...(failure === null ? {} : { failure: failure.name }),
    })),
  };
}
