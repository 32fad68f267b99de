import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { Admin } from "../../../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../../../ports/log/rdkafka/library.ts";
import type { Library } from "../../../ports/log/rdkafka/library.ts";
import { Topic } from "../../../schema/topics.ts";
import { defaultFolders } from "../../services/folders.ts";
import { buildLibrdkafka } from "../../services/librdkafka.ts";
import { serviceNames } from "../../services/service.ts";
import type { Stores } from "../../stack/stack-environment.ts";
import type { Fault } from "../fault.ts";
import { DiskFull } from "../faults/disk-full.ts";
import { LeaderKill } from "../faults/leader-kill.ts";
import { Outage } from "../faults/outage.ts";
import type { DiskStore } from "../small-disk.ts";
import { openChaosStores } from "../stores.ts";
import type { ChaosStores } from "../stores.ts";
import type { RoundKind } from "./round-plan.ts";

export interface PlaceOptions {
  /** Of everything that the stores keep. */
  readonly folder: string;
  readonly portOffset: number;
  /** What is to go wrong: leaders are killed on three brokers, disks are full that are small. */
  readonly kinds: readonly RoundKind[];
}

/** Stores of one run's own. */
export interface Place {
  /** As the venue reaches them. */
  readonly stores: Stores;
  /** As judges reach them: no fault is in between. */
  readonly direct: Stores;
  /** librdkafka.so. */
  readonly libraryPath: string;
  readonly library: Library;
  readonly faults: readonly Fault[];
  /** Stops the stores, and removes the folder unless it is to be looked at. */
  close(keepsData: boolean): Promise<void>;
}

const smallDiskMebibytes: Readonly<Record<DiskStore, number>> = {
  kafka: 512,
  minio: 256,
  postgres: 256,
};
const leaderTopics = [Topic.Orders, Topic.OrderEvents];

/** Starts a set of stores. Rejects with ServiceError. */
export async function openPlace({ folder, portOffset, kinds }: PlaceOptions): Promise<Place> {
  const { cache } = defaultFolders(process.env);
  const folders = { cache, data: join(folder, "stores") };
  // PostgreSQL runs as a user of its own, who must get there.
  mkdirSync(folders.data, { recursive: true, mode: 0o755 });
  const libraryPath = await buildLibrdkafka(cache);
  const library = openLibrary([libraryPath]);
  const stores = await openChaosStores({
    folders,
    portOffset,
    brokers: kinds.includes("leader") ? 3 : 1,
    smallDisks: kinds.includes("disk") ? smallDiskMebibytes : {},
  });
  const settings = { "bootstrap.servers": stores.direct.kafka.brokers, log_level: "3" };
  const admin = new Admin(library, settings);
  return {
    stores: stores.connections,
    direct: stores.direct,
    libraryPath,
    library,
    faults: faultsOf(stores, admin),
    close: async (keepsData) => {
      admin.close();
      await stores.close();
      if (!keepsData) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function faultsOf(stores: ChaosStores, admin: Admin): Fault[] {
  const leaderKills =
    stores.proxies.kafka.length > 1 ? [new LeaderKill(stores, admin, leaderTopics)] : [];
  return [
    ...serviceNames.map((name) => new Outage(stores, name)),
    ...leaderKills,
    ...stores.disks.map(({ store }) => new DiskFull(stores, store)),
  ];
}
