import type { Log } from "../ports/log/log.ts";
import type { Claim } from "../schema/generated/claim.ts";
import { Topic } from "../schema/topics.ts";
import { builtSemantics } from "./core/semantics.ts";
import type { SemanticsList } from "./core/semantics.ts";
import { EngineHostError } from "./host-error.ts";

/** Which history a partition's records belong to. */
export interface PartitionIdentity {
  readonly partition: number;
  readonly partitionCount: number;
  readonly clusterID: string;
  readonly ordersTopicID: string;
  readonly eventsTopicID: string;
}

export function identityOf(log: Log, partition: number): PartitionIdentity {
  return {
    partition,
    partitionCount: log.partitionCount,
    clusterID: log.clusterID,
    ordersTopicID: log.topicID(Topic.Orders),
    eventsTopicID: log.topicID(Topic.OrderEvents),
  };
}

/** Names of a process and its build for people, and what semantics the build has. */
export interface Claimant {
  readonly build: string;
  readonly node: string;
  /** Those of this build where they are not given; tests make other builds. */
  readonly semantics?: SemanticsList;
}

export function claimOf(identity: PartitionIdentity, claimant: Claimant): Claim {
  const { build, node, semantics = builtSemantics } = claimant;
  const versions = semantics.map(({ semanticsVersion }) => semanticsVersion);
  return {
    kind: "Claim",
    ...identity,
    semanticsMin: Math.min(...versions),
    semanticsMax: Math.max(...versions),
    build: claimText(build),
    node: claimText(node),
  };
}

/** Throws EngineHostError `IdentityChanged` when `other`, a Claim or a manifest, speaks of another history. */
export function checkIdentity(
  identity: PartitionIdentity,
  other: PartitionIdentity,
  what: string,
): void {
  for (const field of identityFields) {
    if (identity[field] === other[field]) continue;
    const change = `${field} ${other[field]}, the log has ${identity[field]}`;
    throw new EngineHostError(
      "IdentityChanged",
      `Partition ${identity.partition}: ${what} names ${change}`,
    );
  }
}

const identityFields = [
  "partition",
  "partitionCount",
  "clusterID",
  "ordersTopicID",
  "eventsTopicID",
] as const;

/** What a Claim can hold: printable ASCII, 40 characters. */
function claimText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 40);
}
