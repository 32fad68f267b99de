import type { EngineLimits } from "../../engine/core/engine.ts";
import type { SemanticsList } from "../../engine/core/semantics.ts";
import { streamOf } from "../../engine/oracle/command-stream.ts";
import { shapeOf } from "../../engine/oracle/stream-shape.ts";

/** Records of `orders` of one partition, with the Quarantines that stand on order-events before their outcomes. */
export interface StreamLog {
  readonly seed: number;
  readonly limits: Partial<EngineLimits>;
  readonly semantics: SemanticsList;
  readonly records: readonly StreamLogRecord[];
}

export interface StreamLogRecord {
  readonly offset: number;
  readonly appendTime: number;
  /** Base64. */
  readonly value: string;
  readonly quarantine: { readonly commandOffset: number; readonly commandHash: string } | null;
}

/** The oracle's streams of the seeds from 1 on: each of another shape, of all that the engine can do. */
export function streamLogs(seedCount: number, commandCount: number): StreamLog[] {
  return Array.from({ length: seedCount }, (_, index) => {
    const seed = index + 1;
    const records = Array.from(streamOf(seed, commandCount), ({ record }) => ({
      offset: record.commandOffset,
      appendTime: record.appendTime,
      value: Buffer.from(record.bytes).toString("base64"),
      quarantine: record.quarantine ?? null,
    }));
    const { limits, semantics } = shapeOf(seed);
    return { seed, limits, semantics, records };
  });
}
