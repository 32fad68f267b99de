/** A client's place on the log: seqNum by partition. */
export type PositionList = ReadonlyMap<number, number>;

/** Text that the schema has checked. Null when a partition is none of this log, stands twice, or a seqNum is beyond 2^53 - 1. */
export function parsePosition(text: string, partitionCount: number): PositionList | null {
  const list = new Map<number, number>();
  for (const part of text.split(",")) {
    const [partition = Number.NaN, seqNum = Number.NaN] = part.split(":").map(Number);
    if (!(partition < partitionCount) || !Number.isSafeInteger(seqNum)) return null;
    if (list.has(partition)) return null;
    list.set(partition, seqNum);
  }
  return list;
}

export function formatPosition(list: PositionList): string {
  return [...list]
    .sort(([a], [b]) => a - b)
    .map(([partition, seqNum]) => `${partition}:${seqNum}`)
    .join(",");
}
