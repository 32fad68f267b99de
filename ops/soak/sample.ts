/** One look at the whole venue; bytes, milliseconds, counts. Every record is by process unless it says otherwise. */
export interface SoakSample {
  /** Seconds since the load began. */
  readonly second: number;
  readonly phase: "calibration" | "load";
  readonly answersPerSecond: number;
  readonly refusedCount: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, number>>;
  readonly backlog: number;
  readonly latencyMs: Readonly<Record<"p50" | "p99" | "p999" | "max", number>>;
  readonly residentBytes: Readonly<Record<string, number>>;
  readonly heapBytes: Readonly<Record<string, number>>;
  readonly storeBytes: Readonly<Record<string, number>>;
  readonly loopDelayMs: Readonly<Record<string, number>>;
  /** By stage: records that wait for it. */
  readonly lag: Readonly<Record<string, number>>;
  readonly openOrders: number;
  readonly idWindowEntries: number;
  readonly stallCount: number;
  readonly brokersAway: number;
  readonly dataBytes: number;
  /** CPU seconds of the machine that others than this run used, per second; and load average. */
  readonly loadAverage: number;
}

/** A place of which nothing was heard for longer than it may be. */
export interface StandStill {
  readonly place: string;
  readonly atSecond: number;
  readonly seconds: number;
}
