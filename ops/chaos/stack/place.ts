import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { defaultFolders } from "../../services/folders.ts";
import { serviceNames } from "../../services/service.ts";
import { down, readConnections, servicesOf, up } from "../../services/services.ts";
import type { Stores } from "../../stack/stack-environment.ts";
import type { Fault } from "../fault.ts";

export interface PlaceOptions {
  /** Of everything that the stores keep. */
  readonly folder: string;
  readonly portOffset: number;
  readonly brokers: 1 | 3;
}

/** Stores of one run's own. */
export interface Place {
  /** As the venue reaches them. */
  readonly stores: Stores;
  /** As judges reach them: no fault is in between. */
  readonly direct: Stores;
  /** librdkafka.so is looked for here. */
  readonly cache: string;
  readonly faults: readonly Fault[];
  /** Stops the stores, and removes the folder unless it is to be looked at. */
  close(keepsData: boolean): Promise<void>;
}

/** Starts a set of stores. Rejects with ServiceError. */
export async function openPlace({ folder, portOffset, brokers }: PlaceOptions): Promise<Place> {
  const { cache } = defaultFolders(process.env);
  const folders = { cache, data: join(folder, "stores") };
  // PostgreSQL runs as a user of its own, who must get there.
  mkdirSync(folders.data, { recursive: true, mode: 0o755 });
  await up(servicesOf({ folders, brokers, portOffset }, serviceNames), folders, () => {});
  const stores = readConnections(folders) as Stores;
  return {
    stores,
    direct: stores,
    cache,
    faults: [],
    close: async (keepsData) => {
      await down(serviceNames, folders);
      if (keepsData) return;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
