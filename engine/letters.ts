import type { FoldedBody } from "../ports/log/fold.ts";
import type { AppendRecord, LogRecord } from "../ports/log/log.ts";
import { commandHashText } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { BusinessRejectReason, DeadReason } from "../schema/generated/enums.ts";
import type { Event } from "../schema/generated/records.ts";
import { letterBytesMax, retryBackOffs, Topic } from "../schema/topics.ts";

/** An order that is to come again: what a body says of it. */
export interface RetryNote {
  readonly kind: "Retry";
  /** Of the body. */
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly orderID: string;
  /** That was deferred. */
  readonly attempt: number;
  readonly validUntil: number;
  readonly deferredAt: number;
}

/** A command that ended as a dead letter: what a body says of it. */
export interface DeadNote {
  readonly kind: "Dead";
  /** Of its first attempt: with the partition its name. */
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly attempts: number;
  readonly deadReason: DeadReason;
  readonly accountID: number;
  readonly orderID: string;
  readonly diedAt: number;
  readonly diedSeqNum: number;
}

export type LetterNote = RetryNote | DeadNote;

const noUuid = "00000000-0000-0000-0000-000000000000";

/** The letters that a body asks for, in order. */
export function letterNotes(body: FoldedBody): LetterNote[] {
  return body.events.flatMap((event) => noteOf(event, body) ?? []);
}

function noteOf(event: Event, body: FoldedBody): LetterNote | null {
  const { commandOffset, transactTime } = body;
  const { seqNum } = body.position;
  const died = { kind: "Dead", diedAt: transactTime, diedSeqNum: seqNum } as const;
  if (event.kind === "Deferred") {
    const { orderID, attempt, validUntil } = event;
    const deferred = { orderID, attempt, validUntil, deferredAt: transactTime };
    return { kind: "Retry", seqNum, commandOffset, ...deferred };
  }
  if (event.kind === "DeadLettered") {
    const { firstSeqNum, attempts, deadReason, accountID, orderID } = event;
    const order = { attempts, deadReason, accountID, orderID };
    return { ...died, seqNum: firstSeqNum, commandOffset: event.commandOffset, ...order };
  }
  if (event.kind !== "BusinessMessageReject" || event.refTemplateId !== 0) return null;
  const deadReason = unreadReasons.get(event.businessRejectReason);
  if (deadReason === undefined) return null;
  return { ...died, seqNum, commandOffset, attempts: 1, deadReason, accountID: 0, orderID: noUuid };
}

const unreadReasons: ReadonlyMap<BusinessRejectReason, DeadReason> = new Map([
  [BusinessRejectReason.Undecodable, DeadReason.Undecodable],
  [BusinessRejectReason.UnknownTemplate, DeadReason.UnknownTemplate],
  [BusinessRejectReason.Quarantined, DeadReason.Quarantined],
]);

/** The record that a note comes to, and its topic; `command` is the record of `orders` at its commandOffset. */
export function letterOf(
  note: LetterNote,
  command: LogRecord,
  from: { readonly partition: number; readonly build: string },
): { topic: Topic; record: AppendRecord } {
  const { partition, build } = from;
  const commandHash = commandHashText(command.value, command.appendTime);
  const bytes = command.value.subarray(0, letterBytesMax);
  const place = { partition, commandHash, command: bytes };
  if (note.kind === "Retry") {
    const { seqNum, commandOffset, attempt, deferredAt, validUntil } = note;
    const said = { seqNum, commandOffset, attempt: attempt + 1, deferredAt, validUntil };
    const value = frame({ kind: "RetryLetter", ...place, ...said });
    return { topic: backOffOf(attempt).topic, record: { key: null, value } };
  }
  const { kind: _kind, ...said } = note;
  const commandBytes = command.value.length;
  const value = frame({ kind: "DeadLetter", ...place, ...said, commandBytes, build });
  return { topic: Topic.DeadLetters, record: { key: null, value } };
}

/** How long the order waits after this attempt, and where its letter goes. */
export function backOffOf(attempt: number): (typeof retryBackOffs)[number] {
  const backOff = retryBackOffs[attempt];
  if (backOff === undefined) throw new Error(`Invariant broken: attempt ${attempt} is deferred`);
  return backOff;
}
