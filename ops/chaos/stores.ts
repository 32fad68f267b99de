import type { Folders } from "../services/folders.ts";
import { portsAt, type Ports } from "../services/ports.ts";
import { isRunning, processTree, signalAll } from "../services/process-tree.ts";
import { launch, runningPid, untilHealthy } from "../services/processes.ts";
import { ServiceError, serviceNames } from "../services/service.ts";
import type { Launch, Service, ServiceName } from "../services/service.ts";
import { down, servicesOf, up } from "../services/services.ts";
import type { Stores } from "../stack/stack-environment.ts";
import { SmallDisk } from "./small-disk.ts";
import type { DiskStore } from "./small-disk.ts";
import { TcpProxy } from "./tcp-proxy.ts";
import type { ProxyMode } from "./tcp-proxy.ts";

export interface ChaosStoresOptions {
  /** Downloads and builds of all sets; a data folder that no other set uses. */
  readonly folders: Folders;
  readonly brokers: 1 | 3;
  readonly portOffset: number;
  /** Stores whose data lie on a disk of their own of so many MiB, which can be filled. Needs root. */
  readonly smallDisks?: Readonly<Partial<Record<DiskStore, number>>>;
}

/** From a store's port to that of the proxy in front of it. */
const proxyDistance = 500;
const startMs = 240_000;
const restartPauseMs = 200;
const pollMs = 10;

/**
 * Starts a set of real stores with a proxy in front of each, which belong to this process. Rejects with ServiceError where one does not
 * come up, and where a small disk cannot be mounted.
 */
export async function openChaosStores(options: ChaosStoresOptions): Promise<ChaosStores> {
  const { folders, brokers, portOffset, smallDisks = {} } = options;
  const ports = portsAt(portOffset);
  const services = servicesOf(
    { folders, brokers, portOffset, kafkaAdvertisedPort: ports.kafkaClients + proxyDistance },
    serviceNames,
  );
  const disks = Object.entries(smallDisks).map(([store, mebibytes]) =>
    SmallDisk.mount(store as DiskStore, folders, brokers, mebibytes),
  );
  const proxies = openProxies(ports, brokers);
  const stores = new ChaosStores(folders, services, proxies, disks);
  try {
    await up(services, folders, () => {});
  } catch (error) {
    await stores.close();
    throw error;
  }
  return stores;
}

type Proxies = Readonly<Record<ServiceName, readonly TcpProxy[]>>;

/** Real stores of which each can be cut off, slowed down, killed, frozen and started again. */
export class ChaosStores {
  /** One for each Kafka broker, and one for each other store. */
  readonly proxies: Proxies;
  readonly disks: readonly SmallDisk[];
  readonly #folders: Folders;
  readonly #services: readonly Service[];
  readonly #frozen = new Set<number>();

  constructor(
    folders: Folders,
    services: readonly Service[],
    proxies: Proxies,
    disks: readonly SmallDisk[],
  ) {
    this.#folders = folders;
    this.#services = services;
    this.proxies = proxies;
    this.disks = disks;
  }

  /** Past the proxies: for judges. */
  get direct(): Stores {
    const connections = this.#services.map((service) => service.connection());
    return Object.assign({}, ...connections) as Stores;
  }

  /** Through the proxies: for the venue. */
  get connections(): Stores {
    const { kafka, minio, redis, postgres, clickhouse } = this.direct;
    const through = (url: string, store: ServiceName): string => {
      const [proxy] = this.proxies[store];
      return url.replace(`127.0.0.1:${new URL(url).port}`, `127.0.0.1:${proxy?.port}`);
    };
    const brokers = this.proxies.kafka.map(({ port }) => `127.0.0.1:${port}`);
    return {
      kafka: { ...kafka, brokers: brokers.join(",") },
      minio: { ...minio, endpoint: through(minio.endpoint, "minio") },
      redis: { url: through(redis.url, "redis") },
      postgres: { url: through(postgres.url, "postgres") },
      clickhouse: { ...clickhouse, url: through(clickhouse.url, "clickhouse") },
    };
  }

  /** Of every proxy in front of the store. */
  setProxies(store: ServiceName, mode: ProxyMode): void {
    for (const proxy of this.proxies[store]) proxy.set(mode);
  }

  /** Whether the store's process runs; brokers count from 1. */
  runs(store: ServiceName, broker = 1): boolean {
    return runningPid(this.#folders, processName(store, broker)) !== null;
  }

  /** Kills the store with everything that it started, as kill -9 does, and resolves when nothing of it is left. */
  async kill(store: ServiceName, broker = 1): Promise<void> {
    const pid = runningPid(this.#folders, processName(store, broker));
    if (pid === null) return;
    const tree = processTree(pid);
    signalAll(tree, "SIGKILL");
    for (const each of tree) this.#frozen.delete(each);
    while (tree.some(isRunning)) await Bun.sleep(pollMs);
  }

  /** Starts it on its data and resolves when it serves. One that ends at once, as on what its last life left, is started again. */
  async start(store: ServiceName, broker = 1): Promise<void> {
    const spec = await this.#launchOf(store, broker);
    const deadline = performance.now() + startMs;
    for (;;) {
      if (runningPid(this.#folders, spec.process) === null) launch(this.#folders, spec);
      try {
        return await untilHealthy(this.#folders, spec, Math.max(0, deadline - performance.now()));
      } catch (error) {
        if (!(error instanceof ServiceError) || performance.now() > deadline) throw error;
        await Bun.sleep(restartPauseMs);
      }
    }
  }

  /** Stops the store's processes where they are; its sockets stay open. */
  freeze(store: ServiceName, broker = 1): void {
    const pid = runningPid(this.#folders, processName(store, broker));
    if (pid === null) return;
    const tree = processTree(pid);
    signalAll(tree, "SIGSTOP");
    for (const each of tree) this.#frozen.add(each);
  }

  /** Lets everything go on that was frozen. */
  thaw(): void {
    signalAll([...this.#frozen], "SIGCONT");
    this.#frozen.clear();
  }

  /** Stops every store and closes the proxies. The data stay where they are, but for those on small disks. */
  async close(): Promise<void> {
    this.thaw();
    for (const proxy of Object.values(this.proxies).flat()) proxy.close();
    await down(serviceNames, this.#folders);
    for (const disk of this.disks) disk.unmount();
  }

  async #launchOf(store: ServiceName, broker: number): Promise<Launch> {
    const service = this.#services.find(({ name }) => name === store);
    const launches = (await service?.prepare()) ?? [];
    const spec = launches.find(({ process }) => process === processName(store, broker));
    if (spec === undefined) throw new ServiceError(`There is no ${processName(store, broker)}`);
    return spec;
  }
}

function processName(store: ServiceName, broker: number): string {
  return store === "kafka" ? `kafka-${broker}` : store;
}

function openProxies(ports: Ports, brokers: number): Proxies {
  const before = (port: number): TcpProxy =>
    new TcpProxy(port + proxyDistance, { hostname: "127.0.0.1", port });
  return {
    kafka: Array.from({ length: brokers }, (_, index) => before(ports.kafkaClients + index)),
    minio: [before(ports.minio)],
    redis: [before(ports.redis)],
    postgres: [before(ports.postgres)],
    clickhouse: [before(ports.clickhouse)],
  };
}
