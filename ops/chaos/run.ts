import { join } from "node:path";

import { systemClock } from "../../ports/clock/clock-system.ts";
import { openSqliteLog } from "../../ports/log/log-sqlite.ts";
import type { Log } from "../../ports/log/log.ts";
import { openFileSnapshots } from "../../ports/snapshot/snapshot-file.ts";
import { defineInstrument, defineTrader } from "../bootstrap.ts";
import { mintToken, signingKey } from "../keys.ts";
import { SeededRandom } from "../seeded-random.ts";
import { VenueClient } from "../venue-client.ts";
import type { VenueFile } from "../venue-client.ts";
import { checkJournal } from "./journal-check.ts";
import type { Violation } from "./journal-check.ts";
import { Journal, verdictOf } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { ChaosClient, chaosInstrument } from "./load.ts";
import { LogAudit } from "./log-audit.ts";
import { VenueProcess } from "./venue-process.ts";
import { checkViews } from "./views.ts";
import type { Trader } from "./views.ts";

export interface RoundReport {
  /** RFC 3339. */
  readonly at: string;
  readonly seed: number;
  readonly round: number;
  readonly demo: boolean;
  /** Of the load; further kills fell into starts. */
  readonly killedAfterMs: number;
  readonly kills: number;
  readonly attempts: number;
  readonly done: number;
  readonly refused: number;
  readonly unknown: number;
  /** From the start of the process until the gateway serves. */
  readonly restartMs: number;
  readonly checkMs: number;
  readonly seqNum: number;
  readonly snapshotSeqNum: number;
  readonly brokenCount: number;
  /** The first of them. */
  readonly violations: readonly Violation[];
}

export interface ChaosRunOptions {
  readonly seed: number;
  readonly dataDir: string;
  readonly clientCount: number;
}

const firstAccountID = 5001;
const loadMsMin = 100;
const loadMsMax = 3000;
const startKillMsMax = 1500;
const catchUpMsMax = 60_000;
const violationsShown = 10;

/** One data folder through many deaths. */
export class ChaosRun {
  readonly #options: ChaosRunOptions;
  readonly #random: SeededRandom;
  readonly #journal = new Journal();
  readonly #ledger: Ledger;
  readonly #audit: LogAudit;
  readonly #clients: readonly ChaosClient[];
  #traders: readonly Trader[] = [];
  #venue: VenueProcess | null = null;
  #file: VenueFile | null = null;

