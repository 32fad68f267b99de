import type { Admin, PartitionDescription } from "../../../ports/log/rdkafka/admin.ts";
import { AdminError } from "../../../ports/log/rdkafka/admin.ts";
import type { SeededRandom } from "../../seeded-random.ts";
import type { Fault } from "../fault.ts";
import type { ChaosStores } from "../stores.ts";

const wholeMs = 60_000;
const pollMs = 100;

/** The broker that leads a partition of a log dies; it comes back with its data and catches up. */
export class LeaderKill implements Fault {
  readonly name = "leader-kill";
  readonly target = "kafka";
  readonly #stores: ChaosStores;
  readonly #admin: Admin;
  readonly #topics: readonly string[];
  #detail = "";
  #broker = 0;

  /** Of one of these topics; the admin client goes past the proxies. */
  constructor(stores: ChaosStores, admin: Admin, topics: readonly string[]) {
    this.#stores = stores;
    this.#admin = admin;
    this.#topics = topics;
  }

  get detail(): string {
    return this.#detail;
  }

  async begin(random: SeededRandom): Promise<void> {
    const topic = this.#topics[random.integer(0, this.#topics.length - 1)] ?? "";
    const partitions = await this.#partitionsOf(topic);
    const chosen = partitions[random.integer(0, partitions.length - 1)];
    if (chosen === undefined || chosen.leader === null) throw new Error(`${topic} has no leader`);
    this.#broker = chosen.leader;
    this.#detail = `broker ${chosen.leader}, leader of ${topic}-${chosen.partition}`;
    await this.#stores.kill("kafka", this.#broker);
  }

  /** Resolves when every replica of the topics is in sync again. */
  async end(): Promise<void> {
    await this.#stores.start("kafka", this.#broker);
    const deadline = performance.now() + wholeMs;
    while (!(await this.#isWhole())) {
      if (performance.now() > deadline) throw new Error(`Kafka is not whole after ${wholeMs} ms`);
      await Bun.sleep(pollMs);
    }
  }

  async #isWhole(): Promise<boolean> {
    try {
      for (const topic of this.#topics) {
        const partitions = await this.#partitionsOf(topic);
        if (partitions.length === 0 || !partitions.every(isInSync)) return false;
      }
      return true;
    } catch (error) {
      // The broker that was asked is only starting: the answer is "not yet".
      if (error instanceof AdminError) return false;
      throw error;
    }
  }

  async #partitionsOf(topic: string): Promise<readonly PartitionDescription[]> {
    return (await this.#admin.describeTopic(topic))?.partitions ?? [];
  }
}

function isInSync({ leader, replicas, inSyncReplicas }: PartitionDescription): boolean {
  return leader !== null && inSyncReplicas.length === replicas.length;
}
