import { hostname } from "node:os";

import { systemClock } from "../ports/clock/clock-system.ts";
import { kafkaTopicName } from "../ports/log/kafka-topics.ts";
import { openKafkaLog } from "../ports/log/log-kafka.ts";
import { GroupMember } from "../ports/log/rdkafka/group-member.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { runService } from "../ports/process/service.ts";
import type { OpenService, ServiceContext } from "../ports/process/service.ts";
import { openMinioSnapshots } from "../ports/snapshot/snapshot-minio.ts";
import { Topic } from "../schema/topics.ts";
import { readConfig } from "./config.ts";
import type { EngineConfig } from "./config.ts";
import { createEngineMetrics } from "./metrics.ts";
import { recoveryFields } from "./recovery-line.ts";
import { createWorker } from "./worker.ts";

await runService({ name: "engine", readConfig, open });

async function open({
  config,
  logger,
  tracer,
  fail,
}: ServiceContext<EngineConfig>): Promise<OpenService> {
  const { kafka, instance } = config;
  const library = openLibrary([kafka.library]);
  const log = await openKafkaLog({
    ...kafka,
    library,
    onFatal: (error) => fail(error, "The log is lost"),
  });
  const snapshots = openMinioSnapshots(config.minio);
  const worker = createWorker({
    log,
    snapshots,
    clock: systemClock,
    tracer,
    node: `${instance} ${hostname()} ${process.pid}`,
    build: "orderbook 0.1.0",
    tickMs: config.tickMs,
    snapshotPolicy: { commandCountMin: config.snapshotCommandCountMin },
    keepsStandby: config.standby,
    reclaimAfterMs: config.sessionTimeoutMs,
    join: (handlers) =>
      new GroupMember({
        library,
        settings: kafka.settings,
        groupID: config.group,
        instanceID: instance,
        topic: kafkaTopicName(Topic.Orders, kafka.topicPrefix),
        sessionTimeoutMs: config.sessionTimeoutMs,
        ...handlers,
      }),
    onAssignment: (assignment) => logger.info({ ...assignment }, "The group's word"),
    onRecovered: (report) => logger.info(recoveryFields(report), "Partition serves"),
    onTrouble: (partition, what, error) => logger.warn({ partition, error }, what),
    onHalted: (partition, error) => logger.error({ partition, error }, "Partition halted"),
    onFatal: (error) => fail(error, "The worker stops"),
  });
  worker.start();
  const metrics = createEngineMetrics({ log, worker, tracer });
  return {
    readiness: () => {
      const roles = worker.roles;
      return { ready: !roles.includes("Halted"), status: "serving", roles };
    },
    metrics: async () => ({ text: await metrics.text(), contentType: metrics.contentType }),
    close: async () => {
      await worker.stop();
      await Promise.all([log.close(), snapshots.close()]);
    },
  };
}
