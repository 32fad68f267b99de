import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  TimeInForce,
  TradingState,
  versionOfTimeInForce,
} from "../../schema/generated/enums.ts";
import { schemaVersion } from "../../schema/generated/records.ts";
import { alice, brief, commandID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";
import { builtSemantics, UnknownSemantics } from "./semantics.ts";
import type { SemanticsList } from "./semantics.ts";

const { AuctionUnderWay, CapacityReached, InvalidDefinition, InvalidList, OlderSemantics } =
  BusinessRejectReason;
const { Auction, Closed, Open } = TradingState;
const [{ rules }] = builtSemantics;
const listVersion = 7;

/** Of a build that has a second version beside one that reads lists, but not all that stands in them today. */
const versions: SemanticsList = [
  { semanticsVersion: 1, schemaVersion: listVersion, rules },
  { semanticsVersion: 2, schemaVersion, rules: { ...rules, scheduledStateCountMax: 1 } },
];

function refused(reason: number): string[] {
  return [`BusinessMessageReject ${reason}`];
}

function opened(): Partition {
  return Partition.open({}, {}, versions);
}

describe("semantics", () => {
  test("are the first ones until others are activated, and those from the next command on", () => {
    const partition = opened();
    expect(partition.engine).toMatchObject({ semanticsVersion: 1, schemaVersion: listVersion });
    expect(partition.activate(2, schemaVersion)).toEqual([
      {
        kind: "SemanticsActivated",
        rptSeq: 0,
        semanticsVersion: 2,
        schemaVersion,
        accountID: 0,
        commandID: commandID(5),
      },
    ]);
    expect(partition.engine).toMatchObject({ semanticsVersion: 2, schemaVersion });
    expect(partition.state()).toMatchObject({ semanticsVersion: 2, schemaVersion });
  });

  test("that are active may be activated again, which changes nothing", () => {
    const partition = opened();
    expect(brief(partition.activate(1, listVersion))).toEqual(["SemanticsActivated"]);
    expect(partition.engine).toMatchObject({ semanticsVersion: 1, schemaVersion: listVersion });
  });

  test("do not go back", () => {
    const partition = opened();
    partition.activate(2, schemaVersion);
    expect(brief(partition.activate(1, listVersion))).toEqual(refused(OlderSemantics));
    expect(brief(partition.activate(2, schemaVersion - 1))).toEqual(refused(OlderSemantics));
    expect(partition.engine).toMatchObject({ semanticsVersion: 2, schemaVersion });
  });

  test("go with one version of the schema", () => {
    const partition = opened();
    expect(brief(partition.activate(2, schemaVersion - 1))).toEqual(refused(InvalidDefinition));
    expect(brief(partition.activate(1, schemaVersion))).toEqual(refused(InvalidDefinition));
  });

  test("do not change while an instrument is in an auction", () => {
    const partition = opened();
    partition.setState(Auction);
    expect(brief(partition.activate(2, schemaVersion))).toEqual(refused(AuctionUnderWay));
    partition.setState(Open);
    expect(brief(partition.activate(2, schemaVersion))).toEqual(["SemanticsActivated"]);
  });

  test("are activated once by a request that comes twice", () => {
    const partition = opened();
    const same = { commandID: commandID(99), requestHash: "00000000000000aa" };
    partition.activate(2, schemaVersion, same);
    expect(brief(partition.activate(2, schemaVersion, same))).toEqual(["Duplicate"]);
  });

  test("that this build does not have end its work on the partition, and it says what it has", () => {
    const activation = (): unknown => opened().activate(3, schemaVersion);
    expect(activation).toThrow(UnknownSemantics);
    expect(activation).toThrow("Semantics version 3 is active; this build has 1, 2");
  });

  test("that this build does not have are refused like any others, where every build refuses them", () => {
    const partition = opened();
    partition.setState(Auction);
    expect(brief(partition.activate(3, schemaVersion))).toEqual(refused(AuctionUnderWay));
    expect(brief(partition.activate(3, 1))).toEqual(refused(OlderSemantics));
  });
});

describe("a rule of newer semantics", () => {
  test("holds from their activation on, and not before", () => {
    const partition = opened();
    const at = partition.time + 1_000;
    expect(brief(partition.schedule(Closed, at))).toEqual(["SecurityStatusScheduled"]);
    expect(brief(partition.schedule(Open, at + 1))).toEqual(["SecurityStatusScheduled"]);
    partition.activate(2, schemaVersion);
    expect(brief(partition.schedule(Closed, at + 2))).toEqual(refused(CapacityReached));
  });
});

describe("what is newer than the active schema", () => {
  test("makes a list invalid whose item says it, until it is active", () => {
    const partition = opened();
    const { AtTheOpening, Day } = TimeInForce;
    expect(versionOfTimeInForce(Day)).toBeLessThan(listVersion);
    expect(versionOfTimeInForce(AtTheOpening)).toBeGreaterThan(listVersion);
    const listOf = (timeInForce: TimeInForce): string[] =>
      brief(partition.list([["new", { accountID: alice, timeInForce }]]));
    expect(listOf(Day)).toEqual(["ListAccepted", "OrderAccepted"]);
    expect(listOf(AtTheOpening)).toEqual(refused(InvalidList));
    partition.activate(2, schemaVersion);
    expect(listOf(AtTheOpening)[0]).toBe("ListAccepted");
  });
});

describe("a snapshot", () => {
  test("has the active semantics, and the partition goes on by them", () => {
    const partition = opened();
    partition.activate(2, schemaVersion);
    const bytes = partition.serialise();
    partition.engine = Engine.restore(bytes, versions);
    expect(partition.serialise()).toEqual(bytes);
    const at = partition.time + 1_000;
    partition.schedule(Closed, at);
    expect(brief(partition.schedule(Open, at + 1))).toEqual(refused(CapacityReached));
  });

  test("of other semantics than a build has is refused by it", () => {
    const partition = opened();
    const before = partition.serialise();
    partition.activate(2, schemaVersion);
    const older: SemanticsList = [versions[0]];
    expect(() => Engine.restore(partition.serialise(), older)).toThrow(UnknownSemantics);
    expect(Engine.restore(before, older).semanticsVersion).toBe(1);
    const otherwise: SemanticsList = [{ ...versions[0], schemaVersion: listVersion + 1 }];
    expect(() => Engine.restore(before, otherwise)).toThrow("go with their version");
  });
});
