/** Where the stores of one set listen. Kafka's brokers take a port each, upwards from these; `kafkaClients` where they have a second listener. */
export interface Ports {
  readonly kafka: number;
  readonly kafkaController: number;
  readonly kafkaClients: number;
  readonly minio: number;
  readonly redis: number;
  readonly postgres: number;
  readonly clickhouse: number;
}

const base: Ports = {
  kafka: 19092,
  kafkaController: 19192,
  kafkaClients: 19292,
  minio: 19000,
  redis: 16379,
  postgres: 15432,
  clickhouse: 18123,
};

/** Two offsets that differ by a multiple of it never meet. */
export const portOffsetStep = 1000;
/** Above it the ports would reach those that systems give to outgoing connections (Linux: from 32768). */
export const portOffsetMax = 13_000;

/** Ports of the set with this offset: sets with different offsets run beside each other on one machine. */
export function portsAt(offset: number): Ports {
  const moved = Object.entries(base).map(([store, port]) => [store, port + offset]);
  return Object.fromEntries(moved) as Ports;
}

/** A multiple of `portOffsetStep` from 0 to `portOffsetMax`; null when the text is none. */
export function readPortOffset(text: string): number | null {
  const offset = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return offset % portOffsetStep === 0 && offset <= portOffsetMax ? offset : null;
}