  constructor(options: ChaosRunOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    const run = Date.now().toString(36);
    const journal = this.#journal;
    this.#clients = Array.from({ length: options.clientCount }, (_, index) => {
      const random = new SeededRandom(options.seed * 1000 + index);
      return new ChaosClient({
        number: index,
        accountID: firstAccountID + index,
        run,
        random,
        journal,
      });
    });
    this.#ledger = new Ledger(this.#clients.map(({ accountID }) => accountID));
    this.#audit = new LogAudit(this.#ledger);
  }

  /** Starts the venue for the first time, with the accounts and the instrument of chaos. */
  async open(): Promise<void> {
    const file = await this.#start(false);
    const admin = new VenueClient(file.url, file.adminToken);
    const traders: Trader[] = [];
    for (const { accountID } of this.#clients) {
      const key = await signingKey(
        join(this.#options.dataDir, "keys"),
        `chaos-${accountID}`,
        accountID,
      );
      await defineTrader(admin, key, `chaos-${accountID}`);
      traders.push({ accountID, token: await mintToken(key, ["read", "trade"]) });
    }
    await defineInstrument(admin, chaosInstrument);
    this.#traders = traders;
  }

  /** Load, death, restart, and a look whether every promise holds; a thorough one reads every row of the views. */
  async round(round: number, thorough: boolean): Promise<RoundReport> {
    const before = this.#journal.attempts.length;
    const killedAfterMs = await this.#loadAndKill();
    const demo = this.#random.next() < 0.5;
    const kills = 1 + (await this.#killStarts(demo));
    const startedAt = performance.now();
    const file = await this.#start(demo);
    const openedAt = performance.now();
    const { violations, snapshotSeqNum } = await this.#check(file, thorough);
    const verdicts = this.#journal.attempts.slice(before).map(verdictOf);
    const count = (verdict: string): number => verdicts.filter((each) => each === verdict).length;
    return {
      at: new Date().toISOString(),
      seed: this.#options.seed,
      round,
      demo,
      killedAfterMs,
      kills,
      attempts: verdicts.length,
      done: count("Done"),
      refused: count("Refused"),
      unknown: count("Unknown"),
      restartMs: Math.round(openedAt - startedAt),
      checkMs: Math.round(performance.now() - openedAt),
      seqNum: this.#audit.seqNum,
      snapshotSeqNum,
      brokenCount: violations.length,
      violations: violations.slice(0, violationsShown),
    };
  }

  /** Lets the venue drain; it must end well. */
  async close(): Promise<void> {
    await this.#venue?.stop();
  }

  /** What the venue printed last. */
  get venueLines(): readonly string[] {
    return this.#venue === null ? [] : this.#venue.lines;
  }

  /** Gives the venue up. */
  async kill(): Promise<void> {
    await this.#venue?.kill();
  }

  async #loadAndKill(): Promise<number> {
    const file = this.#openFile();
    const killedAfterMs = this.#random.integer(loadMsMin, loadMsMax);
    const stopping = new AbortController();
    const trading = this.#clients.map((client, index) =>
      client.trade(new VenueClient(file.url, this.#traders[index]?.token ?? ""), stopping.signal),
    );
    await Bun.sleep(killedAfterMs);
    await this.#venue?.kill();
    stopping.abort();
    await Promise.all(trading);
    return killedAfterMs;
  }

  /** Some starts do not get far either. */
  async #killStarts(demo: boolean): Promise<number> {
    let kills = 0;
    for (; this.#random.next() < 0.25; kills++) {
      const { seed, dataDir } = this.#options;
      this.#venue = new VenueProcess({ dataDir, demo, seed });
      await Bun.sleep(this.#random.integer(0, startKillMsMax));
      await this.#venue.kill();
    }
    return kills;
  }

  async #start(demo: boolean): Promise<VenueFile> {
    const { seed, dataDir } = this.#options;
    this.#venue = new VenueProcess({ dataDir, demo, seed });
    this.#file = await this.#venue.opened();
    return this.#file;
  }

  async #check(
    file: VenueFile,
    thorough: boolean,
  ): Promise<{ violations: Violation[]; snapshotSeqNum: number }> {
    const { dataDir } = this.#options;
    const log = openLog(dataDir);
    const snapshots = openFileSnapshots(join(dataDir, "snapshots"));
    try {
      await this.#audit.checkHistory(log);
      await this.#audit.advance(log);
      const [audit, ledger, traders] = [this.#audit, this.#ledger, this.#traders];
      const { symbol } = chaosInstrument;
      const places = { file, symbol, otherSymbols: file.symbols, log };
      const views = await checkViews({ ...places, audit, ledger, traders, catchUpMsMax, thorough });
      const journal = checkJournal(this.#journal.attempts, this.#ledger);
      const [newest] = await snapshots.list(0);
      const violations = [...this.#audit.violations.splice(0), ...views, ...journal];
      return { violations, snapshotSeqNum: newest?.seqNum ?? 0 };
    } finally {
      await log.close();
      await snapshots.close();
    }
  }

  #openFile(): VenueFile {
    if (this.#file === null) throw new Error("The venue was not opened");
    return this.#file;
  }
}

function openLog(dataDir: string): Log {
  return openSqliteLog({
    path: join(dataDir, "log.sqlite"),
    partitionCount: 1,
    clock: systemClock,
    readonly: true,
  });
}
