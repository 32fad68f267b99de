import type { NumberedStream } from "../numbered-stream.ts";

/** An order book that nobody here wrote, driven by the messages of a stream. */
export interface Peer {
  readonly tradeCount: number;
  /** Sum of the quantities of all trades. */
  readonly tradedQty: number;
  /** Takes the messages from `first` to before `end`. Throws where the library does. */
  run(first: number, end: number): void;
}

/** A new, empty book each time. What can be made ready before the first message (ids as strings, say) is made ready here. */
export type PeerMaker = (stream: NumberedStream) => Peer;

export interface PeerLibrary {
  /** As it is printed, with the version where that is known. */
  readonly title: string;
  /** How many times the core's time it is meant to take at least. */
  readonly bar: number;
  /** Null where it is not at hand. */
  load(): Promise<PeerMaker | null>;
  /** What to do where it is not at hand. */
  readonly absence: string;
}
