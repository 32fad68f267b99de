import { answers } from "./outcome.ts";
import { take } from "./take.ts";
import { engineOf, readerText } from "./world.ts";
import type { World } from "./world.ts";

/**
 * Whether a new owner, with no further faults, brings the log to the end of `orders`: both engines are gone, nothing that is under way ever
 * lands, one claims. Where folded commands are lost it must refuse instead.
 */
export function completes(world: World): boolean {
  const { log, orders } = world;
  const claimed = claimAlone(world);
  if (claimed === null) return false;
  const [owner] = claimed.engines;
  if (owner.status === "Down") return !answers(log.truth.body, orders);
  const done = serveAll(claimed);
  return done !== null && done.log.truth.body.length === orders.length;
}

function claimAlone(world: World): World | null {
  const engines = [engineOf({}), engineOf({})] as const;
  const claiming = take({ ...world, engines, late: [] }, { kind: "Claim", engine: 0 }, null);
  const landed = take(claiming.world, { kind: "Land", engine: 0, place: 0 }, null);
  return landed.broken === null ? landed.world : null;
}

function serveAll(claimed: World): World | null {
  let world = claimed;
  for (;;) {
    const [{ underWay, body }] = world.engines;
    const lands = underWay.list.length > 0;
    if (!lands && body.length >= world.orders.length) return world;
    const step = lands
      ? ({ kind: "Land", engine: 0, place: 0 } as const)
      : ({ kind: "Apply", engine: 0 } as const);
    const taken = take(world, step, null);
    if (taken.broken !== null) return null;
    world = taken.world;
  }
}

/** What the answer of `completes` depends on. */
export function completionKey(world: World): string {
  const { orders, log, snapshots, committed } = world;
  const taken = snapshots.map(({ text }) => text).join(";");
  return `${orders}|${log.id}|${taken}|${committed}|${readerText(world)}`;
}
