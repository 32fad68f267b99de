import { Counter, Gauge, Histogram, Registry } from "prom-client";

type Labels = Readonly<Record<string, string | number>>;

/** Sets the value of one series. */
export type SetValue = (value: number, labels?: Labels) => void;

export interface MetricName {
  /** Without the prefix. Counters end in `_total`, durations in `_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** What a service counts, in Prometheus' text format. Values that a service keeps itself are read when somebody asks. */
export class MetricSet {
  readonly #registry = new Registry();
  readonly #prefix: string;

  constructor(service: string) {
    this.#prefix = `orderbook_${service}_`;
    this.#addProcess();
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

  /** Returns the function that notes one observation. */
  histogram(name: MetricName, buckets: readonly number[]): SetValue {
    const histogram = new Histogram({ ...this.#described(name), buckets: [...buckets] });
    return (value, labels = {}) => histogram.observe(labels, value);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

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

  #addProcess(): void {
    this.gauge({ name: "resident_memory_bytes", help: "Memory of the process" }, (set) =>
      set(process.memoryUsage.rss()),
    );
    this.counter({ name: "cpu_seconds_total", help: "CPU time of the process" }, (set) => {
      const { user, system } = process.cpuUsage();
      set((user + system) / 1e6);
    });
    this.gauge({ name: "uptime_seconds", help: "Since the process began" }, (set) =>
      set(process.uptime()),
    );
  }
}
