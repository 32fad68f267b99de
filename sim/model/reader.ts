import { foldRecord, resumeAt, standsAt } from "./fold.ts";
import { Promised } from "./promises.ts";
import { Variant } from "./variants.ts";
import type { FoldState, OutputRecord, Position, Reader, World } from "./world.ts";

interface Read {
  readonly reader: Reader;
  readonly broken: Promised | null;
}

/** The reader takes the record that has just landed. `truth`: the fold of the log with it, which most readers share. */
export function readLanded(
  world: World,
  record: OutputRecord,
  truth: FoldState,
  variant: Variant | null,
): Read {
  const { reader } = world;
  if (reader.status !== "Reading" || reader.fold.offset > world.log.list.length) {
    return { reader, broken: null };
  }
  const shared = reader.fold === world.log.truth ? truth : null;
  return atEnd(readRecord(reader, record, shared, variant), truth);
}

/** Starts again from the saved position, and reads to the end of the log. */
export function restart(world: World, variant: Variant | null): Read {
  const { list, truth } = world.log;
  const { position } = world.reader.fold;
  const checks = variant !== Variant.TrustsCutEvents;
  if (checks && position !== null && !standsAt(list, position, variant)) {
    return alarmed(world.reader);
  }
  const resumed = resumeAt(position, "");
  const fold = variant === Variant.PositionWithoutEpoch ? { ...resumed, epoch: -1 } : resumed;
  let read: Read = { reader: { ...world.reader, status: "Reading", fold }, broken: null };
  for (const record of list.slice(fold.offset)) {
    if (read.broken !== null || read.reader.status !== "Reading") return read;
    read = readRecord(read.reader, record, null, variant);
  }
  return unchanged(world.reader, atEnd(read, truth));
}

function unchanged(before: Reader, read: Read): Read {
  const { status, fold, acted, actedChunks } = read.reader;
  const same = status === before.status && fold === before.fold;
  const actedAlike = acted === before.acted && actedChunks === before.actedChunks;
  return same && actedAlike ? { reader: before, broken: read.broken } : read;
}

function readRecord(
  reader: Reader,
  record: OutputRecord,
  shared: FoldState | null,
  variant: Variant | null,
): Read {
  const fold = shared ?? foldRecord(reader.fold, record, variant);
  const next = { ...reader, fold };
  if (variant === Variant.ReaderWithoutFold) {
    const last = record.kind === "Chunk" && record.chunk === record.chunkCount - 1;
    return last ? actOn(next, record.body, null) : { reader: next, broken: null };
  }
  if (fold.alarm !== null) return alarmed(next);
  if (variant === Variant.ChunksOneByOne && record.kind === "Chunk") {
    const taken = fold.body !== reader.fold.body || fold.chunks > reader.fold.chunks;
    return taken ? actOn(next, record.body, record) : { reader: next, broken: null };
  }
  return fold.body === reader.fold.body
    ? { reader: next, broken: null }
    : actOn(next, fold.body, null);
}

/** On a whole body, or on one chunk of it. */
function actOn(
  reader: Reader,
  body: string,
  part: { readonly chunk: number; readonly chunkCount: number } | null,
): Read {
  const { acted, actedChunks } = reader;
  const follows = body.length === acted.length + 1 && body.startsWith(acted);
  const inTurn = part === null || part.chunk === actedChunks;
  if (!follows || !inTurn) return { reader, broken: Promised.ReaderActsOnce };
  const last = part === null || part.chunk === part.chunkCount - 1;
  const done = last ? { acted: body, actedChunks: 0 } : { actedChunks: actedChunks + 1 };
  return { reader: { ...reader, ...done }, broken: null };
}

function alarmed(reader: Reader): Read {
  if (!reader.mayAlarm) return { reader, broken: Promised.AlarmMeansCut };
  return { reader: { ...reader, status: "Alarmed" }, broken: null };
}

/** A reader at the end of the log stands where its fold from the first record does. */
function atEnd(read: Read, truth: FoldState): Read {
  const { reader, broken } = read;
  if (broken !== null || reader.status !== "Reading" || reader.fold === truth) return read;
  if (reader.fold.body !== truth.body) return { reader, broken: Promised.ReaderAgrees };
  return sameFold(reader.fold, truth) ? { reader: { ...reader, fold: truth }, broken } : read;
}

/** Readers need not know what is pending. */
function sameFold(one: FoldState, two: FoldState): boolean {
  return (
    one.offset === two.offset &&
    one.epoch === two.epoch &&
    one.isNobodys === two.isNobodys &&
    one.chunks === two.chunks &&
    one.position?.offset === two.position?.offset &&
    one.position?.epoch === two.position?.epoch
  );
}

/** The log is cut at `end` under a reader that had got as far as `position`. */
export function cutOff(
  reader: Reader,
  cut: { readonly position: Position | null; readonly end: number },
  variant: Variant | null,
): Reader {
  const { position, end } = cut;
  if (reader.status === "Alarmed") return reader;
  if (variant === Variant.CutReaderReadsOn) {
    return { ...reader, fold: { ...reader.fold }, mayAlarm: true };
  }
  const saved = reader.status === "CutOff" ? reader.fold.position : position;
  return {
    status: "CutOff",
    fold: resumeAt(saved, ""),
    acted: saved?.body ?? "",
    actedChunks: 0,
    mayAlarm: reader.mayAlarm || (saved !== null && saved.offset >= end),
  };
}
