import { readUint53, validUint53, writeUint53 } from "../../schema/wire.ts";
import { assert } from "./assert.ts";
import type { EngineCapture } from "./capture.ts";
import { isDueBefore } from "./dead-man-timers.ts";
import type { DeadManTimer } from "./dead-man-timers.ts";
import { ExtraDouble, extraShift } from "./order-extras.ts";
import type { PartitionState } from "./state.ts";

/**
 * The fourth section of the canonical form: dead-man timers, and which connection has brought what rests. Often it is two zeros.
 *
 *   count of resting orders of connections   u64
 *   place in the second section, connectionID   u64 each, by the place
 *   count of timers                          u64
 *   deadline, accountID, connectionID   u64 each, in the order in which they fire
 */
const orderBytes = 16;
const timerBytes = 24;

export interface ConnectionShape {
  readonly at: number;
  readonly orderCount: number;
  readonly timersAt: number;
  readonly timerCount: number;
  readonly end: number;
}

export const shapeOfConnections = (
  at: number,
  orderCount: number,
  timerCount: number,
): ConnectionShape => {
  const timersAt = at + 8 + orderCount * orderBytes;
  return { at, orderCount, timersAt, timerCount, end: timersAt + 8 + timerCount * timerBytes };
};

/** Throws where the bytes do not hold the section. */
export const readConnectionShape = (view: DataView, at: number): ConnectionShape => {
  const orderCount = readCount(view, at);
  const { timersAt } = shapeOfConnections(at, orderCount, 0);
  const shape = shapeOfConnections(at, orderCount, readCount(view, timersAt));
  assert(shape.end <= view.byteLength, "a snapshot holds all timers that it counts");
  return shape;
};

const readCount = (view: DataView, at: number): number => {
  assert(at + 8 <= view.byteLength && validUint53(view, at), "a snapshot counts timers");
  return readUint53(view, at);
};

/** Places, in the second section, of the resting orders of connections, and the connectionID of each. */
export const orderConnections = (
  { extras }: EngineCapture,
  slots: readonly number[],
  bySlot: ReadonlyMap<number, number>,
): (readonly [place: number, connectionID: number])[] => {
  if (bySlot.size === 0) return [];
  const doubles = new Float64Array(extras.buffers[0]!);
  return slots.flatMap((slot, place) => {
    const extra = bySlot.get(slot) ?? 0;
    const connectionID = doubles[(extra << (extraShift - 1)) + ExtraDouble.connectionID]!;
    return extra === 0 || connectionID === 0 ? [] : [[place, connectionID] as const];
  });
};

export const writeConnections = (
  view: DataView,
  shape: ConnectionShape,
  orders: readonly (readonly [place: number, connectionID: number])[],
  timers: readonly DeadManTimer[],
): void => {
  writeUint53(view, shape.at, shape.orderCount);
  orders.forEach(([place, connectionID], index) => {
    const at = shape.at + 8 + index * orderBytes;
    writeUint53(view, at, place);
    writeUint53(view, at + 8, connectionID);
  });
  writeUint53(view, shape.timersAt, shape.timerCount);
  timers.forEach(({ deadline, accountID, connectionID }, index) => {
    const at = shape.timersAt + 8 + index * timerBytes;
    writeUint53(view, at, deadline);
    writeUint53(view, at + 8, accountID);
    writeUint53(view, at + 16, connectionID);
  });
};

/** The connectionIDs by the place of their order in the second section; throws where they do not stand by it. */
export const readConnections = (
  view: DataView,
  shape: ConnectionShape,
  orderCount: number,
): Map<number, number> => {
  const connections = new Map<number, number>();
  let last = -1;
  for (let index = 0; index < shape.orderCount; index++) {
    const at = shape.at + 8 + index * orderBytes;
    const isWritten = validUint53(view, at) && validUint53(view, at + 8);
    const place = readUint53(view, at);
    const connectionID = readUint53(view, at + 8);
    const isOfOrder = place > last && place < orderCount && connectionID > 0;
    assert(isWritten && isOfOrder, "connections stand by their orders");
    connections.set(place, connectionID);
    last = place;
  }
  return connections;
};

export const readTimers = (view: DataView, shape: ConnectionShape): DeadManTimer[] => {
  return Array.from({ length: shape.timerCount }, (_, index) => {
    const at = shape.timersAt + 8 + index * timerBytes;
    const isWritten = [at, at + 8, at + 16].every((field) => validUint53(view, field));
    assert(isWritten, "a timer's fields hold values of their types");
    return {
      deadline: readUint53(view, at),
      accountID: readUint53(view, at + 8),
      connectionID: readUint53(view, at + 16),
    };
  });
};

/** Arms the timers. The accounts must have been restored. Throws on impossible ones. */
export const restoreTimers = (
  state: PartitionState,
  view: DataView,
  shape: ConnectionShape,
): void => {
  const timers = readTimers(view, shape);
  const owned = new Set(
    timers.map(({ accountID, connectionID }) => `${accountID} ${connectionID}`),
  );
  assert(owned.size === timers.length, "no timer is armed twice");
  timers.forEach((timer, index) => {
    const before = timers[index - 1];
    assert(before === undefined || isDueBefore(before, timer), "timers stand as they fire");
    const isKnown = state.accounts.isDefined(state.accounts.find(timer.accountID));
    assert(isKnown && timer.accountID <= 0x7fffffff, "a timer is of a known account");
    assert(timer.deadline > state.now, "no dead-man timer that is due is armed");
  });
  state.deadMen.load(timers);
  const { connectionCount } = state.deadMen;
  assert(connectionCount <= state.limits.accountCountMax, "timers are within their limit");
};
