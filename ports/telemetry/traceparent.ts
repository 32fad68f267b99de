/** What a W3C `traceparent` says. */
export interface TraceContext {
  readonly traceID: string;
  readonly spanID: string;
  readonly sampled: boolean;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const sampledFlag = 1;

/** Null for what the standard tells to ignore: another shape, ids of zeros, version ff; a version above 0 may be longer. */
export function parseTraceparent(text: string): TraceContext | null {
  const match = text.length > charsMax ? null : pattern.exec(text);
  if (match === null) return null;
  const [, version, traceID = "", spanID = "", flags = "", rest] = match;
  if (version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (/^0+$/.test(traceID) || /^0+$/.test(spanID)) return null;
  return { traceID, spanID, sampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 };
}

const charsMax = 256;

export function formatTraceparent({ traceID, spanID, sampled }: TraceContext): string {
  return `00-${traceID}-${spanID}-${sampled ? "01" : "00"}`;
}
