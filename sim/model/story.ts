import type { Step } from "./steps.ts";
import { commandLetter } from "./world.ts";
import type { OutputRecord, World } from "./world.ts";

/** A step in words, as it happens in this world. */
export function describeStep(world: World, step: Step): string {
  switch (step.kind) {
    case "Arrive":
      return `command ${commandLetter(world.arrived)} arrives at offset ${world.orders.length}`;
    case "Restart":
      return `the reader starts again after ${world.reader.fold.body || "nothing"}`;
    case "Land":
      return `${recordText(world, world.engines[step.engine].underWay.list[step.place])} of engine ${step.engine} lands`;
    case "LandLate":
      return `${recordText(world, world.late[step.queue]?.list[0])} of a dead owner lands`;
    case "Quarantine":
      return `a Quarantine of offset ${step.commandOffset} lands at ${world.log.list.length}`;
    case "Cut":
      return `orders is cut to ${step.orders} and order-events to ${step.events}, the reader has ${step.folded}`;
    default:
      return `engine ${step.engine} ${deeds[step.kind]}`;
  }
}

const deeds = {
  StandBy: "stands by",
  Claim: "sends a Claim",
  Apply: "applies its next command and sends what it comes to",
  RunAhead: "applies a command that is not folded, standing by",
  Notice: "sees a foreign Claim and goes down",
  Crash: "crashes",
  Drop: "goes on without a record that failed",
  GiveUp: "gives up a record and goes down",
  Snapshot: "takes a snapshot",
} as const;

function recordText(world: World, record: OutputRecord | undefined): string {
  const { length } = world.log.list;
  if (record === undefined || record.kind === "Claim") return `at ${length} the Claim`;
  const { epoch, body, chunk, chunkCount } = record;
  return `at ${length} chunk ${chunk + 1}/${chunkCount} of ${body} (epoch ${epoch})`;
}
