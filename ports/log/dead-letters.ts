import { decodeFrame, frame } from "../../schema/frame.ts";
import type { DeadLetterResolved } from "../../schema/generated/dead-letter-resolved.ts";
import type { DeadLetter } from "../../schema/generated/dead-letter.ts";
import { Topic } from "../../schema/topics.ts";
import type { Log } from "./log.ts";

/** A dead letter and what an operator did with it. Its name is partition:seqNum. */
export interface DeadLetterEntry {
  readonly id: string;
  readonly letter: DeadLetter;
  readonly resolved: DeadLetterResolved | null;
}

const pageRecordCount = 512;

/**
 * The dead letters as the log has them: copies of a letter count once, and so does the first word on what became of one. Reads the whole
 * topic each time: dead letters are few, and looked at seldom. Every method rejects with LogError only.
 */
export class DeadLetters {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Of every partition, or of one; each partition's oldest first. */
  async list(partition?: number): Promise<readonly DeadLetterEntry[]> {
    const all = Array.from({ length: this.#log.partitionCount }, (_, index) => index);
    const wanted = partition === undefined ? all : all.filter((index) => index === partition);
    return (await Promise.all(wanted.map((index) => this.#read(index)))).flat();
  }

  /** The letter of this name, or null. */
  async find(id: string): Promise<DeadLetterEntry | null> {
    const partition = Number(id.split(":")[0]);
    const entries = await this.list(partition);
    return entries.find((entry) => entry.id === id) ?? null;
  }

  /** Writes down what an operator has done with a letter. */
  async resolve(resolved: Omit<DeadLetterResolved, "kind">): Promise<void> {
    const value = frame({ kind: "DeadLetterResolved", ...resolved });
    await this.#log.append(Topic.DeadLetters, resolved.partition, [{ key: null, value }]);
  }

  async #read(partition: number): Promise<DeadLetterEntry[]> {
    const letters = new Map<number, DeadLetter>();
    const resolutions = new Map<number, DeadLetterResolved>();
    let offset = await this.#log.startOffset(Topic.DeadLetters, partition);
    for (;;) {
      const page = await this.#log.read(Topic.DeadLetters, partition, offset, pageRecordCount);
      for (const { value } of page) {
        const decoded = decodeFrame(value);
        if (!decoded.ok) continue;
        const { message } = decoded;
        if (message.kind === "DeadLetter") keepFirst(letters, message);
        if (message.kind === "DeadLetterResolved") keepFirst(resolutions, message);
      }
      const last = page.at(-1);
      if (last === undefined) break;
      offset = last.offset + 1;
    }
    return [...letters.values()].map((letter) => ({
      id: `${partition}:${letter.seqNum}`,
      letter,
      resolved: resolutions.get(letter.seqNum) ?? null,
    }));
  }
}

function keepFirst<Message extends { readonly seqNum: number }>(
  messages: Map<number, Message>,
  message: Message,
): void {
  if (!messages.has(message.seqNum)) messages.set(message.seqNum, message);
}
