import { answers } from "./outcome.ts";
import { Promised } from "./promises.ts";
import { readLanded } from "./reader.ts";
import { isOutcome, recover } from "./recovery.ts";
import type { RulesVersion } from "./recovery.ts";
import type { EngineIndex } from "./steps.ts";
import { Variant } from "./variants.ts";
import { engineOf, recordsOf, stamped, withEngine } from "./world.ts";
import type { Engine, FoldState, OutputRecord, World } from "./world.ts";

/** The world after a step, and the promise that it broke. */
export interface Taken {
  readonly world: World;
  readonly broken: Promised | null;
}

/** The record at `place` of what an engine has under way lands; a Claim tells it its epoch, and it recovers. */
export function land(
  world: World,
  index: EngineIndex,
  how: { readonly place: number; readonly variant: Variant | null },
): Taken {
  const { place, variant } = how;
  const { list } = world.engines[index].underWay;
  const record = list[place];
  if (record === undefined) throw new RangeError(`Engine ${index} has nothing under way`);
  const underWay = recordsOf(list.toSpliced(place, 1));
  const landed = append(withEngine(world, index, { underWay }), record, variant);
  if (record.kind === "Chunk" || landed.broken !== null) return landed;
  return takeOver(landed.world, index, variant);
}

/** The first record of a dead owner's lands. */
export function landLate(world: World, queue: number, variant: Variant | null): Taken {
  const [record, ...rest] = world.late[queue]?.list ?? [];
  if (record === undefined) throw new RangeError(`Nothing is late in ${queue}`);
  const others = world.late.toSpliced(queue, 1);
  const late = rest.length === 0 ? others : [...others, recordsOf(rest)];
  return append({ ...world, late }, record, variant);
}

/** A record gets the next offset of order-events, and whoever lives reads it. */
export function append(world: World, sent: OutputRecord, variant: Variant | null): Taken {
  const record = stamped(sent, world.cutCount);
  const before = world.log.truth;
  const log = world.log.append(record);
  const { truth } = log;
  const { reader, broken } = readLanded(world, record, truth, variant);
  const [one, two] = world.engines;
  const { orders } = world;
  const landed = { before, truth, variant };
  const engines = [follow(one, orders, landed), follow(two, orders, landed)] as const;
  const stray = record.kind === "Chunk" && record.epoch < before.epoch;
  const left = stray ? { ...world.left, strays: world.left.strays - 1 } : world.left;
  const next: World = { ...world, log, engines, reader, left };
  if (truth.alarm !== null) return { world: next, broken: Promised.FoldIsWhole };
  if (truth.body !== before.body && !isSound(before, truth.body, orders)) {
    return { world: next, broken: Promised.BodyIsOutcome };
  }
  return { world: next, broken };
}

/** The new body is what its command comes to, and those before it still answer what stands on `orders`. */
function isSound(before: FoldState, body: string, orders: string): boolean {
  return (
    answers(before.body, orders) && isOutcome(before, body, { orders, version: 1, variant: null })
  );
}

/** A standby, or one that claims from standby, applies what is folded, when it is what it comes to here too. */
function follow(
  engine: Engine,
  orders: string,
  landed: {
    readonly before: FoldState;
    readonly truth: FoldState;
    readonly variant: Variant | null;
  },
): Engine {
  const { before, truth, variant } = landed;
  const follows = engine.status === "Standby" || (engine.status === "Claiming" && engine.warm);
  if (!follows || engine.body.length > truth.body.length) return engine;
  if (engine.body === truth.body && engine.pending === truth.pending) return engine;
  const same =
    truth.body === before.body || isOutcome(before, truth.body, { orders, version: 1, variant });
  return same ? engineOf({ ...engine, body: truth.body, pending: truth.pending }) : engineOf({});
}

/** A build with other rules runs on the second engine only. */
export function versionOf(index: EngineIndex, variant: Variant | null): RulesVersion {
  return variant === Variant.UnmarkedSemantics && index === 1 ? 2 : 1;
}

function takeOver(world: World, index: EngineIndex, variant: Variant | null): Taken {
  const { orders } = world;
  const { truth } = world.log;
  const { warm, body, pending } = world.engines[index];
  const recovered = warm ? { body, pending } : recover(world, versionOf(index, variant), variant);
  if (recovered === null) {
    const refused = withEngine(world, index, engineOf({}));
    const lost = !answers(truth.body, orders);
    return { world: refused, broken: lost ? null : Promised.TakeOverSucceeds };
  }
  const serving = { status: "Serving", warm: false, epoch: truth.epoch, ...recovered } as const;
  const broken = answers(recovered.body, orders) ? null : Promised.OwnerIsOutcome;
  return { world: withEngine(world, index, serving), broken };
}
