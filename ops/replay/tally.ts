import type { ApiAnswer } from "./ordered-window.ts";

/** What came of the rows of a recording: counts, refusals by code, and whether the log has the file's order. */
export class Tally {
  readonly #rowCount: number;
  readonly #startedAt = performance.now();
  readonly #refusals = new Map<string, number>();
  readonly #kinds = new Map<string, { sent: number; accepted: number }>();
  #sent = 0;
  #accepted = 0;
  #undecided = 0;
  #tradeCount = 0;
  #lastSeqNum = -1;
  #position = "0:0";
  #outOfOrder = 0;
  #shownAt = performance.now();

  constructor(rowCount: number) {
    this.#rowCount = rowCount;
  }

  /** The newest answer's position. */
  get position(): string {
    return this.#position;
  }

  /** True when every request was decided, each refusal has a code, and the log has the file's order. */
  get well(): boolean {
    const nameless = [...this.#refusals.keys()].some((code) => code.startsWith("("));
    return this.#undecided === 0 && !nameless && this.#outOfOrder === 0;
  }

  /** Counts an answer. Answers have to come here in the order in which the requests were sent. */
  count(kind: string, answer: ApiAnswer): void {
    const entry = this.#kinds.get(kind) ?? { sent: 0, accepted: 0 };
    this.#kinds.set(kind, entry);
    entry.sent++;
    this.#sent++;
    if (answer.status === 202) this.#undecided++;
    else if (answer.status < 300) {
      entry.accepted++;
      this.#accepted++;
      this.#tradeCount += tradesIn(answer);
    } else this.#countRefusal(answer);
    this.#checkOrder(answer.position);
    this.#showProgress();
  }

  /** Lines for a person: how much, how fast, what was refused. */
  report(): string[] {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const rate = Math.round(this.#sent / seconds);
    const kinds = [...this.#kinds].map(
      ([kind, { sent, accepted }]) => `${kind} ${accepted} of ${sent}`,
    );
    const refusals = [...this.#refusals].toSorted(([, one], [, other]) => other - one);
    const refusedCount = refusals.reduce((sum, [, count]) => sum + count, 0);
    return [
      `${this.#sent} requests in ${seconds.toFixed(1)} s (${rate}/s): ${this.#accepted} accepted, ${refusedCount} refused, ${this.#undecided} undecided, ${this.#tradeCount} trades`,
      `accepted: ${kinds.join(", ")}`,
      refusedCount === 0
        ? "refusals: none"
        : `refusals by code: ${refusals.map(([code, count]) => `${code} ${count}`).join(", ")}`,
      this.#outOfOrder === 0
        ? "order: the log has the file's order (every seqNum above the one before)"
        : `order: BROKEN, ${this.#outOfOrder} requests stand on the log before one that was sent earlier; --in-flight 1 makes it certain`,
    ];
  }

  #countRefusal(answer: ApiAnswer): void {
    const code = answer.body["code"];
    const name = typeof code === "string" ? code : `(no code, status ${answer.status})`;
    this.#refusals.set(name, (this.#refusals.get(name) ?? 0) + 1);
  }

  #checkOrder(position: string | null): void {
    if (position === null) return;
    const seqNum = Number(position.slice(position.indexOf(":") + 1));
    if (seqNum <= this.#lastSeqNum) {
      this.#outOfOrder++;
      return;
    }
    this.#lastSeqNum = seqNum;
    this.#position = position;
  }

  #showProgress(): void {
    if (performance.now() - this.#shownAt < 1000) return;
    this.#shownAt = performance.now();
    const rate = Math.round(this.#sent / ((performance.now() - this.#startedAt) / 1000));
    console.log(`  ${this.#sent} of ${this.#rowCount} rows, ${rate}/s`);
  }
}

function tradesIn(answer: ApiAnswer): number {
  const reports = answer.body["executionReports"];
  if (!Array.isArray(reports)) return 0;
  return (reports as { execType?: string }[]).filter(({ execType }) => execType === "Trade").length;
}
