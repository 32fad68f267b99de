import { FoldAlarm } from "../ports/log/fold.ts";
import type { Fold, FoldedBody } from "../ports/log/fold.ts";
import type { LogRecord } from "../ports/log/log.ts";
import { commandHashText } from "../schema/body.ts";
import { CommandWindow } from "./command-window.ts";
import { applyFailure, EngineHostError } from "./host-error.ts";
import { letterNotes } from "./letters.ts";
import type { LetterNote } from "./letters.ts";
import { checkIdentity } from "./partition-identity.ts";
import type { PartitionIdentity } from "./partition-identity.ts";
import { OutputMatch } from "./output-match.ts";
import type { Replica } from "./replica.ts";

export interface ComparisonOptions {
  readonly identity: PartitionIdentity;
  readonly replica: Replica;
  readonly fold: Fold;
  /** Collects what compared bodies ask to be written beside them. */
  readonly letters: LetterNote[];
  /** The next record of `orders`; null at its end. */
  nextCommand(): Promise<LogRecord | null>;
}

/** Runs folded bodies side by side with their commands: a command is applied only after its output has been folded, and must give the same. */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #match = new OutputMatch();
  /** For a command that comes without a window. */
  readonly #alone = new CommandWindow(1);
  #count = 0;

  constructor(options: ComparisonOptions) {
    this.#options = options;
  }

  /** Bodies compared. */
  get count(): number {
    return this.#count;
  }

  /** Takes the next record of `order-events`. Rejects with EngineHostError or FoldAlarm when logs and build do not agree. */
  async push(record: LogRecord): Promise<void> {
    const { fold, identity, replica } = this.#options;
    const before = fold.epoch;
    const body = pushPastGap(fold, record);
    if (fold.epoch !== before && fold.claim !== null) {
      checkIdentity(identity, fold.claim, `the Claim at offset ${fold.epoch}`);
    }
    if (fold.epoch !== before && fold.quarantine !== null) replica.quarantine(fold.quarantine);
    if (body !== null) await this.#compare(body);
  }

  /** Whether a record of `order-events` is the whole body that comes next: then take may be called with the next command. */
  isNextWhole({ value }: LogRecord): boolean {
    return this.#match.isNextWhole(value, this.#options.fold);
  }

  /** As push, at once, for a record that is the whole body of the given command, at which the window stands. Throws what push rejects with. */
  take(record: LogRecord, command: LogRecord, window: CommandWindow): void {
    const { fold, replica } = this.#options;
    const body = this.#apply(window);
    const { seqNum, bodyHash64 } = replica;
    if (!replica.hasLetters && this.#match.isOf(record.value, body, seqNum, fold.epoch)) {
      fold.advance(record.offset, seqNum, bodyHash64.lo, bodyHash64.hi);
      this.#count++;
      return;
    }
    const folded = fold.push(record);
    if (folded === null) throw new Error("Invariant broken: a whole body is folded");
    this.#checkCommand(folded, command);
    this.#checkBody(folded);
  }

  async #compare(body: FoldedBody): Promise<void> {
    const command = await this.#options.nextCommand();
    this.#checkCommand(body, command);
    this.#alone.clear();
    this.#alone.add(command);
    this.#apply(this.#alone);
    this.#checkBody(body);
  }

  /** The record at which the window stands. */
  #apply(window: CommandWindow): Uint8Array {
    const { replica, identity } = this.#options;
    try {
      return replica.applyFrom(window, window.place);
    } catch (cause) {
      throw applyFailure(identity.partition, window.offset, cause);
    }
  }

  #checkBody(body: FoldedBody): void {
    const { replica } = this.#options;
    const { seqNum, bodyHash } = body.position;
    if (replica.seqNum !== seqNum || replica.bodyHash !== bodyHash) {
      throw this.#error(
        "Diverged",
        `seqNum ${seqNum} is ${bodyHash} on the log and ${replica.bodyHash} here`,
      );
    }
    this.#count++;
    if (replica.hasLetters) this.#options.letters.push(...letterNotes(body));
  }

  #checkCommand(
    { commandOffset, commandHash, position }: FoldedBody,
    command: LogRecord | null,
  ): asserts command is LogRecord {
    if (command === null) {
      const what = `seqNum ${position.seqNum} answers offset ${commandOffset}, which is beyond the end of orders`;
      throw this.#error("OrdersTailLost", what);
    }
    if (
      command.offset !== commandOffset ||
      commandHashText(command.value, command.appendTime) !== commandHash
    ) {
      const what = `seqNum ${position.seqNum} answers another command at offset ${commandOffset}`;
      throw this.#error("CommandChanged", what);
    }
  }

  #error(code: EngineHostError["code"], message: string): EngineHostError {
    return new EngineHostError(code, `Partition ${this.#options.identity.partition}: ${message}`);
  }
}

/** A gap ends at the next Claim, at the latest at the own one. */
function pushPastGap(fold: Fold, record: LogRecord): FoldedBody | null {
  try {
    return fold.push(record);
  } catch (error) {
    if (error instanceof FoldAlarm && error.code === "Gap") return null;
    throw error;
  }
}
