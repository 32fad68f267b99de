import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { createEngineHost } from "../engine/host.ts";
import type { EngineHost } from "../engine/host.ts";
import { createGateway } from "../gateway/app.ts";
import type { Gateway } from "../gateway/app.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { createMemoryIdempotency } from "../ports/idempotency/idempotency-memory.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import type { Log } from "../ports/log/log.ts";
import { createMemoryRateLimit } from "../ports/rate-limit/rate-limit-memory.ts";
import { openFileSnapshots } from "../ports/snapshot/snapshot-file.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import type { Logger } from "../ports/telemetry/logger.ts";
import { noTracer } from "../ports/telemetry/tracer.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { bundleWeb } from "../web/bundle.ts";
import { openReadSide } from "./read-side.ts";
import type { AnalyticsConnection } from "./read-side.ts";
import { startReadSideWorker } from "./read-side-thread.ts";
import type { Reads } from "./read-side-thread.ts";
import { venueMetrics } from "./venue-metrics.ts";

export interface VenueOptions {
  /** Folder of the log, the snapshots and the views; null keeps everything in memory and forgets it at close. */
  readonly dataDir: string | null;
  /** 0 takes a free port. */
  readonly port: number;
  readonly partitionCount: number;
  /** With false there are no reads but readiness: tests of the command side start faster. */
  readonly reads: boolean;
  /** With false ClickHouse is not started. */
  readonly analytics: boolean;
  readonly tickMs?: number;
  /** Of this thread; the reads' Worker opens its own on `tracesUrl`. */
  readonly tracer?: Tracer;
  readonly tracesUrl?: string;
  /** Of the gateway; it says nothing by default. */
  readonly logger?: Logger;
  onNotice(line: string): void;
  /** The venue cannot go on: a partition's invariant broke, or its log failed. */
  onFatal(error: Error): void;
}

/** The whole venue in this process: edge, engine and log here, reads in a Worker (or here too, in memory). */
export interface Venue {
  readonly url: string;
  readonly log: Log;
  readonly gateway: Gateway;
  readonly hosts: readonly EngineHost[];
  /** Resolves once the read side serves. */
  readonly readsReady: Promise<void>;
  /** Resolves as soon as ClickHouse answers; null where there is none. */
  readonly analyticsReady: Promise<AnalyticsConnection | null>;
  /** Stops taking requests, waits for what was appended, closes everything. */
  close(): Promise<void>;
}

/** Connections that stay open with nothing on their way are cut after this. */
const drainMaxMs = 1000;

/** Opens a venue; rejects when the log is another process's (LogError Locked) or recovery refuses. */
export async function openVenue(options: VenueOptions): Promise<Venue> {
  const { log, snapshots, logPath } = openStores(options);
  const secret = crypto.randomUUID();
  const reads = startReads(options, { log, snapshots, logPath, secret });
  const { tracer = noTracer } = options;
  const hosts = Array.from({ length: options.partitionCount }, (_, partition) =>
    createEngineHost({
      log,
      snapshots,
      clock: systemClock,
      partition,
      node: `pid ${process.pid}`,
      build: "orderbook 0.1.0",
      tracer,
      ...(options.tickMs === undefined ? {} : { tickMs: options.tickMs }),
      onFatal: options.onFatal,
      onSnapshotFailure: (error) => options.onNotice(`No snapshot: ${errorText(error)}`),
    }),
  );
  await Promise.all(hosts.map((host) => host.start()));
  const gateway = createGateway({
    log,
    snapshots,
    clock: systemClock,
    idempotency: createMemoryIdempotency(systemClock),
    rateLimit: createMemoryRateLimit(systemClock),
    query: { url: () => reads.url, secret },
    assets: await bundleWeb(),
    tracer,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
    metricsSources: venueMetrics({ log, hosts, reads, secret }),
    onInternalError: (error) => options.onNotice(`A request was answered 500: ${errorText(error)}`),
  });
  await gateway.start();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: options.port,
    maxRequestBodySize: 64 * 1024,
    fetch: gateway.fetch,
    websocket: gateway.websocket,
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    log,
    gateway,
    hosts,
    readsReady: reads.ready,
    analyticsReady: reads.analytics,
    close: async () => {
      const stopped = server.stop();
      await gateway.close();
      await Promise.race([stopped, systemClock.sleep(drainMaxMs)]);
      await server.stop(true);
      await Promise.all(hosts.map((host) => host.stop()));
      await reads.close();
      await log.close();
      await snapshots.close();
    },
  };
}

function openStores(options: VenueOptions): {
  log: Log;
  snapshots: SnapshotStore;
  logPath: string | null;
} {
  const { dataDir, partitionCount } = options;
  if (dataDir === null) {
    return {
      log: createMemoryLog({ partitionCount, clock: systemClock }),
      snapshots: createMemorySnapshots(),
      logPath: null,
    };
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "log.sqlite");
  return {
    log: openSqliteLog({ path, partitionCount, clock: systemClock }),
    snapshots: openFileSnapshots(snapshotFolderOf(dataDir)),
    logPath: path,
  };
}

function startReads(
  options: VenueOptions,
  parts: { log: Log; snapshots: SnapshotStore; logPath: string | null; secret: string },
): Reads {
  const { dataDir, analytics, partitionCount, tracesUrl = "", onNotice } = options;
  const { log, snapshots, logPath, secret } = parts;
  if (!options.reads) return noReads;
  if (dataDir !== null && logPath !== null) {
    const snapshotFolder = snapshotFolderOf(dataDir);
    const place = { logPath, snapshotFolder, dataDir };
    const request = { ...place, partitionCount, analytics, secret, tracesUrl };
    return startReadSideWorker(request, onNotice);
  }
  const opened = openReadSide({
    log,
    snapshots,
    clock: systemClock,
    dataDir: null,
    analytics: false,
    secret,
    tracer: options.tracer ?? noTracer,
    onNotice,
    onAnalytics: () => {},
  });
  let url: string | null = null;
  return {
    get url() {
      return url;
    },
    ready: opened.then((readSide) => {
      url = readSide.url;
    }),
    analytics: Promise.resolve(null),
    close: async () => (await opened).close(),
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function snapshotFolderOf(dataDir: string): string {
  return join(dataDir, "snapshots");
}

const noReads: Reads = {
  url: null,
  ready: Promise.resolve(),
  analytics: Promise.resolve(null),
  close: () => Promise.resolve(),
};
