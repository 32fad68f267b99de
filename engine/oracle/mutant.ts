import type { Feature } from "./stream-shape.ts";

/** A bug as one would write it: one passage of the oracle's source, exchanged. */
export interface Mutant {
  readonly bug: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Of a rare one: all features that its streams have, so that it shows soon. */
  readonly among?: readonly Feature[];
  /** Of one that shows where not all is read yet: the version of the schema up to which its streams are read at first. */
  readonly begun?: number;
}
