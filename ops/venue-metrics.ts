import type { EngineHost } from "../engine/host.ts";
import { createEngineMetrics } from "../engine/metrics.ts";
import type { Log } from "../ports/log/log.ts";

export interface VenueParts {
  readonly log: Log;
  readonly hosts: readonly EngineHost[];
  /** The read side, wherever it runs; no URL before it serves. */
  readonly reads: { readonly url: string | null };
  readonly secret: string;
}

/** What the one-process venue tells beside its gateway: its engine, and projector and query from the Worker's own port. */
export function venueMetrics({ log, hosts, reads, secret }: VenueParts) {
  const worker = {
    hosts,
    standbys: [],
    get roles() {
      return hosts.map(({ stats }) => (stats?.state === "Serving" ? "Owner" : "Claiming"));
    },
  } as const;
  return [
    createEngineMetrics({ log, worker, process: false }),
    { text: () => readSideText(reads.url, secret) },
  ];
}

/** A read side that is away takes the rest's metrics not with it. */
async function readSideText(url: string | null, secret: string): Promise<string> {
  if (url === null) return "";
  try {
    const headers = { "x-orderbook-secret": secret };
    const answer = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(2000) });
    return answer.ok ? await answer.text() : "";
  } catch {
    return "";
  }
}
