/** One thing left out of the protocol, or done wrong. Each must be found out by the exploration. */
export const Variant = {
  /** Readers act on every record, as it comes. */
  ReaderWithoutFold: "ReaderWithoutFold",
  /** An owner starts at the offset that its group stored when a command was applied, not acked. */
  OffsetCommittedBeforeAck: "OffsetCommittedBeforeAck",
  /** A new owner replays all input without emitting, then goes on. */
  SilentReplay: "SilentReplay",
  /** A snapshot is taken of what was applied, whether its outputs stand or not, and trusted. */
  SnapshotBeforeAck: "SnapshotBeforeAck",
  /** The producer's retries overtake each other. */
  ProducerReorders: "ProducerReorders",
  /** The producer drops a record that failed and goes on. */
  ProducerDrops: "ProducerDrops",
  /** A build with other rules takes over without a mark on the log, and nothing is compared. */
  UnmarkedSemantics: "UnmarkedSemantics",
  /** Readers act on each chunk of a body by itself. */
  ChunksOneByOne: "ChunksOneByOne",
  /** A record is given up while a later one of the same owner still lands. */
  GivenUpThenLater: "GivenUpThenLater",
  /** A reader saves its position without the epoch. */
  PositionWithoutEpoch: "PositionWithoutEpoch",
  /** A standby applies commands whose outputs it has not folded, and goes on from there. */
  StandbyAheadOfFold: "StandbyAheadOfFold",
  /** A new owner does not look whether `orders` still holds what the outputs came from. */
  TrustsCutOrders: "TrustsCutOrders",
  /** A reader does not look whether the record at its saved position is still the one it applied. */
  TrustsCutEvents: "TrustsCutEvents",
  /** An owner goes on after an operator's Quarantine, and readers do not take it for a Claim. */
  QuarantineIsNoClaim: "QuarantineIsNoClaim",
  /** A Quarantine names its command by the offset alone, and strikes another that took the offset after a cut. */
  QuarantineByOffset: "QuarantineByOffset",
  /** A snapshot does not keep the Quarantines that are pending where it was taken. */
  SnapshotForgetsQuarantine: "SnapshotForgetsQuarantine",
  /** A snapshot keeps Quarantines that came after the output that it stands for, so that a cut takes them off the log alone. */
  SnapshotAheadOfQuarantine: "SnapshotAheadOfQuarantine",
  /** The log is cut under a reader, whose connection does not tell him: he reads on at the offset where he was. */
  CutReaderReadsOn: "CutReaderReadsOn",
  /** A saved position is compared by offset, epoch and body alone: a log that regrew may hold them all again, after other Claims. */
  PositionWithoutTime: "PositionWithoutTime",
} as const;
export type Variant = (typeof Variant)[keyof typeof Variant];
