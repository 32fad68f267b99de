import { RecordReader } from "../../engine/record-reader.ts";
import { Replica } from "../../engine/replica.ts";
import { applyRecord } from "../../engine/oracle/command-stream.ts";
import { encodeEvents } from "../../engine/oracle/comparison.ts";
import { NaiveEngine } from "../../engine/oracle/naive-engine.ts";
import { Fold, FoldAlarm } from "../../ports/log/fold.ts";
import type { FoldedBody } from "../../ports/log/fold.ts";
import { readFoldedBody } from "../../ports/log/fold-follower.ts";
import { LogError } from "../../ports/log/log.ts";
import type { Log, LogRecord } from "../../ports/log/log.ts";
import { commandHashText } from "../../schema/body.ts";
import type { Event } from "../../schema/generated/records.ts";
import { Topic } from "../../schema/topics.ts";
import type { Violation } from "./journal-check.ts";
import type { Ledger } from "./ledger.ts";
import { TwinCheck } from "./twin-check.ts";

export interface LogAuditOptions {
  readonly partition?: number;
  /** Each body in its turn, after it was compared. */
  readonly onBody?: (body: FoldedBody) => void;
}

/**
 * Reads a venue's log beside the venue, over all its lives: folds the outputs, and compares every body with what the oracle and
 * an engine of this process make of the same command.
 */
export class LogAudit {
  readonly partition: number;
  readonly oracle = new NaiveEngine();
  readonly violations: Violation[] = [];
  readonly #replica = new Replica({});
  readonly #fold: Fold;
  readonly #twins = new TwinCheck();
  readonly #ledger: Ledger;
  readonly #onBody: (body: FoldedBody) => void;
  #lastCommand: LogRecord | null = null;
  #nextOutput = 0;
  #claimCount = 0;
  #quarantineCount = 0;

  constructor(ledger: Ledger, options: LogAuditOptions = {}) {
    const { partition = 0, onBody = () => {} } = options;
    this.partition = partition;
    this.#fold = new Fold(partition, null);
    this.#ledger = ledger;
    this.#onBody = onBody;
  }

  /** Last seqNum folded. */
  get seqNum(): number {
    return this.#fold.position === null ? 0 : this.#fold.position.seqNum;
  }

  /** What `minSeq` takes. */
  get position(): string {
    return `${this.partition}:${this.seqNum}`;
  }

  /** Offset of the last command whose outcome was folded; -1 before the first. */
  get commandOffset(): number {
    return this.#nextCommand - 1;
  }

  /** Owners so far. */
  get claimCount(): number {
    return this.#claimCount;
  }

  get quarantineCount(): number {
    return this.#quarantineCount;
  }

  /** Chunks that came too late, from owners that were not any more. */
  get cutOffCount(): number {
    return this.#twins.count;
  }

  get #nextCommand(): number {
    return this.#lastCommand === null ? 0 : this.#lastCommand.offset + 1;
  }

  /** A restart must leave what stood before it as it was. */
  async checkHistory(log: Log): Promise<void> {
    if (this.#fold.position === null || this.#lastCommand === null) return;
    try {
      await readFoldedBody(log, this.partition, this.#fold.position);
    } catch (error) {
      if (!(error instanceof FoldAlarm)) throw error;
      this.#violate("HistoryStands", error.message);
    }
    const { offset } = this.#lastCommand;
    const command = await readCommand(log, this.partition, offset);
    if (command === undefined || hashOf(command) !== hashOf(this.#lastCommand)) {
      this.#violate("HistoryStands", `the command at offset ${offset} is gone or another`);
    }
  }

  /** Folds on to `seqNum`, or to the end of what stands. */
  async advance(log: Log, seqNum: number = Number.MAX_SAFE_INTEGER): Promise<void> {
    const outputs = this.#reader(log, Topic.OrderEvents, this.#nextOutput);
    const commands = this.#reader(log, Topic.Orders, this.#nextCommand);
    while (this.seqNum < seqNum) {
      const record = await outputs.next();
      if (record === null) return;
      this.#nextOutput = record.offset + 1;
      const body = this.#push(record);
      if (body !== null) this.#take(await commands.next(), body);
    }
  }

  #reader(log: Log, topic: Topic, fromOffset: number): RecordReader {
    return new RecordReader(log, { topic, partition: this.partition, fromOffset });
  }

  #push(record: LogRecord): FoldedBody | null {
    const before = this.#fold.epoch;
    try {
      const body = this.#fold.push(record);
      if (this.#fold.epoch !== before) this.#openEpoch();
      else this.#checkTwin(record);
      return body;
    } catch (error) {
      if (!(error instanceof FoldAlarm)) throw error;
      this.#violate("OneOutcomeEach", `${error.code}: ${error.message}`);
      return null;
    }
  }

  #openEpoch(): void {
    const { quarantine } = this.#fold;
    if (quarantine === null) {
      this.#claimCount++;
      return;
    }
    this.#quarantineCount++;
    this.#twins.forget(this.#fold.epoch);
    this.#replica.quarantine(quarantine);
    const { commandOffset, commandHash } = quarantine;
    if (commandOffset > this.commandOffset) this.oracle.quarantine(commandOffset, commandHash);
  }

  #checkTwin({ value, offset }: LogRecord): void {
    const differs = this.#twins.take(value, this.#fold.epoch);
    if (differs === null) return;
    this.#violate("ZombieIsCutOff", `offset ${offset}: ${differs} has other bytes elsewhere`);
  }

  #take(command: LogRecord | null, body: FoldedBody): void {
    const { commandOffset, position, events } = body;
    if (command === null || command.offset !== commandOffset) {
      const next = command === null ? "nothing" : `offset ${command.offset}`;
      const detail = `seqNum ${position.seqNum} is of offset ${commandOffset}, next is ${next}`;
      return this.#violate("OneOutcomeEach", detail);
    }
    this.#lastCommand = command;
    this.#compare(command, body);
    this.#ledger.apply({ seqNum: position.seqNum, commandOffset, events });
    this.#onBody(body);
  }

  #compare(command: LogRecord, body: FoldedBody): void {
    const { seqNum, bodyHash } = body.position;
    this.#replica.apply(command);
    if (this.#replica.bodyHash !== bodyHash) {
      this.#violate(
        "SameAsOracle",
        `the engine of this process writes another body for seqNum ${seqNum}`,
      );
    }
    const events = body.events.filter(({ kind }) => kind !== "Checkpoint");
    const expected = oracleEvents(this.oracle, command, seqNum);
    if (Buffer.compare(encodeEvents(events), encodeEvents(expected)) === 0) return;
    this.#violate("SameAsOracle", `seqNum ${seqNum} is ${JSON.stringify(events, withBigInts)}`);
  }

  #violate(promise: Violation["promise"], detail: string): void {
    this.violations.push({ promise, detail });
  }
}

async function readCommand(
  log: Log,
  partition: number,
  offset: number,
): Promise<LogRecord | undefined> {
  try {
    return (await log.read(Topic.Orders, partition, offset, 1))[0];
  } catch (error) {
    if (error instanceof LogError && error.code === "OffsetOutOfRange") return undefined;
    throw error;
  }
}

function oracleEvents(
  oracle: NaiveEngine,
  { value, offset, appendTime }: LogRecord,
  seqNum: number,
): Event[] {
  return applyRecord(oracle, { bytes: value, commandOffset: offset, appendTime, seqNum });
}

function hashOf({ value, appendTime }: LogRecord): string {
  return commandHashText(value, appendTime);
}

function withBigInts(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}
