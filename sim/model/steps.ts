import { answers } from "./outcome.ts";
import { Variant } from "./variants.ts";
import type { Engine, OutputRecord, World } from "./world.ts";

export type EngineIndex = 0 | 1;

type Deed =
  "StandBy" | "Claim" | "Apply" | "Notice" | "Crash" | "Snapshot" | "RunAhead" | "Drop" | "GiveUp";

/** Something that can happen by itself. */
export type Step =
  | { readonly kind: "Arrive" | "Restart" }
  | { readonly kind: Deed; readonly engine: EngineIndex }
  /** Of what is under way, the record at `place` lands. */
  | { readonly kind: "Land"; readonly engine: EngineIndex; readonly place: number }
  | { readonly kind: "LandLate"; readonly queue: number }
  | { readonly kind: "Quarantine"; readonly commandOffset: number }
  /** Both logs keep so many records; the reader had folded so many bodies. */
  | {
      readonly kind: "Cut";
      readonly orders: number;
      readonly events: number;
      readonly folded: number;
    };

/** All that may happen next. */
export function stepsOf(world: World, variant: Variant | null): Step[] {
  const { left, late, orders, reader } = world;
  const steps: Step[] = [];
  if (left.laterCommands > 0 && left.cuts === 0) steps.push({ kind: "Arrive" });
  for (const engine of [0, 1] as const) addEngineSteps(steps, world, engine, variant);
  for (let queue = 0; queue < late.length; queue++) {
    if (mayLand(world, late[queue]?.list[0])) steps.push({ kind: "LandLate", queue });
  }
  if (left.quarantines > 0) {
    for (let commandOffset = 0; commandOffset < orders.length; commandOffset++) {
      steps.push({ kind: "Quarantine", commandOffset });
    }
  }
  if (left.cuts > 0) addCuts(steps, world);
  if (reader.status !== "Alarmed") steps.push({ kind: "Restart" });
  return steps;
}

function addEngineSteps(
  steps: Step[],
  world: World,
  index: EngineIndex,
  variant: Variant | null,
): void {
  const engine = world.engines[index];
  const { left, orders } = world;
  const { truth } = world.log;
  const { status, underWay } = engine;
  const add = (kind: Deed): void => void steps.push({ kind, engine: index });
  if (status === "Down" && left.standbys > 0 && answers(truth.body, orders)) add("StandBy");
  if (status === "Down" || status === "Standby") {
    if (left.takeOvers > 0) add("Claim");
  } else if (left.crashes > 0) add("Crash");
  if (mayLand(world, underWay.list[0])) steps.push({ kind: "Land", engine: index, place: 0 });
  if (status === "Serving") {
    if (engine.body.length < orders.length) add("Apply");
    if (truth.epoch > engine.epoch) add("Notice");
    if (left.snapshots > 0 && maySnapshot(world, engine, variant)) add("Snapshot");
  }
  addBrokenSteps(steps, world, index, variant);
}

function mayLand({ log, left }: World, record: OutputRecord | undefined): boolean {
  if (record === undefined) return false;
  const stray = record.kind === "Chunk" && record.epoch < log.truth.epoch;
  return !stray || left.strays > 0;
}

/** Only of what is folded, and once. */
function maySnapshot(world: World, engine: Engine, variant: Variant | null): boolean {
  const { body, epoch } = engine;
  const { snapshots, log } = world;
  if (variant === Variant.SnapshotBeforeAck) {
    return body !== "" && !snapshots.some(({ position }) => position.body === body);
  }
  const folded = log.history[body.length - 1]?.position;
  if (folded === undefined || folded.body !== body || folded.epoch > epoch) return false;
  return !snapshots.some(({ position }) => position === folded);
}

function addBrokenSteps(
  steps: Step[],
  world: World,
  engine: EngineIndex,
  variant: Variant | null,
): void {
  const { status, underWay, body } = world.engines[engine];
  const several = underWay.list.length > 1;
  const serving = status === "Serving";
  if (variant === Variant.ProducerReorders && several) {
    steps.push({ kind: "Land", engine, place: 1 });
  }
  if (variant === Variant.ProducerDrops && serving && underWay.list.length > 0) {
    steps.push({ kind: "Drop", engine });
  }
  if (variant === Variant.GivenUpThenLater && serving && several) {
    steps.push({ kind: "GiveUp", engine });
  }
  const ahead = variant === Variant.StandbyAheadOfFold && status === "Standby";
  if (ahead && body.length < world.orders.length) steps.push({ kind: "RunAhead", engine });
}

/** The broker loses tails while no owner lives; what was under way to it is lost too. */
function addCuts(steps: Step[], world: World): void {
  const { engines, orders, reader } = world;
  const { list, history } = world.log;
  if (engines.some(({ status }) => status === "Serving" || status === "Claiming")) return;
  const mostFolded = reader.status === "Reading" ? history.length : 0;
  const leastFolded = Math.min(1, mostFolded);
  for (let ordersEnd = 0; ordersEnd <= orders.length; ordersEnd++) {
    for (let eventsEnd = 0; eventsEnd <= list.length; eventsEnd++) {
      if (ordersEnd === orders.length && eventsEnd === list.length) continue;
      for (let folded = leastFolded; folded <= mostFolded; folded++) {
        steps.push({ kind: "Cut", orders: ordersEnd, events: eventsEnd, folded });
      }
    }
  }
}
