import { Counter, Gauge, Histogram, Registry } from "prom-client";

import type { BucketCounts } from "./bucket-counts.ts";
import { addProcessMetrics } from "./process-metrics.ts";

export type Labels = Readonly<Record<string, string | number>>;

/** Sets the value of one series. */
export type SetValue = (value: number, labels?: Labels) => void;

export interface MetricName {
  /** Without the prefix. Counters end in `_total`, durations in `_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** From 0.1 ms to 10 s, close enough that p99.9 can be told. */
export const secondsBuckets: readonly number[] = [
  0.0001, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01,
  0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10,
];

/** What a service counts, in Prometheus' text format. Values that a service keeps itself are read when somebody asks. */
export class MetricSet {
  readonly #registry = new Registry();
  readonly #prefix: string;

  /** With `process: false` another set of this thread tells of the process. */
  constructor(service: string, options: { readonly process?: boolean } = {}) {
    this.#prefix = `orderbook_${service}_`;
    if (options.process !== false) addProcessMetrics(this);
  }

  /** `read` is called for each scrape; series that it does not set are gone. */
  gauge(name: MetricName, read: (set: SetValue) => void | Promise<void>): void {
    const gauge: Gauge = new Gauge({
      ...this.#described(name),
      collect: async () => {
        gauge.reset();
        await read((value, labels = {}) => gauge.set(labels, value));
      },
    });
  }

  /** As a gauge, for sums that only grow while the process lives. */
  counter(name: MetricName, read: (set: SetValue) => void): void {
    const counter: Counter = new Counter({
      ...this.#described(name),
      collect: () => {
        counter.reset();
        read((value, labels = {}) => counter.inc(labels, value));
      },
    });
  }

  /** Returns the function that adds to it. */
  tally(name: MetricName): (labels?: Labels, value?: number) => void {
    const counter = new Counter(this.#described(name));
    return (labels = {}, value = 1) => counter.inc(labels, value);
  }

  /** Returns the function that notes one observation. */
  histogram(name: MetricName, buckets: readonly number[] = secondsBuckets): SetValue {
    const histogram = new Histogram({ ...this.#described(name), buckets: [...buckets] });
    return (value, labels = {}) => histogram.observe(labels, value);
  }

  /** A histogram in seconds that a hot loop keeps itself. */
  recorded(
    name: MetricName,
    read: (set: (counts: BucketCounts, labels?: Labels) => void) => void,
  ): void {
    const { help, name: fullName } = this.#described(name);
    this.#registry.registerMetric(new RecordedHistogram(fullName, help, read));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Rejects when a value cannot be read. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #described({ name, help, labels = [] }: MetricName) {
    return {
      name: this.#prefix + name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
    };
  }
}

/** Sets of one process, as one text: each has names of its own. */
export async function joinedText(sets: readonly { text(): Promise<string> }[]): Promise<string> {
  const texts = await Promise.all(sets.map((set) => set.text()));
  return texts.map((text) => (text === "" || text.endsWith("\n") ? text : `${text}\n`)).join("");
}

interface Sample {
  readonly metricName: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A metric as prom-client's registry asks for it; its own Histogram cannot be set from outside. */
class RecordedHistogram extends Gauge {
  readonly #name: string;
  readonly #help: string;
  readonly #read: (set: (counts: BucketCounts, labels?: Labels) => void) => void;

  constructor(
    name: string,
    help: string,
    read: (set: (counts: BucketCounts, labels?: Labels) => void) => void,
  ) {
    super({ name, help, registers: [] });
    this.#name = name;
    this.#help = help;
    this.#read = read;
  }

  override async get(): Promise<never> {
    const values: Sample[] = [];
    this.#read((counts, labels = {}) => values.push(...samplesOf(this.#name, counts, labels)));
    const metric = { name: this.#name, help: this.#help, type: "histogram", values };
    return { ...metric, aggregator: "sum" } as never;
  }
}

function samplesOf(name: string, counts: BucketCounts, labels: Labels): Sample[] {
  const buckets = counts.cumulative.map(({ bound, count }) => {
    const le = bound === Infinity ? "+Inf" : bound / counts.unitsPerSecond;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: counts.sum / counts.unitsPerSecond },
    { metricName: `${name}_count`, labels, value: counts.count },
  ];
}
