import type { Membership, MembershipHandlers } from "../ports/log/membership.ts";
import type { EngineHost } from "./host.ts";
import { PartitionSeat } from "./partition-seat.ts";
import type { SeatOptions, SeatRole } from "./partition-seat.ts";
import type { Standby } from "./standby.ts";

export interface WorkerOptions extends SeatOptions {
  /** Joins the group that shares out the partitions. */
  join(handlers: MembershipHandlers): Membership;
  /** The group has changed its mind. */
  onAssignment?(change: {
    readonly assigned?: readonly number[];
    readonly revoked?: readonly number[];
    readonly lost?: boolean;
  }): void;
}

/**
 * A worker among several that share the partitions of a log. The group's word says whom a partition belongs to; the worker claims it on the log then,
 * and stops at another's Claim, whatever the group says.
 */
export interface Worker {
  start(): void;
  /** Owners finish what they have read; the partitions stay this worker's until its session in the group ends. Never rejects. */
  stop(): Promise<void>;
  /** Of the partitions owned, or about to be. */
  readonly hosts: readonly EngineHost[];
  readonly standbys: readonly Standby[];
  readonly roles: readonly SeatRole[];
}

export function createWorker(options: WorkerOptions): Worker {
  return new GroupWorker(options);
}

const commitMs = 2000;

class GroupWorker implements Worker {
  readonly #options: WorkerOptions;
  readonly #stopping = new AbortController();
  #seats: readonly PartitionSeat[] = [];
  #membership: Membership | null = null;
  #committing: Promise<void> = Promise.resolve();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  get hosts(): readonly EngineHost[] {
    return this.#seats.map(({ host }) => host).filter((host) => host !== null);
  }

  get standbys(): readonly Standby[] {
    return this.#seats.map(({ standby }) => standby).filter((standby) => standby !== null);
  }

  get roles(): readonly SeatRole[] {
    return this.#seats.map(({ role }) => role);
  }

  start(): void {
    const { log, join, onFatal, onAssignment } = this.#options;
    this.#seats = Array.from(
      { length: log.partitionCount },
      (_, partition) => new PartitionSeat(this.#options, partition),
    );
    this.#membership = join({
      onAssigned: (assigned) => {
        for (const seat of this.#seatsOf(assigned)) seat.assign();
        onAssignment?.({ assigned });
      },
      onRevoked: (revoked, lost) => {
        for (const seat of this.#seatsOf(revoked)) seat.revoke();
        onAssignment?.({ revoked, lost });
      },
      onFailure: (error) => {
        for (const seat of this.#seats) seat.revoke();
        onFatal(error);
      },
    });
    this.#committing = this.#commit(this.#membership);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#committing;
    await Promise.all(this.#seats.map((seat) => seat.stop()));
    await this.#membership?.close();
  }

  #seatsOf(partitions: readonly number[]): PartitionSeat[] {
    return this.#seats.filter(({ partition }) => partitions.includes(partition));
  }

  /** For lag graphs only. */
  async #commit(membership: Membership): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.clock.sleep(commitMs, signal);
      for (const { stats, partition } of this.hosts) {
        if (stats?.state === "Serving") membership.commit(partition, stats.commandOffset + 1);
      }
    }
  }
}
