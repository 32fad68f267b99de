import { Promised } from "./promises.ts";
import { Variant } from "./variants.ts";
import type { Budget } from "./world.ts";

const none: Budget = {
  commands: 0,
  laterCommands: 0,
  takeOvers: 0,
  crashes: 0,
  standbys: 0,
  snapshots: 0,
  quarantines: 0,
  cuts: 0,
  strays: 0,
};

/** What is not named may not happen. */
export function budgetOf(parts: Partial<Budget>): Budget {
  return { ...none, ...parts };
}

export interface Bounds {
  readonly name: string;
  readonly budget: Budget;
}

/** Together some 33,000 states. */
export const smallBounds: readonly Bounds[] = [
  {
    name: "take-overs and crashes",
    budget: budgetOf({ commands: 3, takeOvers: 2, crashes: 2, strays: 2 }),
  },
  {
    name: "snapshots and a standby",
    budget: budgetOf({
      commands: 2,
      takeOvers: 3,
      crashes: 1,
      standbys: 1,
      snapshots: 1,
      strays: 1,
    }),
  },
  {
    name: "a Quarantine between two owners",
    budget: budgetOf({
      commands: 2,
      takeOvers: 2,
      crashes: 1,
      snapshots: 1,
      quarantines: 1,
      strays: 1,
    }),
  },
  {
    name: "a standby through a Quarantine",
    budget: budgetOf({ commands: 2, takeOvers: 2, standbys: 1, quarantines: 1, strays: 1 }),
  },
  {
    name: "both logs cut and regrown",
    budget: budgetOf({ commands: 2, laterCommands: 1, takeOvers: 2, crashes: 1, cuts: 1 }),
  },
];

/** Together some nine million states; the largest needs 3 GB. */
export const longBounds: readonly Bounds[] = [
  {
    name: "take-overs and crashes",
    budget: budgetOf({ commands: 3, takeOvers: 3, crashes: 2, strays: 5 }),
  },
  {
    name: "snapshots and a standby",
    budget: budgetOf({
      commands: 3,
      takeOvers: 3,
      crashes: 2,
      standbys: 1,
      snapshots: 1,
      strays: 2,
    }),
  },
  {
    name: "two Quarantines between two owners",
    budget: budgetOf({
      commands: 2,
      takeOvers: 3,
      crashes: 1,
      snapshots: 1,
      quarantines: 2,
      strays: 2,
    }),
  },
  {
    name: "a standby and a snapshot through a Quarantine",
    budget: budgetOf({
      commands: 2,
      takeOvers: 3,
      crashes: 1,
      standbys: 1,
      snapshots: 1,
      quarantines: 1,
      strays: 2,
    }),
  },
  {
    name: "both logs cut and regrown, a snapshot and a Quarantine",
    budget: budgetOf({
      commands: 2,
      laterCommands: 1,
      takeOvers: 3,
      crashes: 1,
      snapshots: 1,
      quarantines: 1,
      cuts: 1,
      strays: 1,
    }),
  },
  {
    name: "many owners on logs cut and regrown",
    budget: budgetOf({
      commands: 1,
      laterCommands: 1,
      takeOvers: 4,
      crashes: 1,
      snapshots: 1,
      quarantines: 1,
      cuts: 1,
      strays: 2,
    }),
  },
  {
    name: "two snapshots on logs cut and regrown",
    budget: budgetOf({
      commands: 1,
      laterCommands: 1,
      takeOvers: 3,
      crashes: 1,
      snapshots: 2,
      quarantines: 1,
      cuts: 1,
      strays: 1,
    }),
  },
  {
    name: "both logs cut and regrown twice",
    budget: budgetOf({
      commands: 2,
      laterCommands: 1,
      takeOvers: 4,
      crashes: 1,
      standbys: 1,
      cuts: 2,
      strays: 1,
    }),
  },
];

