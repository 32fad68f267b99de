import { append, land, landLate, versionOf } from "./landing.ts";
import type { Taken } from "./landing.ts";
import { chunksOf, outcomeOf } from "./outcome.ts";
import { isSetAside, pendingAfter, quarantineName } from "./pending.ts";
import { cutOff, restart } from "./reader.ts";
import type { EngineIndex, Step } from "./steps.ts";
import { Variant } from "./variants.ts";
import {
  appendTo,
  claimRecord,
  commandLetter,
  engineOf,
  positionText,
  recordsOf,
  withEngine,
} from "./world.ts";
import type { Budget, Folded, World } from "./world.ts";

/** Throws RangeError when the step cannot be taken. */
export function take(world: World, step: Step, variant: Variant | null): Taken {
  switch (step.kind) {
    case "Arrive":
      return kept(arrive(world));
    case "StandBy":
      return kept(standBy(world, step.engine));
    case "RunAhead":
    case "Apply":
      return kept(applyNext(world, step.engine, variant));
    case "Claim":
      return kept(sendClaim(world, step.engine));
    case "Land":
      return land(world, step.engine, { place: step.place, variant });
    case "LandLate":
      return landLate(world, step.queue, variant);
    case "Notice":
      return kept(goDown(world, step.engine));
    case "Crash":
      return kept(goDown(spend(world, "crashes"), step.engine));
    case "Drop":
      return kept(drop(world, step.engine));
    case "GiveUp":
      return kept(goDown(drop(world, step.engine), step.engine));
    case "Snapshot":
      return kept(takeSnapshot(world, step.engine, variant));
    case "Quarantine":
      return setAside(world, step.commandOffset, variant);
    case "Cut":
      return kept(cut(world, step, variant));
    case "Restart": {
      const { reader, broken } = restart(world, variant);
      return { world: reader === world.reader ? world : { ...world, reader }, broken };
    }
  }
}

function kept(world: World): Taken {
  return { world, broken: null };
}

function spend(world: World, what: keyof Budget): World {
  const { left } = world;
  return { ...world, left: { ...left, [what]: left[what] - 1 } };
}

function arrive(world: World): World {
  const { orders, arrived } = world;
  const grown = { ...world, orders: orders + commandLetter(arrived), arrived: arrived + 1 };
  return spend(grown, "laterCommands");
}

/** A standby has compared all bodies that stand, and follows from there. */
function standBy(world: World, index: EngineIndex): World {
  const { body, pending } = world.log.truth;
  return withEngine(spend(world, "standbys"), index, { status: "Standby", body, pending });
}

function sendClaim(world: World, index: EngineIndex): World {
  const { status } = world.engines[index];
  const underWay = recordsOf([claimRecord(null)]);
  const claiming = { status: "Claiming", warm: status === "Standby", underWay } as const;
  return withEngine(spend(world, "takeOvers"), index, claiming);
}

/** An owner sends what the next command comes to; a standby, in a broken variant, only goes on. */
function applyNext(world: World, index: EngineIndex, variant: Variant | null): World {
  const { status, body, pending, epoch, underWay } = world.engines[index];
  const commandOffset = body.length;
  const command = world.orders[commandOffset];
  if (command === undefined) throw new RangeError(`No command at offset ${commandOffset}`);
  const quarantined = isSetAside(pending, { commandOffset, command }, variant);
  const next = body + outcomeOf(command, quarantined, versionOf(index, variant));
  const sent = status === "Serving" ? chunksOf(next, epoch) : [];
  const applied = withEngine(world, index, {
    body: next,
    pending: pendingAfter(pending, commandOffset),
    underWay: appendTo(underWay, sent),
  });
  if (variant !== Variant.OffsetCommittedBeforeAck) return applied;
  return { ...applied, committed: Math.max(world.committed, next.length) };
}

/** What it sent is still under way. */
function goDown(world: World, index: EngineIndex): World {
  const { underWay } = world.engines[index];
  const late = underWay.list.length === 0 ? world.late : [...world.late, underWay];
  const [one, two] = world.engines;
  const down = engineOf({});
  return { ...world, late, engines: index === 0 ? [down, two] : [one, down] };
}

function drop(world: World, index: EngineIndex): World {
  const [, ...rest] = world.engines[index].underWay.list;
  return withEngine(world, index, { underWay: recordsOf(rest) });
}

function takeSnapshot(world: World, index: EngineIndex, variant: Variant | null): World {
  const { body, pending: known, epoch } = world.engines[index];
  const folded = world.log.history[body.length - 1];
  const position = folded?.position ?? { offset: -1, appendTime: -1, epoch, body };
  const pending = snapshotPending(folded, known, variant);
  const text = `${positionText(position)}+${pending}`;
  const snapshots = [...world.snapshots, { position, pending, text }];
  return spend({ ...world, snapshots }, "snapshots");
}

/** What was pending where its body was folded: later Quarantines are read from the log again. */
function snapshotPending(
  folded: Folded | undefined,
  known: string,
  variant: Variant | null,
): string {
  if (variant === Variant.SnapshotForgetsQuarantine) return "";
  if (variant === Variant.SnapshotAheadOfQuarantine) return known;
  return folded?.pending ?? "";
}

function setAside(world: World, commandOffset: number, variant: Variant | null): Taken {
  const name = quarantineName(commandOffset, world.orders[commandOffset] ?? "");
  return append(spend(world, "quarantines"), claimRecord(name), variant);
}

function cut(world: World, step: Step & { kind: "Cut" }, variant: Variant | null): World {
  const position = world.log.history[step.folded - 1]?.position ?? null;
  const reader = cutOff(world.reader, { position, end: step.events }, variant);
  const log = world.log.cutTo(step.events);
  const engines = [engineOf({}), engineOf({})] as const;
  const orders = world.orders.slice(0, step.orders);
  const cutCount = world.cutCount + 1;
  return spend({ ...world, orders, log, engines, late: [], reader, cutCount }, "cuts");
}
