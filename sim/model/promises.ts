/** What must hold in every state, however the steps interleave. */
export const Promised = {
  /** The fold of the log from its first record neither gaps nor alarms. */
  FoldIsWhole: "FoldIsWhole",
  /** A folded body is what its command comes to, with the Quarantines that stand before it. */
  BodyIsOutcome: "BodyIsOutcome",
  /** Whoever serves holds what the commands on `orders` come to. */
  OwnerIsOutcome: "OwnerIsOutcome",
  /** Taking over fails only where folded commands are lost. */
  TakeOverSucceeds: "TakeOverSucceeds",
  /** A reader acts on every body once, in order, whole. */
  ReaderActsOnce: "ReaderActsOnce",
  /** A reader, however often it started again, stands where one does that never stopped; after a cut: or has alarmed. */
  ReaderAgrees: "ReaderAgrees",
  /** A reader alarms only where its saved position was cut off. */
  AlarmMeansCut: "AlarmMeansCut",
  /** Without further faults an owner brings the log to the end of `orders`. */
  Completes: "Completes",
} as const;
export type Promised = (typeof Promised)[keyof typeof Promised];