export interface PlantedBug {
  readonly variant: Variant;
  /** Enough for it to show. */
  readonly budget: Budget;
  readonly promise: Promised;
  readonly stepCount: number;
}

/** Each variant with the promise that it breaks, and how soon. */
export const plantedBugs: readonly PlantedBug[] = [
  planted(Variant.ReaderWithoutFold, { commands: 1, takeOvers: 2, strays: 1 }, [
    Promised.ReaderActsOnce,
    7,
  ]),
  planted(Variant.OffsetCommittedBeforeAck, { commands: 2, takeOvers: 2 }, [
    Promised.FoldIsWhole,
    7,
  ]),
  planted(Variant.SilentReplay, { commands: 1, laterCommands: 1, takeOvers: 2 }, [
    Promised.FoldIsWhole,
    5,
  ]),
  planted(Variant.SnapshotBeforeAck, { commands: 2, takeOvers: 2, snapshots: 1 }, [
    Promised.FoldIsWhole,
    8,
  ]),
  planted(Variant.ProducerReorders, { commands: 2, takeOvers: 1 }, [Promised.FoldIsWhole, 5]),
  planted(Variant.ProducerDrops, { commands: 2, takeOvers: 1 }, [Promised.FoldIsWhole, 6]),
  planted(Variant.UnmarkedSemantics, { commands: 1, takeOvers: 2 }, [Promised.BodyIsOutcome, 4]),
  planted(Variant.ChunksOneByOne, { commands: 2, takeOvers: 2 }, [Promised.ReaderActsOnce, 7]),
  planted(Variant.GivenUpThenLater, { commands: 2, takeOvers: 2 }, [Promised.FoldIsWhole, 6]),
  planted(Variant.PositionWithoutEpoch, { commands: 3, takeOvers: 2, strays: 4 }, [
    Promised.AlarmMeansCut,
    12,
  ]),
  planted(Variant.StandbyAheadOfFold, { commands: 2, takeOvers: 2, standbys: 1 }, [
    Promised.FoldIsWhole,
    6,
  ]),
  planted(
    Variant.TrustsCutOrders,
    { commands: 1, laterCommands: 1, takeOvers: 2, crashes: 1, cuts: 1 },
    [Promised.OwnerIsOutcome, 8],
  ),
  planted(
    Variant.TrustsCutEvents,
    { commands: 1, laterCommands: 1, takeOvers: 2, crashes: 1, cuts: 1 },
    [Promised.ReaderAgrees, 7],
  ),
  planted(Variant.QuarantineIsNoClaim, { commands: 1, takeOvers: 2, quarantines: 1, strays: 1 }, [
    Promised.BodyIsOutcome,
    5,
  ]),
  planted(
    Variant.QuarantineByOffset,
    { commands: 1, laterCommands: 1, takeOvers: 2, quarantines: 1, cuts: 1 },
    [Promised.BodyIsOutcome, 7],
  ),
  planted(
    Variant.SnapshotForgetsQuarantine,
    { commands: 2, takeOvers: 2, snapshots: 1, quarantines: 1 },
    [Promised.TakeOverSucceeds, 10],
  ),
  planted(
    Variant.SnapshotAheadOfQuarantine,
    { commands: 2, takeOvers: 3, crashes: 1, snapshots: 1, quarantines: 1, cuts: 1 },
    [Promised.BodyIsOutcome, 15],
  ),
  planted(Variant.CutReaderReadsOn, { commands: 1, takeOvers: 3, crashes: 1, cuts: 1 }, [
    Promised.ReaderAgrees,
    10,
  ]),
  planted(
    Variant.PositionWithoutTime,
    { commands: 1, takeOvers: 4, crashes: 1, cuts: 1, strays: 2 },
    [Promised.ReaderAgrees, 18],
  ),
];

function planted(
  variant: Variant,
  budget: Partial<Budget>,
  [promise, stepCount]: readonly [Promised, number],
): PlantedBug {
  return { variant, budget: budgetOf(budget), promise, stepCount };
}
