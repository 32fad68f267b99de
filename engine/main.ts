import { hostname } from "node:os";

import { systemClock } from "../ports/clock/clock-system.ts";
import type { MembershipHandlers } from "../ports/log/membership.ts";
import { kafkaTopicName } from "../ports/log/kafka-topics.ts";
import { GroupMember } from "../ports/log/rdkafka/group-member.ts";
import { openServiceLog } from "../ports/log/service-log.ts";
import type { ServiceLog } from "../ports/log/service-log.ts";
import { runService } from "../ports/process/service.ts";
import type { OpenService, ServiceContext } from "../ports/process/service.ts";
import { openMinioSnapshots } from "../ports/snapshot/snapshot-minio.ts";
import { joinedText } from "../ports/telemetry/metric-set.ts";
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
  const service = "engine";
  const watch = { service, lagGroup: null, endsOnStall: true } as const;
  const serviceLog = await openServiceLog({
    kafka,
    logger,
    fail,
    ...watch,
  });
  const { log } = serviceLog;
  const snapshots = openMinioSnapshots(config.minio);
  const worker = createWorker({
    log,
    snapshots,
    clock: systemClock,
    tracer,
    node: `${instance} ${hostname()} ${process.pid}`,
    build: "orderbook 0.1.0",
    tickMs: config.tickMs,
    limits: { idWindowMs: config.idWindowMs },
    snapshotPolicy: { commandCountMin: config.snapshotCommandCountMin },
    keepsStandby: config.standby,
    reclaimAfterMs: config.sessionTimeoutMs,
    join: (handlers) => joinGroup(config, serviceLog, handlers),
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
    metrics: async () => ({
      text: await joinedText([metrics, serviceLog.metrics]),
      contentType: metrics.contentType,
    }),
    close: async () => {
      await worker.stop();
      await Promise.all([serviceLog.close(), snapshots.close()]);
    },
  };
}

function joinGroup(
  config: EngineConfig,
  { library, watchdog, commitFailed }: ServiceLog,
  handlers: MembershipHandlers,
): GroupMember {
  const { kafka, group, instance, sessionTimeoutMs } = config;
  const member = new GroupMember({
    library,
    settings: kafka.settings,
    groupID: group,
    instanceID: instance,
    topic: kafkaTopicName(Topic.Orders, kafka.topicPrefix),
    sessionTimeoutMs,
    onCommitFailed: commitFailed,
    ...handlers,
  });
  const progress = (): number => member.pollCount;
  watchdog.watch({ kind: "GroupPoll", name: group, progress, isWaiting: () => true });
  return member;
}
