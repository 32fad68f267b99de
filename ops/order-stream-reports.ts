/**
 * The canonical text of a stream's reports, hashed as it grows: a line a report, stable-sorted by (sequence, type), joined by LF. The
 * numbers of the types are the benchmark's.
 */
export const ReportType = {
  Accepted: 0,
  Trade: 1,
  Canceled: 2,
  Modified: 3,
  CancelRejected: 4,
  ModifyRejected: 5,
} as const;
export type ReportType = (typeof ReportType)[keyof typeof ReportType];

export interface ReportText {
  add(reportType: ReportType, sequence: bigint, rest: string): void;
  /** SHA-256 of the text, hexadecimal. */
  digest(): string;
}

/** Characters that are gathered before they are hashed. */
const chunkMax = 1 << 16;

/** For reports that come in order already: nothing is kept. */
export class OrderedReportText implements ReportText {
  readonly #hasher = new Bun.CryptoHasher("sha256");
  #chunk = "";
  #separator = "";

  add(reportType: ReportType, sequence: bigint, rest: string): void {
    this.#chunk += `${this.#separator}${reportType},${sequence},${rest}`;
    this.#separator = "\n";
    if (this.#chunk.length < chunkMax) return;
    this.#hasher.update(this.#chunk);
    this.#chunk = "";
  }

  digest(): string {
    return this.#hasher.update(this.#chunk).digest("hex");
  }
}

/** For streams whose sequences repeat or fall: keeps all reports and sorts them. */
export class SortedReportText implements ReportText {
  readonly #reports: { reportType: ReportType; sequence: bigint; rest: string }[] = [];

  add(reportType: ReportType, sequence: bigint, rest: string): void {
    this.#reports.push({ reportType, sequence, rest });
  }

  digest(): string {
    const text = new OrderedReportText();
    const sorted = this.#reports.toSorted((a, b) =>
      a.sequence === b.sequence ? a.reportType - b.reportType : a.sequence < b.sequence ? -1 : 1,
    );
    for (const { reportType, sequence, rest } of sorted) text.add(reportType, sequence, rest);
    return text.digest();
  }
}
