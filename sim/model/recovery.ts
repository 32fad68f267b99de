import { foldRecord, resumeAt, standsAt } from "./fold.ts";
import { commandOf, outcomeOf } from "./outcome.ts";
import { isSetAside } from "./pending.ts";
import { Variant } from "./variants.ts";
import type { FoldState, OutputRecord, Snapshot, World } from "./world.ts";

/** Where an owner goes on from: the last command that it has applied, and what is still to be set aside. */
export interface Recovered {
  readonly body: string;
  readonly pending: string;
}

export type RulesVersion = 1 | 2;

/** From the logs as they stand with the own Claim at the end; null when the owner refuses (design §5.2). */
export function recover(
  world: World,
  version: RulesVersion,
  variant: Variant | null,
): Recovered | null {
  const { snapshots, log, orders } = world;
  const newest = snapshots.toSorted((a, b) => b.position.body.length - a.position.body.length);
  if (variant === Variant.SnapshotBeforeAck && newest[0] !== undefined) {
    return { body: newest[0].position.body, pending: newest[0].pending };
  }
  const base = newest.find((snapshot) => isVerified(snapshot, world, variant));
  const start = resumeAt(base?.position ?? null, base?.pending ?? "");
  const tail = replay(start, { list: log.list, orders, version, variant });
  if (tail === null) return null;
  const { pending } = tail;
  const ofLength = (count: number): Recovered => ({
    body: outcomes(orders.slice(0, count), tail, version),
    pending,
  });
  if (variant === Variant.OffsetCommittedBeforeAck) return ofLength(world.committed);
  if (variant === Variant.SilentReplay) return ofLength(orders.length);
  if (variant === Variant.UnmarkedSemantics) return ofLength(tail.body.length);
  return { body: tail.body, pending };
}

/** Its output and its command still stand on the logs. */
function isVerified(snapshot: Snapshot, world: World, variant: Variant | null): boolean {
  const { position } = snapshot;
  if (!standsAt(world.log.list, position, variant)) return false;
  if (variant === Variant.TrustsCutOrders) return true;
  return world.orders[position.body.length - 1] === commandOf(position.body);
}

/** What somebody makes of commands. */
export interface Rules {
  readonly orders: string;
  readonly version: RulesVersion;
  readonly variant: Variant | null;
}

interface Replayed extends Rules {
  readonly list: readonly OutputRecord[];
}

/** Folds on to the end and compares each body with what its command comes to here. */
function replay(start: FoldState, logs: Replayed): FoldState | null {
  const { list, variant } = logs;
  const compares = variant !== Variant.TrustsCutOrders && variant !== Variant.UnmarkedSemantics;
  let state = start;
  for (const record of list.slice(start.offset)) {
    const next = foldRecord(state, record, variant);
    if (next.alarm !== null && next.alarm !== "Gap") return null;
    if (compares && next.body !== state.body && !isOutcome(state, next.body, logs)) {
      return null;
    }
    state = next;
  }
  return state;
}

/** Whether the body is what the command at its offset comes to, for one who has folded up to there. */
export function isOutcome(before: FoldState, body: string, rules: Rules): boolean {
  const commandOffset = body.length - 1;
  const command = rules.orders[commandOffset];
  if (command === undefined) return false;
  const quarantined = isSetAside(before.pending, { commandOffset, command }, rules.variant);
  return body === before.body + outcomeOf(command, quarantined, rules.version);
}

/** What these commands come to; which of them were set aside is read from the tail. */
function outcomes(commands: string, tail: FoldState, version: RulesVersion): string {
  return Array.from(commands)
    .map((command, offset) => {
      const folded = tail.body[offset];
      const quarantined =
        folded === undefined
          ? isSetAside(tail.pending, { commandOffset: offset, command }, null)
          : folded === command.toUpperCase();
      return outcomeOf(command, quarantined, version);
    })
    .join("");
}
