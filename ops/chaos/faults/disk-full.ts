import { ServiceError } from "../../services/service.ts";
import type { Fault } from "../fault.ts";
import type { DiskStore, SmallDisk } from "../small-disk.ts";
import type { ChaosStores } from "../stores.ts";

/** The disk under a store's data is full for a while. A store that died of it is started again once there is room. */
export class DiskFull implements Fault {
  readonly name = "disk-full";
  readonly target: DiskStore;
  readonly detail: string;
  readonly #stores: ChaosStores;
  readonly #disk: SmallDisk;

  /** Throws ServiceError where the store has no small disk. */
  constructor(stores: ChaosStores, target: DiskStore) {
    const disk = stores.disks.find(({ store }) => store === target);
    if (disk === undefined) throw new ServiceError(`${target} has no small disk`);
    this.target = target;
    this.#stores = stores;
    this.#disk = disk;
    this.detail = `disk of ${disk.mebibytes} MiB full`;
  }

  begin(): Promise<void> {
    this.#disk.fill();
    return Promise.resolve();
  }

  async end(): Promise<void> {
    this.#disk.free();
    await Promise.all(
      this.#stores.proxies[this.target].map((_, index) =>
        this.#stores.start(this.target, index + 1),
      ),
    );
  }
}
