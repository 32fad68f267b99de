import { pendingAfter, pendingWith } from "./pending.ts";
import { Variant } from "./variants.ts";
import type { ChunkRecord, ClaimRecord, FoldState, OutputRecord, Position } from "./world.ts";

/** Before the first record. */
export const unread: FoldState = {
  offset: 0,
  epoch: -1,
  isNobodys: false,
  body: "",
  position: null,
  chunks: 0,
  pending: "",
  alarm: null,
};

/** The consumer's rule of design §5.3, one record at a time. `variant` breaks it. */
export function foldRecord(
  state: FoldState,
  record: OutputRecord,
  variant: Variant | null,
): FoldState {
  const { alarm } = state;
  if (alarm !== null && alarm !== "Gap") return state;
  if (record.kind === "Claim") return foldClaim(state, record, variant);
  const { epoch } = record;
  const isUnclaimed = epoch > state.epoch || (epoch === state.epoch && state.isNobodys);
  if (isUnclaimed && variant !== Variant.PositionWithoutEpoch) {
    return stopped(state, "UnclaimedEpoch");
  }
  if (epoch < state.epoch || alarm === "Gap") return passed(state);
  return foldChunk(state, record);
}

function foldClaim(state: FoldState, record: ClaimRecord, variant: Variant | null): FoldState {
  const { offset, body } = state;
  const { quarantined } = record;
  const isNobodys = quarantined !== null;
  const pending = isNobodys ? pendingWith(state.pending, quarantined, body.length) : state.pending;
  if (isNobodys && variant === Variant.QuarantineIsNoClaim) {
    return { ...passed(state), pending };
  }
  if (offset <= state.epoch) return stopped(state, "StaleClaim");
  return { ...passed(state), epoch: offset, isNobodys, chunks: 0, pending, alarm: null };
}

function foldChunk(state: FoldState, record: ChunkRecord): FoldState {
  const { body, offset } = state;
  const seqNum = record.body.length;
  if (seqNum <= body.length) return passed(state);
  if (seqNum > body.length + 1) return { ...passed(state), chunks: 0, alarm: "Gap" };
  if (record.chunk !== state.chunks) return stopped(state, "ChunkOutOfTurn");
  if (record.chunk < record.chunkCount - 1) return { ...passed(state), chunks: state.chunks + 1 };
  if (!record.body.startsWith(body)) return stopped(state, "HashChainBroken");
  return {
    ...passed(state),
    body: record.body,
    position: { offset, appendTime: record.appendTime, epoch: record.epoch, body: record.body },
    chunks: 0,
    pending: pendingAfter(state.pending, seqNum - 1),
  };
}

function passed(state: FoldState): FoldState {
  return { ...state, offset: state.offset + 1 };
}

function stopped(state: FoldState, alarm: FoldState["alarm"]): FoldState {
  return { ...state, alarm };
}

/** Where a reader goes on that saved this position, or this and what was pending there. */
export function resumeAt(position: Position | null, pending: string): FoldState {
  if (position === null) return unread;
  const { offset, epoch, body } = position;
  return { ...unread, offset: offset + 1, epoch, body, position, pending };
}

/** The body at a saved position is read again: it must be the one that was applied, with all its chunks. */
export function standsAt(
  list: readonly OutputRecord[],
  position: Position,
  variant: Variant | null,
): boolean {
  const { offset, appendTime, epoch, body } = position;
  const last = list[offset];
  if (last?.kind !== "Chunk" || last.chunk !== last.chunkCount - 1) return false;
  if (last.epoch !== epoch || last.body !== body) return false;
  if (last.appendTime !== appendTime && variant !== Variant.PositionWithoutTime) return false;
  return last.chunk === 0 || list.slice(0, offset).some((record) => isFirstOf(record, last));
}

function isFirstOf(record: OutputRecord, last: ChunkRecord): boolean {
  if (record.kind !== "Chunk" || record.chunk !== 0) return false;
  return record.epoch === last.epoch && record.body === last.body;
}
