import { FoldAlarm } from "../ports/log/fold.ts";
import type { Fold, FoldedBody } from "../ports/log/fold.ts";
import type { LogRecord } from "../ports/log/log.ts";
import { commandHashText } from "../schema/body.ts";
import { EngineHostError } from "./host-error.ts";
import { letterNotes } from "./letters.ts";
import type { LetterNote } from "./letters.ts";
import { checkIdentity } from "./partition-identity.ts";
import type { PartitionIdentity } from "./partition-identity.ts";
import { semanticsVersion } from "./replica.ts";
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

  async #compare(body: FoldedBody): Promise<void> {
    const { replica } = this.#options;
    const { seqNum, bodyHash } = body.position;
    if (body.semanticsVersion !== semanticsVersion) {
      throw this.#error(
        "UnknownSemantics",
        `seqNum ${seqNum} needs version ${body.semanticsVersion}`,
      );
    }
    replica.apply(await this.#nextCommand(body));
    if (replica.seqNum !== seqNum || replica.bodyHash !== bodyHash) {
      throw this.#error(
        "Diverged",
        `seqNum ${seqNum} is ${bodyHash} on the log and ${replica.bodyHash} here`,
      );
    }
    this.#count++;
    if (replica.hasLetters) this.#options.letters.push(...letterNotes(body));
  }

  async #nextCommand({ commandOffset, commandHash, position }: FoldedBody): Promise<LogRecord> {
    const command = await this.#options.nextCommand();
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
    return command;
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
