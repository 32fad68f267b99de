import type { Log } from "../../../ports/log/log.ts";
import { Topic } from "../../../schema/topics.ts";
import type { AnalyticsConnection } from "../../read-side.ts";
import { compareViews } from "../../views/compare.ts";
import { checkJournal } from "../journal-check.ts";
import type { Violation } from "../journal-check.ts";
import { requestPartition } from "../journal.ts";
import type { Attempt, Journal } from "../journal.ts";
import { Ledger } from "../ledger.ts";
import { LogAudit } from "../log-audit.ts";
import { checkViews } from "../views.ts";
import type { Trader } from "../views.ts";
import { LetterAudit } from "./letter-audit.ts";
import type { Operator } from "./operator.ts";
import { NotInTime, until } from "./recovery.ts";

export interface JudgeOptions {
  /** Read past every fault. */
  readonly log: Log;
  readonly journal: Journal;
  readonly operator: Operator;
  readonly traders: readonly Trader[];
  /** By partition: the instrument that the traders trade there. */
  readonly symbols: readonly string[];
  readonly url: string;
  readonly clickhouse: AnalyticsConnection;
  /** Tells where the log lies, past every fault. */
  readonly dataDir: string;
  /** Accounts that act beside the traders. */
  readonly others: readonly Trader[];
  /** How long anything may take to show what the log has. */
  readonly catchUpMsMax: number;
}

/** What one partition's log comes to. */
interface Bench {
  readonly symbol: string;
  readonly ledger: Ledger;
  readonly letters: LetterAudit;
  readonly audit: LogAudit;
}

/** Whether everything that a venue of several partitions promises holds, over all that has happened to it so far. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #benches: readonly Bench[];

  constructor(options: JudgeOptions) {
    this.#options = options;
    const accountIDs = [...options.traders, ...options.others].map(({ accountID }) => accountID);
    this.#benches = options.symbols.map((symbol, partition) => {
      const ledger = new Ledger(accountIDs);
      const letters = new LetterAudit(partition);
      const audit = new LogAudit(ledger, { partition, onBody: (body) => letters.take(body) });
      return { symbol, ledger, letters, audit };
    });
  }

  get claimCount(): number {
    return this.#sum(({ audit }) => audit.claimCount);
  }

  /** Over all partitions: how much of what is rare has been reached. */
  get counts() {
    return {
      seqNums: this.#sum(({ audit }) => audit.seqNum),
      claims: this.claimCount,
      quarantines: this.#sum(({ audit }) => audit.quarantineCount),
      cutOff: this.#sum(({ audit }) => audit.cutOffCount),
      deferred: this.#sum(({ letters }) => letters.deferredCount),
      dead: this.#sum(({ letters }) => letters.deadCount),
    };
  }

  /** No trader may be trading. Takes in what the log has got since the last time. */
  async check(): Promise<Violation[]> {
    const { operator, journal } = this.#options;
    // Early orders go on meanwhile: what they are told from here on may stand beyond what is folded.
    const attempts = journal.attempts.map((attempt) => ({ ...attempt }));
    const violations = [];
    for (const bench of this.#benches) {
      violations.push(...(await this.#checkBench(bench, attempts)));
    }
    return [...violations, ...operator.check(this.#benches.map(({ letters }) => letters))];
  }

  /** Every row of every view and account. Nobody may be trading, and no order may wait. */
  async checkThoroughly(): Promise<Violation[]> {
    const violations = await this.check();
    await this.#nothingWaits();
    const { dataDir, url, clickhouse, traders, others } = this.#options;
    const venue = { accounts: [...traders, ...others], clickhouse };
    const { equal, report } = await compareViews({ dataDir, url, venue });
    if (equal) return violations;
    const detail = report.filter((line) => !line.includes(": equal to")).join("; ");
    return [...violations, { promise: "PostgresIsTheFold", detail }];
  }

  async #checkBench(
    { symbol, ledger, letters, audit }: Bench,
    attempts: readonly Attempt[],
  ): Promise<Violation[]> {
    const { log, traders, url, clickhouse, catchUpMsMax, symbols } = this.#options;
    await audit.checkHistory(log);
    const late = await this.#advance(audit);
    if (late !== null) return [...audit.violations.splice(0), late];
    const wanted = await letters.check(log, audit.seqNum, catchUpMsMax);
    const own = attempts.filter(
      ({ request }) => requestPartition(request, symbols.length) === audit.partition,
    );
    const told = checkJournal(own, ledger);
    const file = { url, clickhouse };
    const places = { file, symbol, otherSymbols: [], log, audit, ledger, traders };
    const seen = await checkViews({ ...places, thorough: false, catchUpMsMax });
    return [...audit.violations.splice(0), ...wanted, ...told, ...seen];
  }

  /** Folds until everything that stood on `orders` when this was called has its outcome. */
  async #advance(audit: LogAudit): Promise<Violation | null> {
    const { log, catchUpMsMax } = this.#options;
    const end = await log.endOffset(Topic.Orders, audit.partition);
    const what = `partition ${audit.partition} has decided the command at offset ${end - 1}`;
    try {
      await until(
        async () => {
          await audit.advance(log);
          return audit.commandOffset >= end - 1;
        },
        { msMax: catchUpMsMax, what },
      );
      return null;
    } catch (error) {
      if (!(error instanceof NotInTime)) throw error;
      return { promise: "OneOutcomeEach", detail: error.message };
    }
  }

  /** Orders that were deferred are settled at the latest when their time is over. */
  async #nothingWaits(): Promise<void> {
    const { log, catchUpMsMax } = this.#options;
    for (const { audit } of this.#benches) {
      await until(
        async () => {
          await audit.advance(log);
          return audit.oracle.state().deferred.size === 0;
        },
        { msMax: catchUpMsMax, what: `no order waits in partition ${audit.partition}` },
      );
    }
  }

  #sum(count: (bench: Bench) => number): number {
    return this.#benches.reduce((total, bench) => total + count(bench), 0);
  }
}
