import { schemaVersion } from "../../schema/generated/records.ts";

/**
 * What the versions of the semantics differ in (docs/SEMANTICS.md §8): a rule that changes becomes a field here, a number or a function,
 * and keeps in every older version what it was.
 */
export interface Rules {
  /** Changes of trading states that may wait for one instrument. */
  readonly scheduledStateCountMax: number;
  /** New orders that may be deferred at once. */
  readonly deferredCountMax: number;
}

/** One version of the semantics. */
export interface Semantics {
  readonly semanticsVersion: number;
  /** Of the schema that goes with it: up to here commands are read, and no event is newer. */
  readonly schemaVersion: number;
  readonly rules: Rules;
}

/** What a build can decide by, each newer than the one before. A partition begins with the first. */
export type SemanticsList = readonly [Semantics, ...Semantics[]];

/** Of this build. The first release freezes version 1 with its schemaVersion as a number; until then it has all that the schema has. */
export const builtSemantics: SemanticsList = [
  {
    semanticsVersion: 1,
    schemaVersion,
    rules: { scheduledStateCountMax: 16, deferredCountMax: 1_024 },
  },
];

/** A partition's semantics are not among those of this build, so that it must leave the partition to another one. */
export class UnknownSemantics extends Error {
  override readonly name = "UnknownSemantics";

  constructor(semanticsVersion: number, list: SemanticsList) {
    const has = list.map((each) => each.semanticsVersion).join(", ");
    super(`Semantics version ${semanticsVersion} is active; this build has ${has}`);
  }
}

/** The version of that number. Throws UnknownSemantics where the build lacks it. */
export const semanticsOf = (list: SemanticsList, semanticsVersion: number): Semantics => {
  const found = list.find((each) => each.semanticsVersion === semanticsVersion);
  if (found === undefined) throw new UnknownSemantics(semanticsVersion, list);
  return found;
};
