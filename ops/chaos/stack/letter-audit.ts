import { letterNotes, letterOf } from "../../../engine/letters.ts";
import type { LetterNote } from "../../../engine/letters.ts";
import { RecordReader } from "../../../engine/record-reader.ts";
import type { FoldedBody } from "../../../ports/log/fold.ts";
import type { Log } from "../../../ports/log/log.ts";
import { decodeFrame } from "../../../schema/frame.ts";
import type { DeadLetterResolved } from "../../../schema/generated/dead-letter-resolved.ts";
import type { DeadLetter } from "../../../schema/generated/dead-letter.ts";
import type { RetryLetter } from "../../../schema/generated/retry-letter.ts";
import { retryBackOffs, Topic } from "../../../schema/topics.ts";
import type { Violation } from "../journal-check.ts";
import { lastOf } from "../view-reader.ts";

const letterTopics = [...retryBackOffs.map(({ topic }) => topic), Topic.DeadLetters];

interface FoundLetter {
  readonly letter: RetryLetter | DeadLetter;
  readonly topic: Topic;
  readonly bytes: Uint8Array;
}

/** The letters of one partition: each that the fold asks for stands, as often as it likes but with the same bytes, and no other. */
export class LetterAudit {
  /** What operators did with the dead ones, the first word on each. */
  readonly resolutions = new Map<number, DeadLetterResolved>();
  readonly #partition: number;
  readonly #asked = new Map<string, LetterNote>();
  readonly #found: FoundLetter[] = [];
  readonly #standing = new Set<string>();
  readonly #nextOffsets = new Map<Topic, number>();
  #deferredCount = 0;
  #deadCount = 0;

  constructor(partition: number) {
    this.#partition = partition;
  }

  /** Orders that the fold has deferred so far, attempts counted. */
  get deferredCount(): number {
    return this.#deferredCount;
  }

  get deadCount(): number {
    return this.#deadCount;
  }

  /** A folded body, in its turn. */
  take(body: FoldedBody): void {
    for (const note of letterNotes(body)) {
      this.#asked.set(keyOfNote(note), note);
      if (note.kind === "Dead") this.#deadCount++;
      else this.#deferredCount++;
    }
  }

  /** Compares what stands with what bodies up to `seqNum` ask for; the relay has `msMax` to write it. */
  async check(log: Log, seqNum: number, msMax: number): Promise<Violation[]> {
    const violations: Violation[] = [];
    const missing = await lastOf(msMax, {
      get: async () => {
        await this.#read(log);
        violations.push(...(await this.#compare(log, seqNum)));
        return this.#missing();
      },
      isRight: (names) => names.length === 0,
    });
    const absent = missing.map((name) => violation(`${name} is not there`));
    return [...violations, ...absent];
  }

  async #read(log: Log): Promise<void> {
    for (const topic of letterTopics) {
      const fromOffset = this.#nextOffsets.get(topic) ?? 0;
      const reader = new RecordReader(log, { topic, partition: this.#partition, fromOffset });
      for (;;) {
        const record = await reader.next();
        if (record === null) break;
        this.#nextOffsets.set(topic, record.offset + 1);
        this.#take(topic, record.value);
      }
    }
  }

  #take(topic: Topic, bytes: Uint8Array): void {
    const decoded = decodeFrame(bytes);
    const letter = decoded.ok ? decoded.message : null;
    if (letter?.kind === "DeadLetterResolved") {
      if (!this.resolutions.has(letter.seqNum)) this.resolutions.set(letter.seqNum, letter);
    } else if (letter?.kind === "DeadLetter" || letter?.kind === "RetryLetter") {
      this.#found.push({ letter, topic, bytes });
    } else {
      throw new Error(`A record of ${topic} is no letter`);
    }
  }

  /** Letters of bodies that the audit has not folded yet wait for the next time. */
  async #compare(log: Log, seqNum: number): Promise<Violation[]> {
    const violations: Violation[] = [];
    for (const found of this.#found.splice(0)) {
      if (bodyOf(found) > seqNum) {
        this.#found.push(found);
        continue;
      }
      const name = keyOfLetter(found);
      const note = this.#asked.get(name);
      if (note === undefined) violations.push(violation(`${name} was not asked for`));
      else if (!(await this.#isRight(log, note, found)))
        violations.push(violation(`${name} has other bytes`));
      this.#standing.add(name);
    }
    return violations;
  }

  async #isRight(log: Log, note: LetterNote, { letter, topic, bytes }: FoundLetter) {
    const partition = this.#partition;
    const [command] = await log.read(Topic.Orders, partition, note.commandOffset, 1);
    if (command?.offset !== note.commandOffset) return false;
    const build = letter.kind === "DeadLetter" ? letter.build : "";
    const expected = letterOf(note, command, { partition, build });
    return expected.topic === topic && Buffer.compare(expected.record.value, bytes) === 0;
  }

  #missing(): string[] {
    return [...this.#asked.keys()].filter((name) => !this.#standing.has(name));
  }
}

/** The body that asks for a letter. */
function bodyOf({ letter }: FoundLetter): number {
  return letter.kind === "DeadLetter" ? letter.diedSeqNum : letter.seqNum;
}

function keyOfLetter({ letter }: FoundLetter): string {
  return `${letter.kind === "DeadLetter" ? "dead" : "retry"} letter ${letter.seqNum}`;
}

function keyOfNote(note: LetterNote): string {
  return `${note.kind === "Dead" ? "dead" : "retry"} letter ${note.seqNum}`;
}

function violation(detail: string): Violation {
  return { promise: "LettersAreTheFold", detail };
}
