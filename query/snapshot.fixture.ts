import { CommandBuffer } from "../engine/core/command-buffer.ts";
import { Engine } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { serialiseCapture } from "../engine/core/snapshot.ts";
import { packSnapshot } from "../ports/snapshot/snapshot-object.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import type { TestVenue } from "./venue.fixture.ts";

/** Puts what the engine would have written of partition 0 after so many of its commands. */
export async function putSnapshot(
  venue: TestVenue,
  snapshots: SnapshotStore,
  commandCount: number,
  changed: Partial<SnapshotManifest> = {},
): Promise<void> {
  const engine = new Engine();
  const out = new EventBuffer();
  const sent = venue.sent.filter(({ partition }) => partition === 0).slice(0, commandCount);
  for (const { command, appendTime, position } of sent) {
    const commands = CommandBuffer.of(frame(command));
    out.reset();
    engine.apply(commands, 0, position.seqNum - 1, appendTime, position.seqNum, out);
  }
  const last = sent.at(-1)?.position;
  if (last === undefined) throw new Error("A snapshot comes after a command");
  const { object, ...hashes } = packSnapshot(serialiseCapture(engine.capture()));
  await snapshots.put(
    {
      partition: 0,
      partitionCount: venue.log.partitionCount,
      clusterID: venue.log.clusterID,
      ordersTopicID: venue.log.topicID(Topic.Orders),
      eventsTopicID: venue.log.topicID(Topic.OrderEvents),
      epoch: last.epoch,
      seqNum: last.seqNum,
      commandOffset: last.seqNum - 1,
      commandHash: "0".repeat(16),
      eventsOffset: last.offset + 1,
      bodyHash: last.bodyHash,
      checkpointSha256: "",
      semanticsVersion: 1,
      objectBytes: object.length,
      createdAt: 0,
      ...hashes,
      ...changed,
    },
    object,
  );
}
